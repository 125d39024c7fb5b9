"""The body of a piece turned on the wheel: glaze above, raw clay below, one light from the left."""

from app.demo.drawing.colour import blend, shade
from app.demo.drawing.geometry import CENTRE, Point, at, round_arc, side, silhouette, spline, through
from app.demo.drawing.piece import Layer, Piece
from app.demo.drawing.specks import draw_clay_grain, draw_specks
from app.demo.drawing.svg import Stop, across, define, ellipse, group, line, num, path, retrace, reuse, tag

_WAVE_POINTS = 13


def draw_thrown(piece: Piece) -> Layer:
    """The hairline of light traced last keeps Ink and Tenmoku from vanishing on a dark tile."""
    outline = silhouette(piece.profile, piece.squash, front_rim=piece.shape.mouth == "front")
    name = f"b{piece.uid}"
    inked = group(
        reuse(name, fill=piece.ref("g")),
        piece.shape.surface(piece).markup if piece.shape.surface else "",
        draw_specks(piece),
        _highlight(piece),
        _foot(piece),
        reuse(name, fill="url(#weight)"),
        retrace(name, "#fff", 5, 0.16),
        clip=piece.ref("k"),
    )
    clip = tag("clipPath", reuse(name), id=f"k{piece.uid}")
    markup = define(name, outline) + clip + inked + _mouth(piece)
    return Layer(markup, piece.body_box, _outlines(piece, outline))


def draw_gradients(piece: Piece) -> str:
    """The glaze (g), the clay (c) and the inside (i) of one piece, lit from the left."""
    left, right = CENTRE - piece.widest, CENTRE + piece.widest
    base = piece.glaze.base
    return (
        across(f"g{piece.uid}", left, right, _turned(base))
        + across(f"c{piece.uid}", left, right, _turned(piece.glaze.clay))
        + across(f"i{piece.uid}", left, right, [(0.1, shade(base, -0.66), 1), (0.95, shade(base, -0.26), 1)])
    )


def _turned(colour: str) -> list[Stop]:
    """Light at a quarter, shadow at nine tenths, and a little light thrown back on the far edge."""
    return [
        (0, shade(colour, -0.18), 1),
        (0.25, shade(colour, 0.16), 1),
        (0.52, colour, 1),
        (0.9, shade(colour, -0.38), 1),
        (1, shade(colour, -0.27), 1),
    ]


def glaze_line(piece: Piece) -> list[Point]:
    """Points of the line where the dip ended, right to left: it sags round the pot and never runs true."""
    y, runs = piece.dip_y, _run_places(piece)
    radius = max(piece.radius(y), 1)
    points = []
    for i in range(_WAVE_POINTS):
        t = 1.15 - 2.3 * i / (_WAVE_POINTS - 1)
        sag = radius * piece.squash * max(0.0, 1 - t * t) ** 0.5
        wobble = piece.dice.uniform(-4, 4) + runs.get(i, 0)
        points.append((CENTRE + radius * t, y + sag + wobble + piece.shape.tilt * t))
    return points


def _run_places(piece: Piece) -> dict[int, float]:
    room = (piece.foot - piece.dip_y) * 0.42
    places = piece.dice.sample((2, 3, 5, 7, 8, 10), piece.glaze.runs)
    return {place: piece.dice.uniform(0.5, 1) * min(room, 44) for place in places}


def _foot(piece: Piece) -> str:
    """Raw clay below the glaze line, and the thickness of the glaze along it."""
    points = glaze_line(piece)
    name, glaze = f"e{piece.uid}", piece.glaze
    left, right, low = CENTRE - piece.widest - 40, CENTRE + piece.widest + 40, piece.foot + 90
    below = (
        f"M{num(right)} {num(points[0][1])}L{at(points[0])}{spline(points)}"
        f"H{num(left)}V{num(low)}H{num(right)}Z"
    )
    return (
        define(name, through(points))
        + path(below, piece.ref("c"))
        + draw_clay_grain(piece)
        + retrace(name, "#000", 12, 0.13, "translate(0 5)")
        + retrace(name, shade(blend(glaze.base, glaze.clay, 0.25), -0.34), 5, 0.8)
        + retrace(name, shade(glaze.rim, 0.2), 2.5, 0.6, "translate(0 -5)")
    )


def _highlight(piece: Piece) -> str:
    """Two bands that follow the profile, as a window does in a glossy glaze."""
    return _band(piece, -0.68, -0.4, 0.1) + _band(piece, -0.6, -0.5, 0.2)


def _band(piece: Piece, outer: float, inner: float, opacity: float) -> str:
    far, near = side(piece.profile, outer), side(piece.profile, inner)
    return path(f"{through(far)}L{at(near[-1])}{spline(near[::-1])}Z", "#fff", opacity)


def _mouth(piece: Piece) -> str:
    if piece.shape.mouth == "closed":
        return ""
    rim, squash, top = piece.rim, piece.squash, piece.top
    if piece.shape.mouth == "front":
        return line(round_arc(top, rim, squash), shade(piece.glaze.rim, 0.15), 6)
    wall = min(10, rim * 0.14)
    return ellipse(CENTRE, top, rim, rim * squash, shade(piece.glaze.rim, 0.12)) + ellipse(
        CENTRE, top + wall * 0.2, rim - wall, max(rim * squash - wall * 0.55, 1.5), piece.ref("i")
    )


def _outlines(piece: Piece, outline: str) -> tuple[str, ...]:
    if piece.shape.mouth == "closed":
        return (outline,)
    return (outline, round_arc(piece.top, piece.rim, piece.squash))
