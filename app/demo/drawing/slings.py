"""Ropes that a pot hangs in."""

from app.demo.drawing.geometry import CENTRE, Box, at
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import ellipse, line


def rope_sling(rise: float) -> Part:
    """Two ropes from the rim to a ring, and one on to the ceiling beyond the picture."""

    def draw(piece: Piece) -> Layer:
        peak = piece.top - rise
        ropes = "".join(
            f"M{at((CENTRE + side * (piece.rim - 8), piece.top))}L{at((CENTRE, peak))}" for side in (-1, 1)
        )
        back = f"M{at((CENTRE - 26, piece.top - piece.rim * piece.squash))}L{at((CENTRE, peak))}V-900"
        ink = line(back, "#A8946E", 6) + line(ropes, "#CDBB94", 7)
        knot = ellipse(CENTRE, peak, 11, 16, "#B5A078")
        return Layer(ink + knot, Box(CENTRE - piece.rim, peak - 30, CENTRE + piece.rim, piece.top))

    return draw
