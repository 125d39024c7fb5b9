"""The portraits of one product: whole, and close to the glaze line."""

from app.demo.drawing.composition import Composition, compose
from app.demo.drawing.geometry import CENTRE
from app.demo.drawing.svg import document

WIDTH, HEIGHT = 800, 1000
_WIDEST_SHARE = 0.66


def draw_main(shape: str, glaze: str, seed: int) -> str:
    """The product alone, 800 by 1000, centred by its bounding box."""
    composition = compose(shape, glaze, seed)
    return document(composition.markup, _frame(composition), WIDTH, HEIGHT)


def draw_detail(shape: str, glaze: str, seed: int) -> str:
    """A crop of the same piece where the glaze meets the raw clay, with finer specks."""
    composition = compose(shape, glaze, seed, close=True)
    return document(composition.markup, _close_frame(composition), WIDTH, HEIGHT)


def _frame(composition: Composition) -> tuple[float, float, float, float]:
    box, fill = composition.box, composition.piece.shape.fill
    height = max(box.height / fill, box.width / _WIDEST_SHARE * HEIGHT / WIDTH)
    width = height * WIDTH / HEIGHT
    x, y = box.centre
    return x - width / 2, y - height / 2, width, height


def _close_frame(composition: Composition) -> tuple[float, float, float, float]:
    piece = composition.piece
    width = min(max(piece.radius(piece.dip_y) * 1.25, 170), 320)
    height = width * HEIGHT / WIDTH
    line = piece.dip_y + piece.radius(piece.dip_y) * piece.squash * 0.7
    above = 0.74 if piece.shape.stands == "air" else 0.56
    return CENTRE - width * 0.72, line - height * above, width, height
