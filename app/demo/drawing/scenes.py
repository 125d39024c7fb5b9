"""Shelves: one product among neighbours, one family per category, and the long shelf of the home page."""

from dataclasses import dataclass
from random import Random

from app.demo.drawing.composition import Composition, compose
from app.demo.drawing.geometry import CENTRE, GROUND
from app.demo.drawing.pictures import HEIGHT, WIDTH
from app.demo.drawing.shapes import SHAPES
from app.demo.drawing.svg import document, ellipse, group, num, path, tag

HERO_WIDTH, HERO_HEIGHT = 1600, 1000
_PLANK_Y = 790
_OAK, _OAK_EDGE = "#BC9468", "#94704C"

_Company = tuple[tuple[str, str], tuple[str, str]]

_TALL_COMPANY: tuple[_Company, ...] = (
    (("bud", "celadon"), ("mug", "chalk")),
    (("bottle", "ochre"), ("nest", "slate")),
    (("taper-holder", "moss"), ("tumbler", "blush")),
    (("gourd", "chalk"), ("salt-cellar", "rust")),
    (("herb-pot", "rust"), ("creamer", "cobalt")),
    (("candelabra", "slate"), ("wax-cup", "ochre")),
    (("faceted", "blush"), ("jar", "ink")),
)
_LOW_COMPANY: tuple[_Company, ...] = (
    (("creamer", "cobalt"), ("salt-cellar", "chalk")),
    (("tumbler", "slate"), ("wax-cup", "ochre")),
    (("herb-pot", "blush"), ("tea-light", "celadon")),
    (("diffuser", "moss"), ("mug", "rust")),
    (("taper-holder", "chalk"), ("nest", "cobalt")),
    (("storm-jar", "ink"), ("espresso", "celadon")),
)
_LOW_SCALE = 0.62

_CATEGORIES = {
    "tableware": (("pitcher", "cobalt"), ("nest", "chalk"), ("mug", "ochre")),
    "vases": (("fluted", "celadon"), ("moon", "chalk"), ("bottle", "cobalt")),
    "lighting": (("lantern", "slate"), ("lamp", "rust")),
    "plants-pots": (("herb-pot", "ochre"), ("planter", "cobalt"), ("saucer-pot", "blush")),
    "candles-scent": (("candelabra", "moss"), ("storm-jar", "chalk"), ("diffuser", "blush")),
    "seconds": (("jug-second", "slate"), ("mug-second", "celadon"), ("trumpet-second", "ochre")),
}

_HERO = (
    ("planter", "rust"),
    ("bud", "celadon"),
    ("vase", "cobalt"),
    ("moon", "chalk"),
    ("mug", "blush"),
    ("pitcher", "ochre"),
    ("lamp", "moss"),
)


@dataclass(frozen=True)
class Place:
    """Where the axis and the top of the drawing board of one piece land, and how large it is there."""

    composition: Composition
    x: float
    y: float
    scale: float


def draw_scene(shape: str, glaze: str, seed: int) -> str:
    """The product on a shelf between two neighbours, 800 by 1000; hanging pieces hang above them."""
    product = compose(shape, glaze, seed, "p")
    left, right = (compose(*other, seed + i, f"n{i}") for i, other in enumerate(_company(shape, glaze, seed)))
    if product.piece.shape.stands == "floor":
        first, middle, last = _row([left, product, right], WIDTH, 680, overlap=0.02)
        places = [first, last, middle]
    else:
        places = [*_row([left, right], WIDTH, 300, share=0.7, overlap=-0.08), _raised(product)]
    return document(_shelf(WIDTH) + _ink(places), (0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)


def draw_category(slug: str) -> str:
    """A family portrait of one category, 800 by 1000. Raises KeyError for an unknown slug."""
    family = [compose(shape, glaze, 3 + i, f"f{i}") for i, (shape, glaze) in enumerate(_CATEGORIES[slug])]
    places = _row(family, WIDTH, 620, share=0.88)
    return document(_shelf(WIDTH) + _ink(places), (0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)


def draw_hero() -> str:
    """The long shelf, 1600 by 1000, with one lamp above it."""
    pieces = [compose(shape, glaze, 9 + i, f"h{i}") for i, (shape, glaze) in enumerate(_HERO)]
    row = _row(pieces, HERO_WIDTH, 650, share=0.93, overlap=0.004)
    lamp = Place(compose("pendant", "slate", 4, "l"), row[3].x, -120, 0.62)
    body = _shelf(HERO_WIDTH) + _ink([lamp, *row])
    return document(body, (0, 0, HERO_WIDTH, HERO_HEIGHT), HERO_WIDTH, HERO_HEIGHT)


def _company(shape: str, glaze: str, seed: int) -> _Company:
    """Neighbours of a like size that repeat neither the form nor the colour of the product."""
    company = _LOW_COMPANY if SHAPES[shape].scale <= _LOW_SCALE else _TALL_COMPANY
    fitting = [
        pair
        for pair in company
        if not any(shape.startswith(form) or glaze == colour for form, colour in pair)
    ]
    return Random(seed).choice(fitting)


def _row(
    pieces: list[Composition], width: float, height: float, *, share: float = 0.9, overlap: float = 0.0
) -> list[Place]:
    """Side by side on the plank at their true proportions, as large as width and height allow."""
    gap = -overlap * width
    total = sum(piece.box.width * piece.piece.shape.scale for piece in pieces)
    tallest = max(_rise(piece) * piece.piece.shape.scale for piece in pieces)
    grow = min((width * share - gap * (len(pieces) - 1)) / total, height / tallest)
    x = (width - total * grow - gap * (len(pieces) - 1)) / 2
    places = []
    for piece in pieces:
        scale = piece.piece.shape.scale * grow
        places.append(
            Place(piece, x + (CENTRE - piece.box.left) * scale, _PLANK_Y - _base(piece) * scale, scale)
        )
        x += piece.box.width * scale + gap
    return places


def _rise(piece: Composition) -> float:
    return GROUND - piece.box.top


def _base(composition: Composition) -> float:
    return composition.solid.bottom - 10


def _raised(product: Composition) -> Place:
    """Hanging and wall pieces keep clear of the shelf below."""
    scale = min(330 / product.solid.height, 340 / product.solid.width)
    x, y = product.solid.centre
    return Place(product, WIDTH / 2 + (CENTRE - x) * scale, 300 - y * scale, scale)


def _ink(places: list[Place]) -> str:
    return "".join(_put(place) for place in places)


def _put(place: Place) -> str:
    move = f"translate({num(place.x)} {num(place.y)}) scale({place.scale:.3f}) translate({num(-CENTRE)} 0)"
    return group(place.composition.markup, transform=move)


def _shelf(width: float) -> str:
    """An oak plank with a soft shadow below; the wall behind is the tile."""
    shadow = ellipse(width / 2 + 24, _PLANK_Y + 74, width * 0.5, 54, "url(#shade)", 0.8)
    top = tag("rect", x="0", y=_PLANK_Y - 22, width=width, height="34", fill=_OAK)
    edge = tag("rect", x="0", y=_PLANK_Y + 12, width=width, height="26", fill=_OAK_EDGE)
    light = tag("rect", x="0", y=_PLANK_Y + 12, width=width, height="3", fill="#fff", opacity="0.35")
    grain = path(
        f"M0 {_PLANK_Y - 12}h{num(width)}v2h{num(-width)}zm0 14h{num(width)}v1.5h{num(-width)}z",
        "#7A5A3A",
        0.25,
    )
    return shadow + top + grain + edge + light
