"""Forms with a fault: the glaze line slants or the dip came out short."""

from dataclasses import replace

from app.demo.drawing.discs import slab
from app.demo.drawing.piece import Shape
from app.demo.drawing.shapes.tableware import TABLEWARE
from app.demo.drawing.shapes.vases import VASES
from app.demo.drawing.swatches import swatches

_SOUND = {shape.slug: shape for shape in (*TABLEWARE, *VASES)}


def _faulty(slug: str, tilt: float, dip: float, fault: str) -> Shape:
    return replace(_SOUND[slug], slug=f"{slug}-second", foot_note=fault, tilt=tilt, dip=dip)


SECONDS = (
    _faulty("mug", 46, 0.6, "a slanting glaze line"),
    _faulty("bowl", -40, 0.52, "a short dip"),
    _faulty("moon", 70, 0.58, "a slanting glaze line"),
    _faulty("jug", -44, 0.5, "a short dip"),
    _faulty("plate", -70, 0.6, "a slanting glaze line"),
    _faulty("trumpet", 34, 0.56, "a slanting glaze line"),
    Shape(
        "test-tile",
        "glaze test tile",
        ((400, 150), (820, 150)),
        slab(300, 420, 26, 0.86),
        extra="and ten small glaze swatches",
        front=(swatches(),),
        dip=0.82,
        stands="wall",
        fill=0.48,
        scale=0.44,
        foot_note="a raw clay edge",
    ),
)
