"""The product page: one variant chosen, the others a link away, each with its stock."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.catalogue.models import Picture
from app.core import clock
from app.core.database import db, transaction
from app.core.errors import NotFound
from app.inventory.adjustments import change_stock
from app.inventory.ledger import Origin
from app.storefront import product as page
from app.storefront.cards import make_cards
from tests.factories import add_variant, make_category, make_product
from tests.storefront.shelf import change


@pytest.fixture
def vase(app):
    """Chalk in small and large, Sea in small only, Ash sold out."""
    product = make_product(sku="CHALK-S", slug="vase", name="Vase", stock=20)
    change(product.variants[0], size="Small")
    add_variant(product, "CHALK-L", size="Large", price=6400, stock=3)
    add_variant(product, "SEA-S", glaze="Sea", size="Small", stock=20)
    add_variant(product, "ASH-L", glaze="Ash", size="Large", stock=0)
    return product


def pills(options):
    return {pill.label: (pill.path.split("sku=")[1], pill.selected, pill.sold_out) for pill in options}


def test_the_address_chooses_the_variant(vase, client):
    text = client.get("/products/vase?sku=CHALK-L").text

    assert "€64.00" in text
    assert 'data-live-announce="CHALK-L"' in text
    assert "Only 3 left" in text


@pytest.mark.parametrize("sku", ["OTHER", "chalk-s", "", "' OR 1=1 --", "<script>", "x" * 1000, "%00"])
def test_a_sku_that_is_not_of_this_product_is_not_there(vase, client, sku):
    make_product(sku="OTHER")

    answer = client.get(f"/products/vase?sku={sku}")

    assert answer.status_code == 404
    assert "<script>" not in answer.text


@pytest.mark.parametrize("slug", ["nope", "VASE", "vase/", "%00", "..%2fvase", "%3Cscript%3E", "x" * 2000])
def test_a_product_that_is_not_there(vase, client, slug):
    assert client.get(f"/products/{slug}").status_code == 404


def test_without_a_sku_the_first_variant_that_can_be_had_is_shown(vase):
    assert page.show("vase", None).selected.sku == "CHALK-S"

    with transaction():
        change_stock("CHALK-S", "remove", 20, Origin("test", "sold"))

    assert page.show("vase", None).selected.sku == "CHALK-L"


def test_when_nothing_can_be_had_the_first_variant_is_shown(app):
    product = make_product(sku="CHALK-S", slug="vase", stock=0)
    add_variant(product, "SEA-S", glaze="Sea", stock=0)

    assert page.show("vase", None).selected.sku == "CHALK-S"


def test_a_pill_leads_to_the_variant_that_keeps_the_other_choice(vase):
    shown = page.show("vase", "CHALK-L")

    assert pills(shown.glazes) == {
        "Chalk": ("CHALK-L", True, False),
        "Sea": ("SEA-S", False, False),
        "Ash": ("ASH-L", False, True),
    }
    assert pills(shown.sizes) == {"Small": ("CHALK-S", False, False), "Large": ("CHALK-L", True, False)}


def test_a_sold_out_pill_says_so_and_can_still_be_followed(vase, client):
    text = client.get("/products/vase?sku=CHALK-L").text

    assert '<span data-option-state="ASH-L">, sold out</span>' in text
    assert '<span data-option-state="SEA-S"></span>' in text
    assert "Sold out" in client.get("/products/vase?sku=ASH-L").text


def test_what_comes_back_says_when(app, client):
    product = make_product(sku="CHALK", slug="vase", stock=0)
    add_variant(product, "SEA", glaze="Sea", stock=0, back_on=date(2030, 12, 12))

    assert "Back 12 Dec" in client.get("/products/vase?sku=SEA").text
    assert pills(page.show("vase", "SEA").glazes)["Sea"] == ("SEA", True, True)


def test_a_product_with_one_variant_offers_no_sizes(app):
    make_product(slug="cup")

    assert page.show("cup", None).sizes == []


def test_every_variant_listens_to_its_own_channel(vase, client):
    text = client.get("/products/vase").text

    assert 'data-channel="stock:CHALK-L" data-version="1"' in text
    assert 'data-channel="stock:ASH-L" data-version="0"' in text


def test_pictures_are_those_of_the_glaze_and_of_all(vase):
    with transaction():
        db.session.add_all(
            Picture(
                product_id=vase.id, file=f"{glaze}.svg", alt="", width=1, height=1, position=1, glaze=glaze
            )
            for glaze in ("Sea", "Ash")
        )

    assert [picture.path for picture in page.show("vase", "SEA-S").product.pictures] == [
        "/media/cup.svg",
        "/media/Sea.svg",
    ]


def test_a_product_without_pictures_shows_an_outline_everywhere(app, client):
    product = make_product(slug="cup")
    with transaction():
        db.session.execute(sa.delete(Picture).where(Picture.product_id == product.id))
    outline = make_cards([product.id])[0].picture.path

    assert client.get(outline).status_code == 200
    assert outline in client.get("/products/cup").text
    assert outline in client.get("/categories/tableware").text
    assert outline in client.get("/search/suggestions?q=cup").text


def test_what_goes_with_it_comes_in_the_order_chosen_then_neighbours(app):
    lighting = make_category(slug="lighting", name="Lighting")
    cup = make_product(slug="cup", name="Cup")
    make_product(slug="bowl", name="Bowl")
    make_product(slug="lamp", name="Lamp", category=lighting)
    make_product(slug="wick", name="Wick", category=lighting)
    change(cup, goes_with=["wick", "gone", "lamp"])

    assert [card.name for card in page.show("cup", None).related] == ["Wick", "Lamp", "Bowl"]


def test_a_product_that_has_no_variants_is_not_there(app):
    product = make_product(slug="cup")
    change(product.variants[0], product_id=make_product().id)
    db.session.expire_all()

    with pytest.raises(NotFound):
        page.show("cup", None)


@pytest.mark.parametrize(("until", "is_new"), [(-1000, False), (60_000, True)])
def test_new_is_what_is_new_now(app, until, is_new):
    product = make_product()
    change(product, new_until=clock.now_ms() + until)

    assert make_cards([product.id])[0].is_new is is_new
