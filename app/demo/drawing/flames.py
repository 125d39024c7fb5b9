"""Candles, flames, smoke and reeds."""

from app.demo.drawing.geometry import CENTRE, Box, at
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import ellipse, line, num, path, tag

_WAX = ("#F3EBDC", "#DDD0B8")


def _flame(x: float, y: float, size: float) -> str:
    s = size
    d = (
        f"M{at((x, y))}C{at((x - s * 0.42, y - s * 0.3))} "
        f"{at((x - s * 0.12, y - s * 0.62))} {at((x + s * 0.02, y - s))}"
        f"C{at((x + s * 0.2, y - s * 0.6))} {at((x + s * 0.4, y - s * 0.28))} {at((x, y))}Z"
    )
    core = ellipse(x, y - s * 0.2, s * 0.11, s * 0.18, "#FFF1C4")
    return ellipse(x, y - s * 0.4, s * 1.5, s * 1.5, "url(#warm)") + path(d, "#F3B54A") + core


def candle(width: float, height: float, flame: float = 84) -> Part:
    """Standing in the rim of the piece."""

    def draw(piece: Piece) -> Layer:
        low, top = piece.top + 4, piece.top - height
        half = width / 2
        stick = (
            f"M{at((CENTRE - half, top + 6))}q0 -8 10 -8h{num(width - 20)}q10 0 10 8"
            f"V{num(low)}A{num(half)} {num(half * 0.16)} 0 0 1 {at((CENTRE - half, low))}Z"
        )
        dark = (
            f"M{at((CENTRE + half * 0.3, top - 2))}"
            f"H{num(CENTRE + half - 8)}q8 0 8 8V{num(low)}l{num(-half * 0.7)} 4Z"
        )
        wick = line(f"M{num(CENTRE)} {num(top)}v-18", "#4A4038", 4)
        fire = _flame(CENTRE, top - 14, flame)
        markup = path(stick, _WAX[0]) + path(dark, _WAX[1]) + wick + fire
        return Layer(markup, Box(CENTRE - half, top - 14 - flame, CENTRE + half, low))

    return draw


def wax(sink: float = 0, flame: float = 64) -> Part:
    """Wax poured level with the rim and one lit wick."""

    def draw(piece: Piece) -> Layer:
        y = piece.top + sink
        r = piece.rim - 14
        pool = ellipse(CENTRE, y + 3, r, r * piece.squash - 2, _WAX[0])
        pool += ellipse(CENTRE, y + 3, r * 0.42, r * piece.squash * 0.4, "#FFF7E2")
        wick = line(f"M{num(CENTRE)} {num(y + 4)}v-24", "#4A4038", 4)
        return Layer(pool + wick + _flame(CENTRE, y - 18, flame), Box(CENTRE, y - 18 - flame, CENTRE, y))

    return draw


def reeds(count: int = 6, height: float = 250) -> Part:
    def draw(piece: Piece) -> Layer:
        sticks = ""
        for i in range(count):
            t = (i / (count - 1) - 0.5) * 2
            sticks += (
                f"M{at((CENTRE - t * 12, piece.top + 10))}"
                f"L{at((CENTRE + t * height * 0.36, piece.top - height * (1 - 0.12 * t * t)))}"
            )
        ink = line(sticks, "#8A6A44", 7) + line(sticks, "#C9A878", 3.5)
        return Layer(ink, Box(CENTRE - height * 0.38, piece.top - height, CENTRE + height * 0.38, piece.top))

    return draw


def incense(height: float = 330) -> Part:
    """One leaning stick and its smoke."""

    def draw(piece: Piece) -> Layer:
        y = piece.top
        tip = (CENTRE + 96, y - height)
        stick = line(f"M{at((CENTRE - 6, y + 4))}L{at(tip)}", "#6B4E36", 6) + ellipse(
            tip[0], tip[1], 5, 7, "#E98A4A"
        )
        smoke = f"M{at((tip[0], tip[1] - 8))}c-34 -40 26 -64 2 -110s18 -52 4 -84"
        return Layer(stick + line(smoke, "#8E969D", 5, 0.5), Box(CENTRE - 10, tip[1] - 204, CENTRE + 120, y))

    return draw


def burner_window(width: float = 120, height: float = 120) -> Part:
    """The arch under an oil burner's dish, with a tea light inside."""

    def draw(piece: Piece) -> Layer:
        low = piece.foot - 26
        half = width / 2
        arch = (
            f"M{at((CENTRE - half, low))}v{num(-height + half)}a{num(half)} {num(half)} "
            f"0 0 1 {num(width)} 0v{num(height - half)}q{num(-half)} 20 {num(-width)} 0Z"
        )
        cup = tag("rect", x=CENTRE - 32, y=low - 22, width="64", height="26", rx="5", fill="#C9CDD1")
        markup = path(arch, "#2B1C12") + cup + _flame(CENTRE, low - 22, 52)
        return Layer(markup, Box(CENTRE - half, low - height, CENTRE + half, low), (arch,))

    return draw
