"""Handles, ears, spouts and beaks: clay pulled by hand and fixed to the body."""

from app.demo.drawing.colour import shade
from app.demo.drawing.geometry import CENTRE, Box, at
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import group, line, num, path


def loop(start: float, end: float, reach: float, width: float = 34, *, left: bool = False) -> Part:
    """A C-shaped handle from one share of the height to another; reach is in units from the body."""

    def draw(piece: Piece) -> Layer:
        y0, y1 = piece.height_at(start), piece.height_at(end)
        x0, x1 = CENTRE + piece.radius(y0) - 10, CENTRE + piece.radius(y1) - 10
        far = max(x0, x1) + reach * 1.3
        curve = _curve(x0, y0, x1, y1, far)
        lit = _curve(x0, y0 - width * 0.22, x1, y1 - width * 0.3, far - width * 0.26)
        tone = -0.02 if left else -0.2
        markup = line(curve, "#fff", width + 3, 0.16) + line(
            curve, shade(piece.glaze.base, tone - 0.16), width
        )
        markup += line(lit, shade(piece.glaze.base, tone + 0.2), width * 0.3, 0.8)
        outline = tuple(
            _curve(x0, y0 - grow / 2, x1, y1 + grow / 2, far + grow * 0.7, -1 if left else 1)
            for grow in (width, -width)
        )
        edge = max(x0, x1) + reach + width * 0.45
        return _placed(markup, outline, Box(CENTRE, min(y0, y1) - width / 2, edge, y1 + width / 2), left)

    return draw


def _curve(x0: float, y0: float, x1: float, y1: float, far: float, hand: int = 1) -> str:
    span = y1 - y0
    a, b, c = (CENTRE + hand * (x - CENTRE) for x in (x0, far, x1))
    return f"M{at((a, y0))}C{at((b, y0 - span * 0.08))} {at((b, y1 + span * 0.04))} {at((c, y1))}"


def _placed(markup: str, outline: tuple[str, ...], box: Box, left: bool) -> Layer:
    if not left:
        return Layer(markup, box, outline)
    flipped = group(markup, transform=f"matrix(-1 0 0 1 {num(2 * CENTRE)} 0)")
    return Layer(flipped, Box(2 * CENTRE - box.right, box.top, CENTRE, box.bottom), outline)


def bail(start: float, rise: float, width: float = 20) -> Part:
    """A handle over the top, from shoulder to shoulder."""

    def draw(piece: Piece) -> Layer:
        y = piece.height_at(start)
        r = piece.radius(y) - 8
        curve = _arch(y, r, rise)
        markup = line(curve, "#fff", width + 3, 0.16) + line(curve, shade(piece.glaze.base, -0.24), width)
        markup += group(
            line(curve, shade(piece.glaze.rim, 0.1), width * 0.26, 0.55), transform="translate(-3 -3)"
        )
        top = y - rise * 0.75
        box = Box(CENTRE - r, top - width / 2, CENTRE + r, y)
        return Layer(
            markup,
            box,
            (_arch(y, r + width / 2, rise + width * 0.66), _arch(y, r - width / 2, rise - width * 0.66)),
        )

    return draw


def _arch(y: float, r: float, rise: float) -> str:
    return (
        f"M{at((CENTRE - r, y))}C{at((CENTRE - r * 1.16, y - rise))} "
        f"{at((CENTRE + r * 1.16, y - rise))} {at((CENTRE + r, y))}"
    )


def spout(start: float, end: float, length: float, rise: float = 0.62) -> Part:
    """A pouring spout on the left, thick at the body and cut square at the tip."""

    def draw(piece: Piece) -> Layer:
        low, high = piece.height_at(end), piece.height_at(start)
        x0, x1 = CENTRE - piece.radius(low) + 14, CENTRE - piece.radius(high) + 14
        tip = (x1 - length, high - length * rise)
        d = (
            f"M{at((x1, high))}C{at((x1 - length * 0.5, high - 6))} "
            f"{at((tip[0] + length * 0.34, tip[1] + length * 0.4))} "
            f"{at((tip[0] + 26, tip[1] + 2))}L{at((tip[0], tip[1] + 14))}"
            f"C{at((tip[0] + length * 0.1, tip[1] + length * 0.5))} "
            f"{at((x0 - length * 0.62, low - 4))} {at((x0, low))}Z"
        )
        markup = path(d, shade(piece.glaze.base, -0.1)) + line(
            f"M{at((x1 - 8, high + 8))}C{at((x1 - length * 0.46, high + 8))} "
            f"{at((tip[0] + length * 0.32, tip[1] + length * 0.52))} "
            f"{at((tip[0] + 20, tip[1] + 16))}",
            shade(piece.glaze.rim, 0.2),
            5,
            0.5,
        )
        return Layer(markup, Box(tip[0], tip[1], CENTRE, low), (d,))

    return draw


def beak(depth: float = 0.2, reach: float = 50) -> Part:
    """The lip of a jug: the rim pulled out to the left."""

    def draw(piece: Piece) -> Layer:
        x, y, low = CENTRE - piece.rim, piece.top, piece.height_at(depth)
        d = (
            f"M{at((CENTRE, y - piece.rim * piece.squash))}"
            f"C{at((x + 20, y - 18))} {at((x - reach * 0.4, y - 16))} "
            f"{at((x - reach, y - 24))}C{at((x - reach * 0.7, y + 14))} {at((x - 6, y + 26))} "
            f"{at((CENTRE - piece.radius(low) + 4, low))}L{at((CENTRE, low))}Z"
        )
        inside = (
            f"M{at((CENTRE, y - piece.rim * piece.squash + 4))}"
            f"C{at((x + 24, y - 13))} {at((x - reach * 0.3, y - 12))} "
            f"{at((x - reach * 0.82, y - 20))}"
            f"C{at((x - reach * 0.4, y + 2))} {at((x + 10, y + 6))} {at((CENTRE, y + 6))}Z"
        )
        markup = path(d, shade(piece.glaze.base, -0.06)) + path(inside, shade(piece.glaze.base, -0.5))
        return Layer(markup, Box(x - reach, y - 24, CENTRE, low), (d,))

    return draw
