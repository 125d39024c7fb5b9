"""The page of one product, which has a form for each of its parts; one of them may hold what was just refused."""

from dataclasses import dataclass, field
from secrets import token_hex

from app.catalogue import browsing, queries
from app.catalogue.errors import Difference
from app.catalogue.forms.product import DescribeForm, NewVariantForm, PictureForm, ProductForm, VariantForm
from app.catalogue.models import Product


@dataclass
class ProductEditor:
    """`once` is the key of the page's buttons. `differences` are set when somebody else saved meanwhile."""

    product: Product
    basics: ProductForm
    add_variant: NewVariantForm
    add_picture: PictureForm
    edit_variant: VariantForm | None = None
    edit_picture: DescribeForm | None = None
    editing: int = 0
    problem: str = ""
    differences: list[Difference] = field(default_factory=list)
    undo: str = ""
    once: str = field(default_factory=lambda: token_hex(16))

    @property
    def is_preparing(self) -> bool:
        return any(picture.state == "preparing" for picture in self.product.pictures)


def open_editor(
    product_id: int,
    *,
    basics: ProductForm | None = None,
    add_variant: NewVariantForm | None = None,
    add_picture: PictureForm | None = None,
) -> ProductEditor:
    """Raises NotFound."""
    product = browsing.get_product(product_id)
    editor = ProductEditor(
        product,
        basics or ProductForm(formdata=None).fill(product),
        add_variant or NewVariantForm(formdata=None, prefix="add-"),
        add_picture or PictureForm(formdata=None, prefix="picture-"),
    )
    editor.basics.offer(queries.list_categories())
    editor.add_picture.offer(product)
    return editor


def show_edited(editor: ProductEditor, variant: str | None, picture: str | None) -> None:
    """Put the variant or picture that the address names into its form."""
    for each in editor.product.variants:
        if str(each.id) == variant and each.retired_at is None:
            editor.editing = each.id
            editor.edit_variant = VariantForm(formdata=None, prefix="edit-").fill(
                each, editor.product.version
            )
    for shown in editor.product.pictures:
        if str(shown.id) == picture:
            editor.editing = shown.id
            editor.edit_picture = DescribeForm(formdata=None, prefix="edit-").fill(shown)
            editor.edit_picture.offer(editor.product)
