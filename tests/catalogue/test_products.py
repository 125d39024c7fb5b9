"""Products: added, edited by two people at once, put into the shop and out of it."""

import pytest
import sqlalchemy as sa

from app.catalogue import search
from app.catalogue.errors import Refused, StaleProduct
from app.catalogue.products import change_status, create_product, edit_product, parse_facts
from app.catalogue.variants import add_variant, retire_variant
from app.core.database import db
from app.core.errors import Invalid, NotFound
from app.inventory import queries as inventory
from app.security.models import AuditEntry
from tests.catalogue.editor import MIRA, basics, make_draft, values
from tests.factories import make_category, make_product


def test_a_new_product_is_a_draft_that_nobody_finds(any_app):
    product = create_product(basics(name="Reed jug"), MIRA)

    assert (product.status, product.slug, product.version) == ("draft", "reed-jug", 1)
    assert search.find_products("reed") == []


def test_a_slug_is_made_of_the_name_and_never_taken_twice(app):
    slugs = [create_product(basics(name=name), MIRA).slug for name in ("Große Vase!", "Grosse Vase", "???")]

    assert slugs == ["grosse-vase", "grosse-vase-2", "product"]
    with pytest.raises(Invalid, match="already"):
        create_product(basics(), MIRA, slug="grosse-vase")


def test_it_is_found_from_the_moment_it_is_in_the_shop_until_it_leaves(any_app):
    product = make_draft("JUG")

    change_status(product.id, "active", MIRA)
    assert search.find_products("reed") == [product.id]
    edit_product(product.id, basics(name="Willow jug"), MIRA)
    assert (search.find_products("reed"), search.find_products("willow")) == ([], [product.id])
    change_status(product.id, "archived", MIRA)
    assert search.find_products("willow") == []


def test_without_a_variant_there_is_nothing_to_put_into_the_shop(app):
    product = create_product(basics(), MIRA)

    with pytest.raises(Refused, match="variant"):
        change_status(product.id, "active", MIRA)


def test_an_edit_keeps_the_address_and_counts(any_app):
    product = make_draft("JUG")
    version = product.version

    edited = edit_product(product.id, basics(name="Willow jug"), MIRA, expect=version)

    assert (edited.slug, edited.version) == ("reed-jug", version + 1)


def test_an_edit_that_changes_nothing_counts_for_nothing(app):
    product = make_draft("JUG")
    version = product.version

    assert edit_product(product.id, basics(), MIRA, expect=version).version == version


def test_the_second_of_two_editors_is_told_what_the_first_one_saved(any_app):
    product = make_draft("JUG")
    shown = product.version
    edit_product(product.id, basics(name="Willow jug"), MIRA, expect=shown)

    with pytest.raises(StaleProduct) as refused:
        edit_product(product.id, basics(name="Rush jug"), MIRA, expect=shown)

    told = [(each.label, each.theirs, each.yours) for each in refused.value.differences]
    assert told == [("Name", "Willow jug", "Rush jug")]


def test_an_unknown_category_or_product_is_refused(app):
    with pytest.raises(Invalid):
        create_product(basics(category_id=999), MIRA)
    with pytest.raises(NotFound):
        edit_product(999, basics(), MIRA)


def test_a_product_on_another_shelf_is_low_at_its_number(any_app):
    """Its badge has to move although no unit did."""
    product = make_product(sku="CUP", stock=3)
    lamps = make_category(slug="lamps", name="Lamps")
    lamps.low_threshold = 1
    db.session.commit()
    before = inventory.get_stock("CUP")

    edit_product(product.id, basics(category_id=lamps.id), MIRA)

    after = inventory.get_stock("CUP")
    assert (before.state, after.state) == ("low", "in")
    assert after.version > before.version


def test_every_change_is_written_down(app):
    product = make_draft("JUG")
    change_status(product.id, "active", MIRA)

    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("product.create", "user:mira"),
        ("variant.add", "user:mira"),
        ("product.status", "user:mira"),
    ]
    assert (entries[-1].before, entries[-1].after) == ({"status": "draft"}, {"status": "active"})


def test_retired_glazes_are_not_searched(app):
    product = make_draft("JUG")
    second = add_variant(product.id, "JUG-2", values(glaze="Celadon"), MIRA)
    change_status(product.id, "active", MIRA)
    assert search.find_products("celadon") == [product.id]

    retire_variant(second.id, MIRA)

    assert search.find_products("celadon") == []


@pytest.mark.parametrize("text", ["Height 90 mm", "Height:", ": 90", "A: b|c", "x" * 50 + ": 1"])
def test_a_fact_that_is_no_fact(text):
    with pytest.raises(ValueError, match="[Ff]act 1"):
        parse_facts(text)


def test_facts_are_lines():
    assert parse_facts("Height: 90 mm\n\n Ratio : 1:2 \n") == [["Height", "90 mm"], ["Ratio", "1:2"]]
