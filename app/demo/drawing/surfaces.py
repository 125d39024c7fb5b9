"""What the hand does to a body before it is fired: rings, flutes, bands, a second dip."""

from math import pi, sin

from app.demo.drawing.colour import shade
from app.demo.drawing.geometry import CENTRE, Profile, at, round_arc, side, spline, through
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import define, line, num, path, retrace


def throwing_rings(count: int = 6) -> Part:
    def draw(piece: Piece) -> Layer:
        levels = [piece.height_at(0.12 + piece.shape.dip * 0.86 * i / count) for i in range(count)]
        arcs = "".join(round_arc(y, piece.radius(y), piece.squash) for y in levels)
        lower = "".join(round_arc(y + 5, piece.radius(y + 5), piece.squash) for y in levels)
        dark = line(arcs, shade(piece.glaze.base, -0.5), 4, 0.3)
        return Layer(dark + line(lower, "#fff", 2.5, 0.2), piece.body_box)

    return draw


def flutes(count: int = 13) -> Part:
    """Grooves cut from rim to foot; they crowd together towards the edges as the body turns away."""

    def draw(piece: Piece) -> Layer:
        shares = [sin(pi * (i / (count - 1) - 0.5)) * 0.97 for i in range(count)]
        name = f"f{piece.uid}"
        grooves = define(name, "".join(through(side(_glazed(piece), share)) for share in shares))
        dark = retrace(name, shade(piece.glaze.base, -0.6), 6, 0.34)
        light = retrace(name, shade(piece.glaze.rim, 0.2), 3, 0.4, "translate(6 0)")
        return Layer(grooves + dark + light, piece.body_box)

    return draw


def _glazed(piece: Piece) -> Profile:
    """The profile down to the first point below the glaze line; the clay hides the rest anyway."""
    above = sum(y <= piece.dip_y for y, _ in piece.profile)
    return piece.profile[: above + 1]


def facets(count: int = 7) -> Part:
    """Flat cuts: every second strip is a tone darker."""

    def draw(piece: Piece) -> Layer:
        shares = [sin(pi * (i / count - 0.5)) for i in range(count + 1)]
        strips = ""
        for left, right in list(zip(shares, shares[1:], strict=False))[::2]:
            far, near = side(_glazed(piece), left), side(_glazed(piece), right)
            strips += f"{through(far)}L{at(near[-1])}{spline(near[::-1])}Z"
        return Layer(path(strips, "#000", 0.13), piece.body_box)

    return draw


def clay_band(start: float, end: float) -> Part:
    """A waxed band that the glaze did not take."""

    def draw(piece: Piece) -> Layer:
        markup = path(_belt(piece, start, end), piece.ref("c"))
        for share in (start, end):
            y = piece.height_at(share)
            edge = round_arc(y, piece.radius(y), piece.squash)
            markup += line(edge, shade(piece.glaze.base, -0.4), 4, 0.7)
        return Layer(markup, piece.body_box)

    return draw


def stripes(*levels: float, width: float = 0.035) -> Part:
    """Brushed lines in the colour of the thin glaze."""

    def draw(piece: Piece) -> Layer:
        belts = "".join(_belt(piece, level, level + width) for level in levels)
        return Layer(path(belts, shade(piece.glaze.rim, 0.3), 0.75), piece.body_box)

    return draw


def second_dip(end: float) -> Part:
    """The rim went into the bucket twice and came out a tone deeper."""

    def draw(piece: Piece) -> Layer:
        y = piece.height_at(end)
        edge = round_arc(y, piece.radius(y), piece.squash)
        belt = path(_belt(piece, -0.2, end), shade(piece.glaze.base, -0.62), 0.42)
        return Layer(belt + line(edge, shade(piece.glaze.rim, 0.1), 3, 0.6), piece.body_box)

    return draw


def dimples(rows: int = 4, columns: int = 9) -> Part:
    """Thumb marks in staggered rows."""

    def draw(piece: Piece) -> Layer:
        dark, light = [], []
        for row in range(rows):
            y = piece.height_at(0.16 + 0.86 * piece.shape.dip * row / rows)
            for column in range(columns):
                turn = (column + 0.5 * (row % 2)) / columns - 0.5
                x = CENTRE + piece.radius(y) * sin(pi * turn)
                dip = y + piece.radius(y) * piece.squash * (1 - sin(pi * turn) ** 2) ** 0.5
                dark.append(f"M{num(x)} {num(dip)}h0")
                light.append(f"M{num(x + 4)} {num(dip + 5)}h0")
        ink = line("".join(light), "#fff", 22, 0.22)
        ink += line("".join(dark), shade(piece.glaze.base, -0.5), 20, 0.6)
        return Layer(ink, piece.body_box)

    return draw


def _belt(piece: Piece, start: float, end: float) -> str:
    top, bottom = piece.height_at(start), piece.height_at(end)
    upper, lower = piece.radius(top) + 14, piece.radius(bottom) + 14
    return (
        f"M{at((CENTRE - upper, top))}A{num(upper)} "
        f"{num(upper * piece.squash)} 0 0 0 {at((CENTRE + upper, top))}"
        f"L{at((CENTRE + lower, bottom))}A{num(lower)} "
        f"{num(lower * piece.squash)} 0 0 1 {at((CENTRE - lower, bottom))}Z"
    )
