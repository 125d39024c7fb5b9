"""The pages of the shop's owner: who may see them, and what happens to what was typed."""

import re

import pytest

from app.catalogue import browsing
from app.catalogue.products import change_status, edit_product
from app.core.database import db
from tests.catalogue.editor import MIRA, basics, enter, fresh, make_draft, post
from tests.factories import make_category, make_product, make_user

TYPED = {"name": "Reed jug", "tagline": "Pours.", "facts": "Height: 90 mm", "key": "a" * 32}


def basics_form(product, **fields):
    return {
        "name": product.name,
        "tagline": product.tagline,
        "description": product.description,
        "category_id": str(product.category_id),
        "facts": "Height: 90 mm",
        "version": str(product.version),
        "key": "b" * 32,
        **fields,
    }


@pytest.mark.parametrize(
    ("role", "status"), [("shopper", 403), ("agent", 403), ("staff", 200), ("admin", 200)]
)
def test_only_staff_edit_the_catalogue(app, client, role, status):
    product = make_product()
    enter(client, make_user, role)

    for path in ("", "/new", f"/products/{product.id}", "/categories", "/import", "/export.csv"):
        assert client.get(f"/staff/catalogue{path}").status_code == status
    answer = post(client, f"/products/{product.id}/status", value="archived", key="k")
    assert answer.status_code == (303 if status == 200 else 403)


def test_guests_sign_in_first(app, client):
    assert client.get("/staff/catalogue").headers["Location"].startswith("/login")


def test_what_staff_look_for_does_not_stand_in_the_shops_own_search(staff):
    def shops_search(path):
        return re.search(r'id="q" name="q" type="search" value="([^"]*)"', staff.get(path).text).group(1)

    assert shops_search("/staff/catalogue?q=reed") == ""
    assert shops_search("/search?q=reed") == "reed"


def test_an_empty_shop_asks_for_the_first_product(staff):
    assert "Add the first product" in staff.get("/staff/catalogue").text
    assert "First a category" in staff.get("/staff/catalogue/new").text


def test_a_product_is_added_and_a_second_click_adds_none(staff):
    category = make_category()
    answers = [post(staff, "/new", **TYPED, category_id=str(category.id)) for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == ["/staff/catalogue/products/1#variants"] * 2
    assert browsing.search_products("", "", "", 1)[1] == 1


def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(staff):
    make_category()

    answer = post(
        staff, "/new", **{**TYPED, "name": "", "facts": "tall & wide"}, category_id="999", slug="A b"
    )

    assert answer.status_code == 422
    for text in ("Enter the name", "Write fact 1", "Choose a category", "small letters", "4 fields need"):
        assert text in answer.text
    assert "tall &amp; wide" in answer.text
    assert 'value="A b"' in answer.text


def test_a_duplicate_begins_with_the_texts_of_the_other(staff):
    product = make_product(name="Cup")

    page = staff.get(f"/staff/catalogue/new?like={product.id}").text

    assert 'value="Cup (copy)"' in page
    assert "Height: 90 mm" in page


def test_whoever_saves_second_sees_both_and_may_save_again(staff):
    product = make_draft("JUG")
    form = basics_form(product, name="Rush jug")
    edit_product(product.id, basics(name="Willow jug"), MIRA)

    answer = post(staff, f"/products/{product.id}", **form)

    assert answer.status_code == 409
    assert "Willow jug" in answer.text
    assert 'value="Rush jug"' in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text).group(1)
    key = re.search(r'name="key" value="(\w+)"', answer.text).group(1)
    again = post(staff, f"/products/{product.id}", **{**form, "version": version, "key": key})
    assert again.status_code == 303
    assert fresh(product.id).name == "Rush jug"


def test_a_variant_is_added_edited_retired_and_restored(staff):
    product = make_draft()
    add = {
        "add-glaze": "Cobalt",
        "add-glaze_hex": "#2f55b8",
        "add-price": "24,00",
        "add-sku": "JUG",
        "add-key": "1",
    }
    assert post(staff, f"/products/{product.id}/variants", **add).status_code == 303

    variant = fresh(product.id).variants[0]
    page = staff.get(f"/staff/catalogue/products/{product.id}?variant={variant.id}").text
    assert 'name="edit-price" type="text" value="24.00"' in page
    edit = {"edit-glaze": "Cobalt", "edit-glaze_hex": "#2f55b8", "edit-price": "26", "edit-key": "2"}
    assert post(staff, f"/variants/{variant.id}", **edit).status_code == 303
    assert fresh(product.id).variants[0].price_minor == 2600
    post(staff, f"/variants/{variant.id}/retire", key="3")
    assert fresh(product.id).offered == []
    post(staff, f"/variants/{variant.id}/restore", key="4")
    assert len(fresh(product.id).offered) == 1


def test_a_wrong_variant_keeps_what_was_typed(staff):
    product = make_draft("JUG")
    add = {
        "add-glaze": "Celadon",
        "add-glaze_hex": "#2f55b8",
        "add-price": "cheap",
        "add-sku": "jug",
        "add-key": "1",
    }

    answer = post(staff, f"/products/{product.id}/variants", **add)
    assert (answer.status_code, "Write the price like 24.00" in answer.text) == (422, True)
    answer = post(staff, f"/products/{product.id}/variants", **{**add, "add-price": "24"})
    assert "JUG is a variant of Reed jug already" in answer.text
    assert 'value="Celadon"' in answer.text
    variant = fresh(product.id).variants[0]
    edit = {"edit-glaze": "", "edit-glaze_hex": "red", "edit-price": "24", "edit-key": "2"}
    answer = post(staff, f"/variants/{variant.id}", **edit)
    assert (answer.status_code, "Choose a colour" in answer.text) == (422, True)


def test_archiving_offers_to_undo_it(staff):
    product = make_draft("JUG")
    change_status(product.id, "active", MIRA)

    answer = post(staff, f"/products/{product.id}/status", value="archived", key="1")

    assert answer.headers["Location"].endswith("?undo=active")
    page = staff.get(answer.headers["Location"]).text
    assert re.search(r'name="value" value="active">\s*<button[^>]*>Undo<', page)
    post(staff, f"/products/{product.id}/status", value="active", key="2")
    assert fresh(product.id).status == "active"


def test_a_refused_button_says_why(staff):
    product = make_draft()

    post(staff, f"/products/{product.id}/status", value="active", key="1")

    assert "Add a variant" in staff.get(f"/staff/catalogue/products/{product.id}").text
    assert fresh(product.id).status == "draft"


def test_categories_are_added_edited_moved_and_deleted(staff):
    post(staff, "/categories", **{"add-name": "Lamps", "add-low_threshold": "", "add-key": "1"})
    post(staff, "/categories", **{"add-name": "Jugs", "add-low_threshold": "3", "add-key": "2"})
    lamps, jugs = (row.category for row in browsing.list_categories())
    post(staff, f"/categories/{jugs.id}/move", value="up", key="3")
    post(
        staff, f"/categories/{lamps.id}", **{"edit-name": "Light", "edit-low_threshold": "5", "edit-key": "4"}
    )
    db.session.expire_all()
    rows = [(row.category.name, row.category.low_threshold) for row in browsing.list_categories()]
    assert rows == [("Jugs", 3), ("Light", 5)]
    answer = post(staff, "/categories", **{"add-name": "jugs", "add-low_threshold": "many", "add-key": "5"})
    assert answer.status_code == 422
    answer = post(staff, "/categories", **{"add-name": "jugs", "add-key": "6"})
    assert "of this name already" in answer.text
    post(staff, f"/categories/{jugs.id}/delete", key="7")
    assert len(browsing.list_categories()) == 1


def test_the_list_is_searched_and_filtered(staff):
    make_product(name="Cup", sku="CUP-1")
    make_draft("JUG")

    def shown(query):
        page = staff.get(f"/staff/catalogue?{query}").text
        return [name for name in ("Cup", "Reed jug") if f"<span>{name}</span>" in page]

    assert shown("") == ["Cup", "Reed jug"]
    assert shown("q=cup-1") == ["Cup"]
    assert shown("status=draft") == ["Reed jug"]
    assert shown("category=nowhere") == []
    assert shown("page=99999999999&status=nonsense") == []
