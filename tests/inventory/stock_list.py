"""A shelf, somebody who may change it, and what a browser sends when she edits a row."""

import re

from app.core import clock
from app.core.database import transaction
from app.inventory import queries
from app.inventory.adjustments import change_stock
from app.inventory.ledger import Origin
from tests.factories import make_product, make_user
from tests.security.test_login import csrf_of, sign_in

HTMX = {"HX-Request": "true"}
RIVAL = Origin("token:till", "Counted")


def fill_shelf():
    """12 cups, 3 vases that are low, no lamps, and a retired jug that nobody need buy again."""
    make_product(sku="CUP", name="Quay cup", stock=12, threshold=5)
    make_product(sku="VASE", name="Harbour vase", stock=3, threshold=5)
    make_product(sku="LAMP", name="Lantern lamp", stock=0)
    jug = make_product(sku="JUG", name="Moor jug", stock=0)
    with transaction():
        jug.variants[0].retired_at = clock.now_ms()


def enter_mira(client):
    """On a full shelf."""
    fill_shelf()
    make_user("staff", email="mira@example.test", name="Mira Stone")
    sign_in(client, "mira@example.test")
    return client


def change(sku, operation, units, origin=RIVAL, **options):
    with transaction():
        if operation == "set":
            options.setdefault("expect", queries.get_stock(sku).version)
        return change_stock(sku, operation, units, origin, **options)


def opened(client, sku, query=""):
    """What the open edit would send."""
    html = client.get(f"/staff/inventory/sku/{sku}/on-hand{query}", headers=HTMX).text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html))
    return {**fields, "csrf_token": csrf_of(client, "/")}


def save(client, sku, form, **values):
    return client.post(f"/staff/inventory/sku/{sku}/on-hand", data={**form, **values}, headers=HTMX)


def names(html):
    return re.findall(r'id="row-([\w.-]+)"', html)
