"""What goes on the table."""

from app.demo.assortment.dishes import DISHES
from app.demo.assortment.drinkware import DRINKWARE
from app.demo.assortment.product import DemoProduct

TABLEWARE: tuple[DemoProduct, ...] = (*DRINKWARE, *DISHES)
