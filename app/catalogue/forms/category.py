"""The form of a category."""

from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from app.catalogue.forms.product import words
from app.catalogue.models import Category
from app.core.forms import OnceForm

MOST = 1_000_000


class CategoryForm(OnceForm):
    name = words("Name", 60, "Enter the name that shoppers see")
    blurb = words("Introduction", 300)
    low_threshold = IntegerField(
        "Low at", [Optional(), NumberRange(0, MOST, f"A whole number from 0 to {MOST:,}")]
    )

    def fill(self, category: Category) -> "CategoryForm":
        self.name.data, self.blurb.data = category.name, category.blurb
        self.low_threshold.data = category.low_threshold
        return self
