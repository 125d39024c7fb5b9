"""Pictures of pots as SVG text: pure functions of shape, glaze and seed, with transparent backgrounds."""

from app.demo.drawing.dimensions import draw_dimensions
from app.demo.drawing.glazes import GLAZES, Glaze
from app.demo.drawing.mark import draw_mark
from app.demo.drawing.pictures import draw_detail, draw_main
from app.demo.drawing.scenes import draw_category, draw_hero, draw_scene
from app.demo.drawing.shapes import SHAPES

__all__ = [
    "GLAZES",
    "SHAPES",
    "Glaze",
    "draw_category",
    "draw_detail",
    "draw_dimensions",
    "draw_hero",
    "draw_main",
    "draw_mark",
    "draw_scene",
]
