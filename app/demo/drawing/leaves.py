"""Plants with stiff leaves: fans, swords, a cactus, rosettes."""

from math import cos, pi, sin

from app.demo.drawing.colour import shade
from app.demo.drawing.geometry import CENTRE, Box, at
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.soil import GREENS, draw_soil
from app.demo.drawing.svg import alpha, define, ellipse, group, line, num, path, retrace, reuse


def leaf_fan(count: int = 9, height: float = 320) -> Part:
    """Broad upright leaves in a fan, the outer ones behind."""

    def draw(piece: Piece) -> Layer:
        blades = []
        for i in range(count):
            t = (i / (count - 1) - 0.5) * 2
            turn = t * 58 + piece.dice.uniform(-6, 6)
            length = height * (1 - 0.3 * abs(t)) * piece.dice.uniform(0.9, 1.06)
            place = f"translate({num(CENTRE + t * piece.rim * 0.3)} {num(piece.top)}) rotate({num(turn)})"
            blades.append(
                (abs(t), group(_blade(length, piece.dice.uniform(38, 54), GREENS[i % 4]), transform=place))
            )
        spread = height * 0.72
        box = Box(CENTRE - spread, piece.top - height, CENTRE + spread, piece.top)
        return Layer(
            draw_soil(piece) + "".join(ink for _, ink in sorted(blades, key=lambda blade: -blade[0])), box
        )

    return draw


def _blade(length: float, width: float, green: str) -> str:
    w, h = num(width), length
    half = f"C{w} {num(-h * 0.8)} {w} {num(-h * 0.35)} 0 20Z"
    full = f"M0 20C-{w} {num(-h * 0.35)} -{w} {num(-h * 0.8)} 0 {num(-h)}{half}"
    shaded = f"M0 20C3 {num(-h * 0.4)} 3 {num(-h * 0.7)} 0 {num(-h)}{half}"
    return (
        path(full, green)
        + path(shaded, shade(green, -0.3), 0.5)
        + line(f"M0 6V{num(-h * 0.86)}", shade(green, 0.3), 3, 0.7)
    )


def sword_leaves(count: int = 7, height: float = 330) -> Part:
    """A snake plant: stiff swords with pale margins."""

    def draw(piece: Piece) -> Layer:
        sword, marks = f"p{piece.uid}", f"q{piece.uid}"
        forms = define(sword, "M-15 0C-30 -120 -24 -240 2 -300C26 -240 30 -120 15 0Z")
        forms += define(marks, "".join(f"M-16 {y}q16 -12 32 2" for y in (-66, -108, -150, -192, -234)))
        places = sorted(((i / (count - 1) - 0.5) * 2 for i in range(count)), key=lambda t: -abs(t))
        ink = "".join(_sword(piece, t, height, GREENS[(2 * i + 1) % 4]) for i, t in enumerate(places))
        box = Box(CENTRE - piece.rim * 0.85, piece.top - height, CENTRE + piece.rim * 0.85, piece.top)
        return Layer(draw_soil(piece) + forms + ink, box)

    return draw


def _sword(piece: Piece, t: float, height: float, green: str) -> str:
    sword, marks = f"p{piece.uid}", f"q{piece.uid}"
    length = height / 300 * (1 - 0.34 * abs(t)) * piece.dice.uniform(0.88, 1.0)
    place = (
        f"translate({num(CENTRE + t * piece.rim * 0.5)} "
        f"{num(piece.top + 6)})rotate({num(t * 13)})scale(1 {alpha(length)})"
    )
    return group(
        reuse(sword, fill="#D8D49A"),
        reuse(sword, "scale(.76 .97)", fill=green),
        retrace(marks, shade(green, 0.35), 4, 0.45),
        transform=place,
    )


def cactus(height: float = 230) -> Part:
    """A ribbed column with one arm and a flower."""

    def draw(piece: Piece) -> Layer:
        y, green = piece.top + 8, "#4E8058"
        trunk = f"M{at((CENTRE - 62, y))}V{num(y - height + 60)}a62 62 0 0 1 124 0V{num(y)}Z"
        arm = f"M{at((CENTRE + 40, y - 70))}h40a24 24 0 0 0 24 -24v-46"
        ribs = "".join(
            f"M{num(CENTRE + x)} {num(y)}V{num(y - height + 40 + abs(x) * 0.5)}" for x in (-34, -4, 28)
        )
        prickles = "".join(
            f"M{num(CENTRE + x)} {num(y - 30 - 34 * k)}h0" for x in (-48, -19, 12, 45) for k in range(5)
        )
        ink = line(arm, shade(green, -0.2), 44) + path(trunk, green)
        ink += path(
            f"M{at((CENTRE + 22, y))}V{num(y - height + 6)}a62 62 0 0 1 40 56V{num(y)}Z",
            shade(green, -0.3),
            0.6,
        )
        ink += line(ribs, shade(green, -0.35), 5, 0.5) + line(prickles, "#E9E4C9", 5, 0.8)
        petals = "".join(
            ellipse(CENTRE + 15 * cos(a), y - height + 2 + 9 * sin(a), 15, 11, "#E7907F") for a in _turns(6)
        )
        flower = petals + ellipse(CENTRE, y - height + 2, 9, 7, "#F4CF7B")
        return Layer(draw_soil(piece) + ink + flower, Box(CENTRE - 62, y - height - 18, CENTRE + 128, y))

    return draw


def _turns(count: int) -> list[float]:
    return [2 * pi * i / count for i in range(count)]


def rosettes() -> Part:
    """Three succulents seen from the side, packed rim to rim."""

    def draw(piece: Piece) -> Layer:
        step, name = piece.rim * 0.58, f"p{piece.uid}"
        petal = define(name, "M0 0C-34 -40 -26 -86 0 -100C26 -86 34 -40 0 0Z")
        ink = "".join(
            group(
                _rosette(name, size, green),
                transform=f"translate({num(CENTRE + x * step)} {num(piece.top + 6 * abs(x))})",
            )
            for x, size, green in ((-1, 0.88, "#8FB39A"), (1, 0.82, "#6E9A7A"), (0, 1.04, "#A9C4B0"))
        )
        box = Box(CENTRE - step - 84, piece.top - 112, CENTRE + step + 84, piece.top)
        return Layer(draw_soil(piece) + petal + ink, box)

    return draw


def _rosette(petal: str, size: float, green: str) -> str:
    """Three rings of petals, the inner ones smaller and lighter."""
    rings = []
    for ring, count in ((1.0, 7), (0.72, 5), (0.42, 3)):
        turns = (-76 + 152 * i / (count - 1) for i in range(count))
        tones = (shade(green, 0.06 * (i % 2) - 0.04 - 0.3 * ring) for i in range(count))
        grow = f"scale({alpha(size * ring)})"
        rings += [
            reuse(petal, f"rotate({num(turn)}){grow}", fill=tone)
            for turn, tone in zip(turns, tones, strict=True)
        ]
    return "".join(rings)
