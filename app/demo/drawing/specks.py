"""Iron specks in the glaze and grain in the raw clay."""

from app.demo.drawing.colour import shade
from app.demo.drawing.geometry import CENTRE, round_arc
from app.demo.drawing.piece import Piece
from app.demo.drawing.svg import line, num

_SIZES = (3.0, 4.4, 6.4)


def draw_specks(piece: Piece) -> str:
    """Dots as zero-length strokes with round caps: a tenth of the bytes of so many circles."""
    total = round(piece.glaze.specks * (1.2 if piece.close else 1))
    sizes = tuple(size * (0.62 if piece.close else 1) for size in _SIZES)
    counts = (total // 2, total // 3, total // 6)
    return "".join(
        line(_dots(piece, count), piece.glaze.speck, size, 0.5)
        for size, count in zip(sizes, counts, strict=True)
    )


def _dots(piece: Piece, count: int) -> str:
    low = piece.dip_y if piece.shape.stands != "air" else piece.foot
    high = max(piece.top, low - 240) if piece.close else piece.top
    dots = []
    for _ in range(count):
        y = piece.dice.uniform(high, max(low, high + 1))
        x = CENTRE + piece.dice.uniform(-0.97, 0.97) * piece.radius(y)
        dots.append(f"M{num(round(x))} {num(round(y))}h0")
    return "".join(dots)


def draw_clay_grain(piece: Piece) -> str:
    """The lines a rib leaves in the clay while the wheel turns."""
    depth = piece.foot - piece.dip_y
    dark = shade(piece.glaze.clay, -0.4)
    count = 7 if piece.close else 4
    arcs = (round_arc(y, piece.radius(y), piece.squash) for y in _levels(piece, count, depth))
    return line("".join(arcs), dark, 1.6 if piece.close else 2.2, 0.2)


def _levels(piece: Piece, count: int, depth: float) -> list[float]:
    return [piece.dip_y + depth * (i + 0.6 + piece.dice.uniform(-0.25, 0.25)) / count for i in range(count)]
