"""Who edits in tests, and what they type."""

import io

from app.catalogue import browsing
from app.catalogue.products import Basics, create_product
from app.catalogue.variants import VariantValues, add_variant
from app.core.database import db
from app.security.access import Caller
from tests.factories import make_category
from tests.security.test_login import csrf_of, sign_in

MIRA = Caller("user:mira", "staff", ())


def basics(**changes):
    values = {
        "name": "Reed jug",
        "tagline": "Pours well.",
        "description": "Thrown.",
        "facts": [["Height", "90 mm"]],
        "care": "",
        "firing": "",
        "category_id": changes.pop("category_id", None) or make_category().id,
    }
    return Basics(**{**values, **changes})


def values(**changes):
    return VariantValues(
        **{"glaze": "Cobalt", "glaze_hex": "#2f55b8", "size": "", "price_minor": 2400, **changes}
    )


def make_draft(*skus: str, **changes):
    product = create_product(basics(**changes), MIRA)
    for number, sku in enumerate(skus):
        add_variant(product.id, sku, values(size=f"No. {number}" if number else ""), MIRA)
    return product


def fresh(product_id):
    """The product as the last request left it; the test's own session remembers older values."""
    db.session.expire_all()
    return browsing.get_product(product_id)


def picture(kind="PNG", size=(900, 600), exif=None) -> bytes:
    from PIL import Image

    body = io.BytesIO()
    Image.new("RGB", size, "#2f55b8").save(body, kind, **({"exif": exif} if exif else {}))
    return body.getvalue()


def post(client, path, **fields):
    """Send a form of the staff's pages as the signed-in browser would."""
    fields = {"csrf_token": csrf_of(client, "/"), **fields}
    return client.post(f"/staff/catalogue{path}", data=fields)


def enter(client, make_user, role="staff"):
    user = make_user(role)
    sign_in(client, user.email)
    return user
