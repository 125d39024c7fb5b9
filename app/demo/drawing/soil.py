"""The earth in a pot and the greens that grow from it."""

from app.demo.drawing.geometry import CENTRE
from app.demo.drawing.piece import Piece
from app.demo.drawing.svg import ellipse

GREENS = ("#3F6B4B", "#4E8058", "#2F5A41", "#6A9A66")
_SOIL = "#4A382B"


def draw_soil(piece: Piece) -> str:
    return ellipse(CENTRE, piece.top + 3, piece.rim - 12, (piece.rim - 12) * piece.squash, _SOIL)
