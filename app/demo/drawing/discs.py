"""Pieces shown face on, leaning against the wall: plates, platters, trays and tiles."""

from collections.abc import Callable

from app.demo.drawing.colour import blend, shade
from app.demo.drawing.geometry import CENTRE, GROUND, Box, Point, at, spline, through
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import define, ellipse, group, line, num, path, retrace, tag

Outline = Callable[[float], str]


def plate(rx: float, ry: float, well: float = 0.68) -> Part:
    """An ellipse with a raised rim."""
    return _leaning(lambda grow: _oval(rx + grow, ry + grow, ry), rx, ry, well)


def slab(width: float, height: float, corner: float, well: float = 0.84) -> Part:
    """A rectangle with rounded corners and a raised edge."""
    rx, ry = width / 2, height / 2
    return _leaning(lambda grow: _rounded(rx + grow, ry + grow, max(corner + grow, 8), ry), rx, ry, well)


def _leaning(outline: Outline, rx: float, ry: float, well: float) -> Part:
    def draw(piece: Piece) -> Layer:
        face, clip = outline(-9), f"k{piece.uid}"
        box = Box(CENTRE - rx, GROUND - 2 * ry, CENTRE + rx, GROUND)
        edge = path(outline(0), piece.ref("c")) + line(outline(0), "#fff", 2, 0.25)
        glazed = (
            path(face, piece.ref("g"))
            + _well(piece, outline, rx, well)
            + _specks(piece, box)
            + _bare(piece, box)
        )
        inked = group(glazed, path(face, "url(#weight)"), clip=f"url(#{clip})")
        markup = _wall_shadow(box) + tag("clipPath", path(face, "#000"), id=clip) + edge + inked
        return Layer(markup, box, (outline(0), outline(-rx * (1 - well))))

    return draw


def _oval(rx: float, ry: float, half: float) -> str:
    y = GROUND - half
    return (
        f"M{at((CENTRE - rx, y))}a{num(rx)} {num(ry)} 0 1 1 "
        f"{num(2 * rx)} 0a{num(rx)} {num(ry)} 0 1 1 {num(-2 * rx)} 0Z"
    )


def _rounded(rx: float, ry: float, corner: float, half: float) -> str:
    c, top = corner, GROUND - half - ry
    turn = f"a{num(c)} {num(c)} 0 0 1 "
    return (
        f"M{at((CENTRE - rx + c, top))}h{num(2 * (rx - c))}{turn}{num(c)} "
        f"{num(c)}v{num(2 * (ry - c))}{turn}{num(-c)} {num(c)}"
        f"h{num(-2 * (rx - c))}{turn}{num(-c)} {num(-c)}v{num(-2 * (ry - c))}{turn}{num(c)} {num(-c)}Z"
    )


def _well(piece: Piece, outline: Outline, rx: float, well: float) -> str:
    """The step into the well: the side towards the light lies in shadow, the far side catches it."""
    inner, base = outline(-rx * (1 - well)), piece.glaze.base
    return (
        group(line(inner, "#fff", 7, 0.28), transform="translate(-5 -5)")
        + path(inner, shade(base, -0.05))
        + group(line(inner, shade(base, -0.6), 8, 0.28), transform="translate(4 4)")
        + ellipse(CENTRE - rx * 0.36, GROUND - rx * 1.2, rx * 0.5, rx * 0.3, "url(#shine)")
    )


def _specks(piece: Piece, box: Box) -> str:
    total = piece.glaze.specks * (3 if piece.close else 1)
    dots = "".join(
        f"M{num(round(piece.dice.uniform(box.left, box.right)))} "
        f"{num(round(piece.dice.uniform(box.top, box.bottom)))}h0"
        for _ in range(total)
    )
    return line(dots, piece.glaze.speck, 3.2 if piece.close else 5, 0.5)


def _bare(piece: Piece, box: Box) -> str:
    """The part of the face held while dipping: raw clay."""
    y = box.top + box.height * piece.shape.dip
    points: list[Point] = [
        (
            box.right + 20 - i * (box.width + 40) / 8,
            y + piece.dice.uniform(-7, 7) + piece.shape.tilt * (1 - i / 4),
        )
        for i in range(9)
    ]
    name = f"e{piece.uid}"
    below = f"M{at(points[0])}{spline(points)}V{num(box.bottom + 20)}H{num(box.right + 20)}Z"
    thick = shade(blend(piece.glaze.base, piece.glaze.clay, 0.25), -0.34)
    return (
        define(name, through(points))
        + path(below, piece.ref("c"))
        + retrace(name, "#000", 12, 0.12, "translate(0 6)")
        + retrace(name, thick, 5, 0.8)
        + retrace(name, shade(piece.glaze.rim, 0.2), 2.5, 0.6, "translate(0 -5)")
    )


def _wall_shadow(box: Box) -> str:
    x, y = box.centre
    return ellipse(x + 34, y + 26, box.width * 0.56, box.height * 0.57, "url(#shade)", 0.9)
