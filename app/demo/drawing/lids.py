"""Lids, knobs and saucers."""

from app.demo.drawing.colour import shade
from app.demo.drawing.geometry import CENTRE, Box, at
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import across, ellipse, line, num, path, tag

_OAK = "#C29A6B"


def dome(height: float, share: float = 0.94, knob: float = 17) -> Part:
    """A thrown lid with a knob of raw clay."""

    def draw(piece: Piece) -> Layer:
        r, y = piece.rim * share, piece.top
        d = f"{_dome(r, y, height)}A{num(r)} {num(r * piece.squash)} 0 0 1 {at((CENTRE - r, y))}Z"
        peak = y - height
        markup = path(d, piece.ref("g")) + path(d, "url(#weight)")
        markup += line(
            f"M{at((CENTRE - r * 0.66, y - height * 0.42))}Q{at((CENTRE - r * 0.5, y - height * 0.8))} "
            f"{at((CENTRE - r * 0.2, y - height * 0.93))}",
            "#fff",
            7,
            0.3,
        )
        markup += line(_rim(r, y, piece.squash), shade(piece.glaze.base, -0.55), 4, 0.7)
        markup += _knob(piece.glaze.clay, peak, knob)
        box = Box(CENTRE - r, peak - knob * 1.7, CENTRE + r, y)
        return Layer(markup, box, (d, _ball(peak, knob)))

    return draw


def _dome(r: float, y: float, height: float) -> str:
    return (
        f"M{at((CENTRE - r, y))}C{at((CENTRE - r * 0.92, y - height * 0.72))} "
        f"{at((CENTRE - r * 0.5, y - height))} "
        f"{at((CENTRE, y - height))}S{at((CENTRE + r * 0.92, y - height * 0.72))} {at((CENTRE + r, y))}"
    )


def _rim(r: float, y: float, squash: float) -> str:
    return f"M{at((CENTRE - r, y))}A{num(r)} {num(r * squash)} 0 0 0 {at((CENTRE + r, y))}"


def _knob(clay: str, y: float, size: float) -> str:
    stem = ellipse(CENTRE, y + 2, size * 0.6, size * 0.34, shade(clay, -0.4))
    ball = ellipse(CENTRE, y - size * 0.75, size, size * 0.95, shade(clay, -0.14))
    return stem + ball + ellipse(CENTRE - size * 0.3, y - size * 1.05, size * 0.42, size * 0.34, "#fff", 0.25)


def _ball(y: float, size: float) -> str:
    """The outline of a knob."""
    low, across_by = y - size * 0.1, size * 0.7
    return (
        f"M{at((CENTRE - across_by, low))}A{num(size)} "
        f"{num(size * 0.95)} 0 1 1 {at((CENTRE + across_by, low))}"
    )


def wooden(height: float, overhang: float = 6, knob: bool = True) -> Part:
    """A turned oak lid."""

    def draw(piece: Piece) -> Layer:
        r, y = piece.rim + overhang, piece.top
        ry = r * piece.squash
        low = y + piece.rim * piece.squash * 0.35
        name = f"o{piece.uid}"
        wood = across(
            name,
            CENTRE - r,
            CENTRE + r,
            [(0, shade(_OAK, -0.16), 1), (0.28, shade(_OAK, 0.2), 1), (1, shade(_OAK, -0.38), 1)],
        )
        side = (
            f"M{at((CENTRE - r, low - height))}V{num(low)}A{num(r)} {num(ry)} 0 0 0 {at((CENTRE + r, low))}"
            f"V{num(low - height)}Z"
        )
        markup = wood + path(side, f"url(#{name})") + ellipse(CENTRE, low - height, r, ry, shade(_OAK, 0.24))
        markup += line(
            f"M{at((CENTRE - r * 0.6, low - height))}q{num(r * 0.5)} {num(ry * 0.4)} {num(r * 1.2)} 0",
            shade(_OAK, -0.2),
            2.5,
            0.5,
        )
        top = low - height - ry
        if knob:
            markup += _knob(_OAK, low - height, 22)
            top = min(top, low - height - 38)
        outline = (side, _lid_top(r, ry, low - height), *((_ball(low - height, 22),) if knob else ()))
        return Layer(markup, Box(CENTRE - r, top, CENTRE + r, low), outline)

    return draw


def _lid_top(r: float, ry: float, y: float) -> str:
    return f"M{at((CENTRE - r, y))}A{num(r)} {num(ry)} 0 0 1 {at((CENTRE + r, y))}"


def upturned_cup(height: float) -> Part:
    """A cup turned over the neck of a carafe."""

    def draw(piece: Piece) -> Layer:
        r, y = piece.rim + 26, piece.top + 46
        top, lip = y - height, y - height * 0.24
        shell = (
            f"M{at((CENTRE - r, y))}L{at((CENTRE - r * 0.86, top + 14))}Q{at((CENTRE - r * 0.84, top))} "
            f"{at((CENTRE - r * 0.66, top))}H{num(CENTRE + r * 0.66)}Q{at((CENTRE + r * 0.84, top))} "
            f"{at((CENTRE + r * 0.86, top + 14))}L{at((CENTRE + r, y))}"
        )
        d = f"{shell}A{num(r)} {num(r * 0.16)} 0 0 1 {at((CENTRE - r, y))}Z"
        band = (
            f"M{at((CENTRE - r, y))}L{at((CENTRE - r * 0.96, lip))}A{num(r)} {num(r * 0.16)} 0 0 0 "
            f"{at((CENTRE + r * 0.96, lip))}L{at((CENTRE + r, y))}"
            f"A{num(r)} {num(r * 0.16)} 0 0 1 {at((CENTRE - r, y))}Z"
        )
        markup = path(d, piece.ref("g")) + path(band, piece.ref("c")) + path(d, "url(#weight)")
        markup += line(_rim(r, y, 0.16), "#000", 5, 0.3)
        markup += line(
            f"M{at((CENTRE - r * 0.6, y - height * 0.2))}V{num(top + height * 0.3)}", "#fff", 8, 0.22
        )
        return Layer(markup, Box(CENTRE - r, top, CENTRE + r, y), (d,))

    return draw


def saucer(radius: float, rise: float = 26) -> Part:
    """A dish under the foot; the piece stands in its well."""

    def draw(piece: Piece) -> Layer:
        y = piece.foot - rise * 0.4
        ry, r = radius * piece.squash, radius
        low = y + rise
        under = (
            f"M{at((CENTRE - r, y))}C{at((CENTRE - r * 0.9, low))} {at((CENTRE - r * 0.7, low + ry * 0.5))} "
            f"{at((CENTRE - r * 0.6, low + ry * 0.6))}A{num(r * 0.6)} {num(ry * 0.6)} 0 0 0 "
            f"{at((CENTRE + r * 0.6, low + ry * 0.6))}C{at((CENTRE + r * 0.7, low + ry * 0.5))} "
            f"{at((CENTRE + r * 0.9, low))} {at((CENTRE + r, y))}Z"
        )
        name = f"u{piece.uid}"
        clay = piece.glaze.clay
        tone = across(
            name,
            CENTRE - r,
            CENTRE + r,
            [(0, shade(clay, -0.12), 1), (0.25, shade(clay, 0.14), 1), (1, shade(clay, -0.4), 1)],
        )
        markup = tone + path(under, f"url(#{name})") + ellipse(CENTRE, y, r, ry, shade(piece.glaze.base, 0.1))
        markup += ellipse(CENTRE, y + 3, r - 12, ry - 5, shade(piece.glaze.base, -0.2))
        markup += tag(
            "ellipse",
            cx=CENTRE + 20,
            cy=y + 6,
            rx=piece.base * 1.2,
            ry=piece.base * piece.squash * 1.4,
            fill="#000",
            opacity="0.28",
        )
        return Layer(markup, Box(CENTRE - r, y - ry, CENTRE + r, low + ry * 0.6), (under,))

    return draw
