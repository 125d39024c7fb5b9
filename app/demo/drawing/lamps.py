"""Light: linen shades, bulbs, cords and the warm air around them."""

from app.demo.drawing.geometry import CENTRE, Box, at
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import across, ellipse, line, num, path, tag

_BRASS = "#B08D4F"
_CORD = "#7C7468"


def linen_shade(top_width: float, bottom_width: float, height: float, gap: float = 56) -> Part:
    """A fabric shade on a brass stem, lit from within."""

    def draw(piece: Piece) -> Layer:
        low = piece.top - gap
        high, a, b = low - height, top_width / 2, bottom_width / 2
        d = (
            f"M{at((CENTRE - a, high))}A{num(a)} {num(a * 0.1)} 0 "
            f"0 1 {at((CENTRE + a, high))}L{at((CENTRE + b, low))}"
            f"A{num(b)} {num(b * 0.11)} 0 0 1 {at((CENTRE - b, low))}Z"
        )
        name = f"l{piece.uid}"
        linen = across(
            name,
            CENTRE - b,
            CENTRE + b,
            [(0, "#DFCFAE", 1), (0.3, "#FBF2DD", 1), (0.55, "#F6E7C6", 1), (1, "#CDB88F", 1)],
        )
        stem = tag("rect", x=CENTRE - 7, y=low - 4, width="14", height=gap + 10, fill=_BRASS)
        glow = ellipse(CENTRE, low - height * 0.3, b * 1.7, height * 1.15, "url(#warm)")
        seams = line(_rim(a, high + 9) + _rim(b, low - 9), "#B9A273", 3, 0.55)
        markup = (
            glow
            + stem
            + ellipse(CENTRE, low, b, b * 0.11, "#FFF3D0")
            + linen
            + path(d, f"url(#{name})")
            + seams
        )
        return Layer(
            markup,
            Box(CENTRE - max(a, b), high - a * 0.1, CENTRE + max(a, b), piece.top),
            (d, _stem(low, gap)),
        )

    return draw


def _rim(r: float, y: float) -> str:
    return f"M{at((CENTRE - r, y))}A{num(r)} {num(r * 0.1)} 0 0 0 {at((CENTRE + r, y))}"


def _stem(y: float, gap: float) -> str:
    return f"M{at((CENTRE - 7, y))}v{num(gap)}M{at((CENTRE + 7, y))}v{num(gap)}"


def cord(length: float = 150) -> Part:
    """The cord runs on beyond the picture; only its last stretch counts as size of the picture."""

    def draw(piece: Piece) -> Layer:
        cap = tag("rect", x=CENTRE - 13, y=piece.top - 34, width="26", height="40", rx="7", fill=_BRASS)
        shine = tag(
            "rect", x=CENTRE - 8, y=piece.top - 30, width="5", height="32", rx="2", fill="#fff", opacity="0.4"
        )
        wire = line(f"M{num(CENTRE)} -900V{num(piece.top - 30)}", _CORD, 6)
        return Layer(wire + cap + shine, Box(CENTRE - 13, piece.top - length, CENTRE + 13, piece.top))

    return draw


def glow(share: float = 1.0, size: float = 1.5) -> Part:
    """Warm light around a point of the body."""

    def draw(piece: Piece) -> Layer:
        y = piece.height_at(share)
        r = piece.widest * size
        return Layer(ellipse(CENTRE, y, r, r, "url(#warm)"), Box(CENTRE, y, CENTRE, y))

    return draw


def lit_opening(bulb: float = 34) -> Part:
    """The underside of a hanging shade, seen from below, with the bulb in it."""

    def draw(piece: Piece) -> Layer:
        y, r = piece.foot, piece.base
        ry = r * piece.squash
        inside = ellipse(CENTRE, y, r, ry, "#8F6A3A") + ellipse(CENTRE, y + 1, r - 7, ry - 4, "#FFE3A6")
        light = ellipse(CENTRE, y + ry * 0.2, r * 1.5, r * 1.1, "url(#warm)")
        ball = ellipse(CENTRE, y + bulb * 0.25, bulb, bulb, "#FFF6DD")
        return Layer(inside + ball + light, Box(CENTRE - r, y, CENTRE + r, y + bulb * 1.25))

    return draw


def globe(radius: float) -> Part:
    """An opal glass ball sitting in the neck."""

    def draw(piece: Piece) -> Layer:
        y = piece.top - radius * 0.86
        ball = ellipse(CENTRE, y, radius, radius, "#F7EEDB") + ellipse(
            CENTRE + radius * 0.1, y + radius * 0.1, radius * 0.9, radius * 0.9, "#EFE0BF", 0.7
        )
        light = ellipse(CENTRE - radius * 0.3, y - radius * 0.36, radius * 0.4, radius * 0.32, "#fff", 0.8)
        halo = ellipse(CENTRE, y, radius * 1.8, radius * 1.8, "url(#warm)")
        box = Box(CENTRE - radius, y - radius, CENTRE + radius, piece.top)
        circle = (
            f"M{at((CENTRE - radius, y))}a{num(radius)} {num(radius)} 0 1 1 "
            f"{num(2 * radius)} 0a{num(radius)} {num(radius)} 0 1 1 {num(-2 * radius)} 0"
        )
        return Layer(halo + ball + light, box, (circle,))

    return draw


def piercings(rows: int = 3, columns: int = 6, size: float = 17) -> Part:
    """Holes cut while the clay was leather-hard; the light inside shows through."""

    def draw(piece: Piece) -> Layer:
        dots = []
        for row in range(rows):
            y = piece.height_at(0.24 + 0.42 * row / max(rows - 1, 1))
            for column in range(columns):
                t = ((column + 0.5 + 0.5 * (row % 2)) / (columns + 0.5) - 0.5) * 1.75
                sag = piece.radius(y) * piece.squash * max(0.0, 1 - t * t) ** 0.5
                dots.append(f"M{num(CENTRE + piece.radius(y) * t)} {num(y + sag)}h0")
        holes = "".join(dots)
        ink = (
            line(holes, "#5A3A14", size + 6, 0.5)
            + line(holes, "#FFD98A", size)
            + line(holes, "#FFF4D6", size * 0.5)
        )
        return Layer(ink, piece.body_box)

    return draw
