"""Shadows in neutral black, so that they sit as well on a dark tile as on a light one."""

from app.demo.drawing.geometry import CENTRE
from app.demo.drawing.piece import Piece
from app.demo.drawing.svg import ellipse


def draw_shadow(piece: Piece) -> str:
    return _SHADOWS[piece.shape.stands](piece)


def _on_the_floor(piece: Piece) -> str:
    y, base, widest = piece.foot, piece.base, piece.widest
    depth = max(piece.squash * 1.5, 0.2)
    cast = ellipse(
        CENTRE + widest * 0.2, y + base * piece.squash * 0.7, widest * 1.24, widest * depth, "url(#shade)"
    )
    return cast + ellipse(CENTRE + 8, y + 5, base * 1.14, base * piece.squash * 1.5, "url(#touch)")


def _on_the_wall(piece: Piece) -> str:
    middle = (piece.top + piece.foot) / 2
    return ellipse(
        CENTRE + 44, middle + 40, piece.widest * 1.4, (piece.foot - piece.top) * 0.72, "url(#shade)", 0.8
    )


def _in_the_air(_: Piece) -> str:
    return ""


_SHADOWS = {"floor": _on_the_floor, "wall": _on_the_wall, "air": _in_the_air}
