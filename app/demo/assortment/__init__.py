"""What the demonstration shop sells: categories, products and variants as plain data."""

from app.demo.assortment.candles import CANDLES
from app.demo.assortment.categories import CATEGORIES
from app.demo.assortment.lighting import LIGHTING
from app.demo.assortment.plants import PLANTS
from app.demo.assortment.product import USUAL_LOW_THRESHOLD, DemoCategory, DemoProduct, DemoVariant
from app.demo.assortment.related import RELATED
from app.demo.assortment.seconds import SECONDS
from app.demo.assortment.tableware import TABLEWARE
from app.demo.assortment.vases import VASES
from app.demo.assortment.words import PICTURES, describe

ASSORTMENT: tuple[DemoProduct, ...] = (*TABLEWARE, *VASES, *LIGHTING, *PLANTS, *CANDLES, *SECONDS)

__all__ = [
    "ASSORTMENT",
    "CATEGORIES",
    "PICTURES",
    "RELATED",
    "USUAL_LOW_THRESHOLD",
    "DemoCategory",
    "DemoProduct",
    "DemoVariant",
    "describe",
]
