"""Alternative texts: what a picture shows, for those who do not see it."""

from app.demo.assortment.product import DemoProduct
from app.demo.drawing.glazes import GLAZES
from app.demo.drawing.shapes import SHAPES

_PLACES = {
    "floor": "on an oak shelf between two other pieces",
    "air": "above an oak shelf",
    "wall": "on the wall above an oak shelf",
}
PICTURES = ("main", "detail", "dimensions", "scene")


def describe(product: DemoProduct, glaze: str, picture: str = "main") -> str:
    """One phrase without a full stop. Raises KeyError for a picture that is not in PICTURES."""
    return _PHRASES[picture](product, glaze)


def _main(product: DemoProduct, glaze: str) -> str:
    shape = SHAPES[product.shape]
    if shape.extra.startswith("with "):
        return f"{_piece(product, glaze)} {shape.extra} and {shape.foot_note}"
    comma = "" if shape.extra.startswith("and ") or not shape.extra else ","
    return f"{_piece(product, glaze)} with {shape.foot_note}{comma} {shape.extra}".rstrip()


def _detail(product: DemoProduct, glaze: str) -> str:
    return f"Close-up of the {product.name}: {GLAZES[glaze].label.lower()} glaze ending on raw clay"


def _dimensions(product: DemoProduct, _: str) -> str:
    return f"Drawing of the {product.name}: {product.height_mm} mm high, {product.width_mm} mm wide"


def _scene(product: DemoProduct, glaze: str) -> str:
    return f"{_piece(product, glaze)} {_PLACES[SHAPES[product.shape].stands]}"


def _piece(product: DemoProduct, glaze: str) -> str:
    return f"{GLAZES[glaze].label} {SHAPES[product.shape].noun}"


_PHRASES = {"main": _main, "detail": _detail, "dimensions": _dimensions, "scene": _scene}
