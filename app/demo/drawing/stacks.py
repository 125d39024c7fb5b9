"""Bowls of one size, one inside the other."""

from app.demo.drawing.colour import shade
from app.demo.drawing.geometry import CENTRE, Box, arc, at, round_arc, silhouette
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import ellipse, group, line, num, path


def nested(count: int, lift: float) -> Part:
    """The bowls above the lowest; draw it behind a body whose mouth is "front"."""

    def draw(piece: Piece) -> Layer:
        rise = lift * count
        ink = _inside(piece, rise) + "".join(_bowl(piece, lift * k) for k in range(count, 0, -1))
        top = piece.top - rise
        box = Box(CENTRE - piece.widest, top - piece.rim * piece.squash, CENTRE + piece.widest, piece.top)
        return Layer(ink, box, _edges(piece, count, lift))

    return draw


def _edges(piece: Piece, count: int, lift: float) -> tuple[str, ...]:
    rim, rise = piece.rim, lift * count
    top = piece.top - rise
    sides = "".join(f"M{at((CENTRE + hand * rim, top))}v{num(rise)}" for hand in (-1, 1))
    back = f"M{at((CENTRE - rim, top))}{arc(rim, rim * piece.squash, (CENTRE + rim, top), sweep=True)}"
    return (sides, back, *(round_arc(piece.top - lift * k, rim, piece.squash) for k in range(1, count + 1)))


def _inside(piece: Piece, rise: float) -> str:
    rim, top, squash = piece.rim, piece.top - rise, piece.squash
    lip = ellipse(CENTRE, top, rim, rim * squash, shade(piece.glaze.rim, 0.12))
    return lip + ellipse(CENTRE, top + 2, rim - 10, rim * squash - 5, piece.ref("i"))


def _bowl(piece: Piece, rise: float) -> str:
    outline = silhouette(piece.profile, piece.squash, front_rim=True)
    shadow = group(
        line(round_arc(piece.top, piece.rim - 8, piece.squash), "#000", 16, 0.2), transform="translate(0 26)"
    )
    ink = (
        path(outline, piece.ref("g"))
        + shadow
        + line(round_arc(piece.top, piece.rim, piece.squash), shade(piece.glaze.rim, 0.15), 6)
    )
    return group(ink, transform=f"translate(0 {num(-rise)})")
