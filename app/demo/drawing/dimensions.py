"""The dimension drawing: outline, axis, height and width with labels that read at thumbnail size."""

from app.demo.drawing.composition import Composition, compose
from app.demo.drawing.geometry import CENTRE, Box
from app.demo.drawing.pictures import HEIGHT, WIDTH
from app.demo.drawing.svg import document, num, tag

INK = "#5B82E8"
LABEL_UNITS = 48
_LABEL_WIDTH = 6 * LABEL_UNITS * 0.6
_GAP = 56
_ROOM = Box(60, 110, WIDTH - 60 - _GAP - 20 - _LABEL_WIDTH, HEIGHT - 260)


def draw_dimensions(shape: str, height_mm: int, width_mm: int) -> str:
    """One mid blue that reads on light and on dark tiles; flowers and flames are not measured."""
    composition = compose(shape, "chalk", 1)
    scale = min(_ROOM.width / composition.solid.width, _ROOM.height / composition.solid.height)
    placed = _placed(composition.solid, scale)
    body = (
        _outline(composition, placed, scale)
        + _axis(placed, composition.solid, scale)
        + _rulers(placed)
        + _label(placed.right + _GAP + 22, placed.centre[1] + LABEL_UNITS * 0.34, f"{height_mm} mm", "start")
        + _label(placed.centre[0], placed.bottom + _GAP + 66, f"{width_mm} mm", "middle")
    )
    return document(body, (0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)


def _placed(solid: Box, scale: float) -> Box:
    """Where the outline lands so that outline and labels together sit in the middle of the tile."""
    width, height = solid.width * scale, solid.height * scale
    left = (WIDTH - width - _GAP - 22 - _LABEL_WIDTH) / 2
    top = (HEIGHT - height - _GAP - 66) / 2
    return Box(left, top, left + width, top + height)


def _outline(composition: Composition, placed: Box, scale: float) -> str:
    solid = composition.solid
    move = (
        f"translate({num(placed.left)} {num(placed.top)}) scal"
        f"e({scale:.3f}) translate({num(-solid.left)} {num(-solid.top)})"
    )
    return tag(
        "g",
        _mask(composition.outline[0]),
        tag("g", _paths(composition.hidden), mask="url(#m)") if composition.hidden else "",
        _paths(composition.outline),
        transform=move,
        fill="none",
        stroke=INK,
        stroke_width=f"{5 / scale:.1f}",
        stroke_linejoin="round",
    )


def _mask(body: str) -> str:
    """Lines behind the body end at its edge: there is no background to paint them over with."""
    everything = tag("rect", x="-400", y="-400", width="1600", height="2000", fill="#fff", stroke="none")
    return tag(
        "mask",
        everything,
        tag("path", d=body, fill="#000"),
        id="m",
        maskUnits="userSpaceOnUse",
        x="-400",
        y="-400",
        width="1600",
        height="2000",
    )


def _paths(lines: tuple[str, ...]) -> str:
    return "".join(tag("path", d=d) for d in lines)


def _axis(placed: Box, solid: Box, scale: float) -> str:
    x = placed.left + (CENTRE - solid.left) * scale
    d = f"M{num(x)} {num(placed.top - 40)}V{num(placed.bottom + 28)}"
    return tag("path", d=d, stroke=INK, stroke_width="2.5", stroke_dasharray="20 8 4 8", opacity="0.7")


def _rulers(box: Box) -> str:
    x, y = box.right + _GAP - 12, box.bottom + _GAP
    d = (
        f"M{num(x)} {num(box.top)}V{num(box.bottom)}"
        f"M{num(x - 16)} {num(box.top)}h32M{num(x - 16)} {num(box.bottom)}h32"
        f"M{num(box.left)} {num(y)}H{num(box.right)}"
        f"M{num(box.left)} {num(y - 16)}v32M{num(box.right)} {num(y - 16)}v32"
    )
    return tag("path", d=d, fill="none", stroke=INK, stroke_width="4", stroke_linecap="round")


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return tag(
        "text",
        text,
        x=x,
        y=y,
        fill=INK,
        text_anchor=anchor,
        font_family="ui-monospace, Menlo, Consolas, monospace",
        font_size=str(LABEL_UNITS),
        font_weight="600",
    )
