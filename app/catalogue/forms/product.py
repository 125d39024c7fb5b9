"""The forms of a product, its variants and its pictures."""

from collections.abc import Sequence
from typing import Any

from wtforms import FileField, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.catalogue.models import Category, Picture, Product, Variant
from app.catalogue.prices import format_plain, parse_price
from app.catalogue.products import LONGEST_SLUG, Basics, format_facts, parse_facts
from app.catalogue.variants import VariantValues
from app.core.forms import OnceForm

COLOUR = r"#[0-9a-fA-F]{6}$"


def trim(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


def trim_lines(text: Any) -> Any:
    """Browsers send CRLF; what is stored and compared has plain line ends."""
    return text.replace("\r\n", "\n").strip() if isinstance(text, str) else text


def words(label: str, most: int, needed: str = "") -> StringField:
    rules: list[Any] = [InputRequired(needed)] if needed else []
    return StringField(
        label, [*rules, Length(max=most, message=f"At most {most} characters")], filters=[trim]
    )


class ProductForm(OnceForm):
    name = words("Name", 120, "Enter the name that shoppers see")
    tagline = words("Tagline", 200)
    description = TextAreaField(
        "Description", [Length(max=10_000, message="At most 10,000 characters")], filters=[trim_lines]
    )
    category_id = SelectField("Category", coerce=str, validate_choice=False)
    facts = TextAreaField("Facts", filters=[trim_lines])
    care = words("Care", 300)
    firing = words("Firing", 200)
    version = HiddenField()

    def offer(self, categories: Sequence[Category]) -> None:
        self.category_id.choices = [(str(category.id), category.name) for category in categories]

    def fill(self, product: Product) -> "ProductForm":
        for name in ("name", "tagline", "description", "care", "firing"):
            self[name].data = getattr(product, name)
        self.category_id.data = str(product.category_id)
        self.facts.data = format_facts(product.facts)
        self.version.data = str(product.version)
        return self

    def validate_facts(self, field: Any) -> None:
        try:
            parse_facts(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def validate_category_id(self, field: Any) -> None:
        if not any(value == field.data for value, *_ in self.category_id.choices):
            raise ValidationError("Choose a category")

    def basics(self) -> Basics:
        texts = {name: self[name].data or "" for name in ("name", "tagline", "description", "care", "firing")}
        return Basics(
            **texts, facts=parse_facts(self.facts.data or ""), category_id=int(self.category_id.data)
        )


class NewProductForm(ProductForm):
    slug = StringField(
        "Address",
        [
            Optional(),
            Length(max=LONGEST_SLUG, message=f"At most {LONGEST_SLUG} characters"),
            Regexp(r"[a-z0-9]+(-[a-z0-9]+)*$", message="Use small letters, digits and single dashes"),
        ],
        filters=[trim],
    )


class VariantForm(OnceForm):
    glaze = words("Glaze", 40, "Enter the glaze")
    glaze_hex = StringField(
        "Colour", [Regexp(COLOUR, message="Choose a colour like #2f55b8")], default="#a6c5b0"
    )
    size = words("Size", 40)
    price = words("Price", 20, "Enter the price")
    version = HiddenField()

    def fill(self, variant: Variant, version: int) -> "VariantForm":
        for name in ("glaze", "glaze_hex", "size"):
            self[name].data = getattr(variant, name)
        self.price.data = format_plain(variant.price_minor)
        self.version.data = str(version)
        return self

    def validate_price(self, field: Any) -> None:
        try:
            parse_price(field.data)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def values(self) -> VariantValues:
        return VariantValues(
            self.glaze.data, self.glaze_hex.data, self.size.data or "", parse_price(self.price.data)
        )


class NewVariantForm(VariantForm):
    sku = words("SKU", 64, "Enter the SKU; it cannot be changed later")


class DescribeForm(OnceForm):
    """`glaze` is empty for a picture that goes with every variant."""

    alt = words("What it shows", 250, "Say what it shows, for those who cannot see it")
    glaze = SelectField("Shown with", validate_choice=False)

    def offer(self, product: Product) -> None:
        glazes = dict.fromkeys(variant.glaze for variant in product.offered)
        self.glaze.choices = [("", "Every variant"), *((glaze, f"{glaze} only") for glaze in glazes)]

    def fill(self, picture: Picture) -> "DescribeForm":
        self.alt.data, self.glaze.data = picture.alt, picture.glaze or ""
        return self


class PictureForm(DescribeForm):
    file = FileField("Picture")


class ActionForm(OnceForm):
    """A button. `value` is what it asks for where there is a choice."""

    value = HiddenField()
