"""Finding things by words, and the suggestions while typing."""

import pytest

from app.catalogue.search import find_products
from app.storefront.cards import mark
from app.storefront.views import LONGEST_QUERY, MOST_SUGGESTIONS
from tests.factories import make_product

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def shop(app):
    """A harbour mug and a harbour vase, by name."""
    return {name: make_product(name=name, slug=name.lower().replace(" ", "-")).id for name in NAMES}


NAMES = ("Harbour Mug", "Harbour Vase", "Café Dish")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("mug", ["Harbour Mug"]),
        ("MUG", ["Harbour Mug"]),
        ("mu", ["Harbour Mug"]),
        ("harb", ["Harbour Mug", "Harbour Vase"]),
        ("mugs", ["Harbour Mug"]),
        ("dishes", ["Café Dish"]),
        ("harbuor", ["Harbour Mug", "Harbour Vase"]),
        ("cafe", ["Café Dish"]),
        ("CAFÉ", ["Café Dish"]),
        ("harbour vase", ["Harbour Vase"]),
        ("vase harbour", ["Harbour Vase"]),
        ("harbour teapot", []),
        ("mug vase", []),
        ("arbour-mug", ["Harbour Mug"]),
        ("xylophone", []),
        ("harbour-mug", ["Harbour Mug"]),
        ("", []),
        ("   ", []),
        ("!?… —", []),
        ("%", []),
        ("_", []),
        ("%ug", []),
        ("_ug", []),
        ("' OR 1=1 --", []),
        ("漢字", []),
        ("\x00", []),
    ],
)
def test_what_a_query_finds(shop, query, names):
    assert find_products(query) == [shop[name] for name in names]


def test_a_product_is_found_by_its_glaze_its_sku_its_shelf_and_its_text(app):
    product = make_product(sku="CUP-9")

    assert [find_products(query) for query in ("chalk", "cup-9", "tableware", "thrown")] == [[product.id]] * 4


def test_the_name_counts_more_than_the_description(app):
    by_text = make_product(name="Bowl")
    by_name = make_product(name="Tea pot")

    assert find_products("tea") == [by_name.id, by_text.id]


def test_the_results_page_says_what_was_found(shop, client):
    page = client.get("/search?q=harbour").text

    assert "Results for “harbour”" in page
    assert "2 pieces" in page
    assert 'href="/products/harbour-mug"' in page
    assert "Café Dish" not in page


@pytest.mark.parametrize(
    "query", ["", "   ", "%21%3F", "x" * 1000, "%25", "_", "%27", "%22", "%00", "漢字", "%F0%9F%8F%BA"]
)
def test_a_search_that_finds_nothing_shows_the_shelves(shop, client, query):
    answer = client.get(f"/search?q={query}")

    assert answer.status_code == 200
    assert 'href="/categories/tableware"' in answer.text
    assert 'class="c-card"' not in answer.text


def test_a_query_is_cut_at_its_limit(shop, client):
    page = client.get("/search?q=" + "x" * 1000).text

    assert f"Results for “{'x' * LONGEST_QUERY}”" in page


@pytest.mark.parametrize(
    "path",
    ["/search?q={}", "/search/suggestions?q={}", "/search?q=harbour&sort={}", "/search?q=mug&glaze={}"],
)
def test_what_was_typed_is_text_and_never_markup(shop, client, path):
    page = client.get(path.format(f"{SCRIPT}\"'")).text

    assert SCRIPT not in page
    assert "<script>" not in page


def test_what_the_shop_calls_a_product_is_text_too(app, client):
    make_product(name=f"Cup {SCRIPT}", slug="cup")

    pages = (
        client.get("/search?q=cup").text
        + client.get("/search/suggestions?q=cup").text
        + client.get("/products/cup").text
    )

    assert SCRIPT not in pages
    assert pages.count("&lt;script&gt;") > 2


def test_filters_of_a_search_keep_its_words(shop, client):
    page = client.get("/search?q=harbour&glaze=Chalk").text

    assert '<input type="hidden" name="q" value="harbour">' in page
    assert 'href="/search?q=harbour"' in page


def test_a_search_beyond_its_last_page_is_not_there(shop, client):
    assert client.get("/search?q=harbour&page=1").status_code == 200
    assert client.get("/search?q=harbour&page=2").status_code == 404


@pytest.mark.parametrize(
    ("name", "query", "parts"),
    [
        ("Harbour Mug", "mu", [("Harbour ", False), ("Mu", True), ("g", False)]),
        ("Harbour Mug", "HARBOUR", [("Harbour", True), (" Mug", False)]),
        ("Harbour Mug", "mug", [("Harbour ", False), ("Mug", True)]),
        ("Harbour Mug", "ug", [("Harbour Mug", False)]),
        ("Harbour Mug", "xx mug", [("Harbour ", False), ("Mug", True)]),
        ("Harbour Mug", "harbuor", [("Harbour Mug", False)]),
    ],
)
def test_what_a_suggestion_marks(name, query, parts):
    assert mark(name, query) == parts


def test_suggestions_are_links_with_their_stock(shop, client):
    answer = client.get("/search/suggestions?q=mug")

    assert 'href="/products/harbour-mug"' in answer.text
    assert "Harbour <mark>Mug</mark>" in answer.text
    assert f'data-channel="product:{shop["Harbour Mug"]}"' in answer.text
    assert 'data-status="1 suggestion"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("query", "is_asked"), [("", False), ("m", False), ("m ", False), ("mu", True), ("mug", True)]
)
def test_suggestions_begin_with_the_second_letter(shop, client, query, is_asked):
    assert bool(client.get(f"/search/suggestions?q={query}").text) is is_asked


@pytest.mark.parametrize("count", [MOST_SUGGESTIONS, MOST_SUGGESTIONS + 1])
def test_there_are_only_so_many_suggestions(app, client, count):
    for number in range(count):
        make_product(name=f"Cup {number}")

    assert client.get("/search/suggestions?q=cup").text.count('href="/products/') == MOST_SUGGESTIONS


def test_no_suggestion_still_leads_to_the_search(shop, client):
    page = client.get("/search/suggestions?q=zzzz%26x").text

    assert "No quick match" in page
    assert 'href="/search?q=zzzz%26x"' in page
