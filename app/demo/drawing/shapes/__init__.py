"""Every form of the workshop by its slug."""

from app.demo.drawing.piece import Shape
from app.demo.drawing.shapes.candles import CANDLES
from app.demo.drawing.shapes.lighting import LIGHTING
from app.demo.drawing.shapes.plants import PLANTS
from app.demo.drawing.shapes.seconds import SECONDS
from app.demo.drawing.shapes.tableware import TABLEWARE
from app.demo.drawing.shapes.vases import VASES

SHAPES: dict[str, Shape] = {
    shape.slug: shape for shape in (*TABLEWARE, *VASES, *LIGHTING, *PLANTS, *CANDLES, *SECONDS)
}
