"""Bushy plants: herbs, vines and a little tree."""

from math import cos, degrees, radians, sin

from app.demo.drawing.colour import shade
from app.demo.drawing.geometry import CENTRE, Box, Point, at, between
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.soil import GREENS, draw_soil
from app.demo.drawing.svg import alpha, define, ellipse, line, num, reuse, tag


def herb(height: float = 190) -> Part:
    """Basil: stems with pairs of small round leaves."""

    def draw(piece: Piece) -> Layer:
        name = f"p{piece.uid}"
        stems, leaves = [], [define(name, "M0 0C8 -31 39 -31 47 -8C39 12 16 12 0 0Z")]
        for i in range(7):
            t = (i / 6 - 0.5) * 2
            tip = (CENTRE + t * piece.rim * 1.2, piece.top - height * (1 - 0.4 * t * t))
            root = (CENTRE + t * piece.rim * 0.4, piece.top + 4)
            stems.append(f"M{at(root)}Q{at((root[0] + t * 10, (root[1] + tip[1]) / 2))} {at(tip)}")
            leaves += [
                _pair(piece, between(root, tip, k), GREENS[(i + j) % 4])
                for j, k in enumerate((0.45, 0.72, 1.0))
            ]
        spread = piece.rim * 1.2 + 46
        box = Box(CENTRE - spread, piece.top - height - 30, CENTRE + spread, piece.top)
        return Layer(draw_soil(piece) + line("".join(stems), "#5E7A4A", 6) + "".join(leaves), box)

    return draw


def _pair(piece: Piece, place: Point, green: str) -> str:
    name = f"p{piece.uid}"
    turn, size = piece.dice.uniform(-24, 8), piece.dice.uniform(0.86, 1.12)
    left = reuse(name, "scale(-1 1)", fill=shade(green, 0.12))
    where = f"translate({at(place)})rotate({num(turn)})scale({alpha(size)})"
    return tag("g", reuse(name), left, transform=where, fill=green)


def trailing(count: int = 7, length: float = 250) -> Part:
    """Vines that fall over the rim; drawn in front of the pot."""

    def draw(piece: Piece) -> Layer:
        ink = []
        for i in range(count):
            t = (i / (count - 1) - 0.5) * 2
            fall = length * (0.45 + 0.55 * abs(t)) * piece.dice.uniform(0.75, 1.05)
            x0, x1 = CENTRE + t * piece.rim * 0.8, CENTRE + t * (piece.widest + 26)
            ink.append(_vine(x0, x1, piece.top, fall, t, GREENS[i % 4]))
        spread = piece.widest + 50
        box = Box(CENTRE - spread, piece.top - 74, CENTRE + spread, piece.top + length)
        return Layer(_tuft(piece) + "".join(ink), box)

    return draw


def _vine(x0: float, x1: float, y: float, fall: float, lean: float, green: str) -> str:
    stem = line(
        f"M{at((x0, y))}C{at((x1, y - 60))} {at((x1, y))} {at((x1, y + fall))}", shade(green, -0.2), 4
    )
    spots = [
        f"M{num(x1 + (13 if k % 2 else -13))} {num(y + fall * 0.12 + k * 30)}h0"
        for k in range(int(fall // 30))
    ]
    return stem + line("".join(spots[::2]), green, 27) + line("".join(spots[1::2]), shade(green, 0.18), 25)


def _tuft(piece: Piece) -> str:
    mound = [
        ellipse(
            CENTRE + piece.rim * 0.8 * sin(radians(a)),
            piece.top - 34 * cos(radians(a)) - 4,
            34,
            26,
            GREENS[i % 4],
        )
        for i, a in enumerate(range(-80, 81, 20))
    ]
    return "".join(mound)


def little_tree(height: float = 380) -> Part:
    """A young olive: a thin trunk and a loose crown of narrow leaves."""

    def draw(piece: Piece) -> Layer:
        y, crown = piece.top + 4, piece.top - height * 0.66
        trunk = line(
            f"M{at((CENTRE, y))}C{at((CENTRE - 16, y - 80))} "
            f"{at((CENTRE + 12, y - 150))} {at((CENTRE, crown))}",
            "#7A6248",
            13,
        )
        box = Box(CENTRE - 165, crown - 140, CENTRE + 165, y)
        return Layer(draw_soil(piece) + trunk + _crown(piece, crown), box)

    return draw


def _crown(piece: Piece, y: float) -> str:
    """Leaves along a sunflower spiral, which fills a disc evenly; each tone is one path's worth of paint."""
    name, golden = f"o{piece.uid}", 2.399963
    tones: dict[str, list[str]] = {"#4F6B57": [], "#6F8A72": [], "#8CA58B": [], "#A5B8A0": []}
    for i in range(42):
        turn, far = i * golden, (i / 42) ** 0.5
        spot = (CENTRE + 142 * far * cos(turn), y + 122 * far * sin(turn))
        place = f"translate({at(spot)})rotate({num(degrees(turn) % 360 + piece.dice.uniform(-30, 30))})"
        list(tones.values())[i % 4].append(reuse(name, place))
    leaf = define(name, "M-34 0Q0 -19 34 0Q0 19 -34 0Z")
    return leaf + "".join(tag("g", *leaves, fill=tone) for tone, leaves in tones.items())
