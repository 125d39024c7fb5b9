"""A shelf, narrowed down, sorted and paged by its address."""

import re

import pytest
from werkzeug.datastructures import MultiDict

from app.core.errors import NotFound
from app.storefront.listing import PAGE_SIZE, Links, list_shelf, page_links
from tests.factories import add_variant, make_category, make_product
from tests.storefront.shelf import PATH, change, counts_of, names_of, read_shelf


@pytest.fixture
def shelf(app):
    """Three products: a cheap one in Chalk, a dear one in Sea, and a sold-out one in both."""
    make_product(name="Cup", price=2000)
    jug = make_product(name="Jug", price=7000)
    change(jug.variants[0], glaze="Sea")
    bowl = make_product(name="Bowl", price=7000, stock=0)
    add_variant(bowl, "BOWL-SEA", glaze="Sea", price=7000, stock=0)


def fill(count):
    for number in range(count):
        make_product(name=f"Cup {number:02}")


def test_choices_of_one_group_widen_the_shelf(shelf):
    assert names_of(read_shelf(("glaze", "Chalk"))) == ["Cup", "Bowl"]
    assert names_of(read_shelf(("glaze", "Chalk"), ("glaze", "Sea"))) == ["Cup", "Jug", "Bowl"]


def test_choices_of_several_groups_narrow_it(shelf):
    assert names_of(read_shelf(("glaze", "Sea"), ("stock", "now"))) == ["Jug"]
    assert names_of(read_shelf(("glaze", "Sea"), ("stock", "now"), ("price", "0-30"))) == []


def test_a_count_says_what_its_choice_would_leave(shelf):
    listing = read_shelf(("price", "60-120"), ("glaze", "Chalk"))

    assert counts_of(listing, "glaze") == {"Chalk": 1, "Sea": 2}
    assert counts_of(listing, "price") == {"0-30": 1, "60-120": 1}
    assert listing.total == 1


def test_a_choice_that_would_leave_nothing_is_not_offered_unless_it_is_taken(shelf):
    assert "now" not in counts_of(read_shelf(("glaze", "Chalk"), ("price", "60-120")), "stock")
    assert counts_of(read_shelf(("glaze", "Chalk"), ("price", "60-120"), ("stock", "now")), "stock") == {
        "now": 0
    }


@pytest.mark.parametrize(
    ("price", "band"),
    [
        (0, "0-30"),
        (2999, "0-30"),
        (3000, "30-60"),
        (5999, "30-60"),
        (6000, "60-120"),
        (12000, "120-"),
        (99999, "120-"),
    ],
)
def test_a_price_is_in_exactly_one_band(app, price, band):
    make_product(price=price)

    assert counts_of(read_shelf(), "price") == {band: 1}
    assert read_shelf(("price", band)).total == 1


def test_a_product_with_two_prices_is_in_both_bands_and_shows_both(app):
    product = make_product(name="Vase", price=4800)
    add_variant(product, "VASE-L", size="Large", price=6400)

    listing = read_shelf(("price", "60-120"))

    assert counts_of(read_shelf(), "price") == {"30-60": 1, "60-120": 1}
    assert (listing.cards[0].price_minor, listing.cards[0].price_to_minor) == (4800, 6400)


def test_a_product_is_in_stock_when_one_of_its_variants_is(app):
    product = make_product(stock=0)
    assert read_shelf(("stock", "now")).total == 0

    add_variant(product, "CUP-SEA", glaze="Sea", stock=1)

    assert read_shelf(("stock", "now")).total == 1


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("featured", ["Cup", "Jug", "apple bowl"]),
        ("new", ["apple bowl", "Cup", "Jug"]),
        ("price", ["apple bowl", "Cup", "Jug"]),
        ("-price", ["Jug", "Cup", "apple bowl"]),
        ("name", ["apple bowl", "Cup", "Jug"]),
        ("", ["Cup", "Jug", "apple bowl"]),
        ("id; drop table product", ["Cup", "Jug", "apple bowl"]),
    ],
)
def test_the_orders_of_a_shelf(app, sort, names):
    change(make_product(name="Cup", price=3000), created_at=2)
    change(make_product(name="Jug", price=4000), created_at=1)
    change(make_product(name="apple bowl", price=2000), created_at=3)

    assert names_of(read_shelf(("sort", sort))) == names


@pytest.mark.parametrize(("sort", "shown"), [("", "featured"), ("name", "name"), ("bogus", "featured")])
def test_the_order_in_use_is_the_one_that_is_selected(shelf, sort, shown):
    options = read_shelf(("sort", sort)).sort

    assert [option.value for option in options if option.selected] == [shown]


def test_a_search_keeps_its_own_order_and_offers_it_first(shelf):
    found = [card.id for card in reversed(read_shelf().cards)]

    best = list_shelf("/search", MultiDict(), found=found)
    by_name = list_shelf("/search", MultiDict({"sort": "name"}), found=found)

    assert names_of(best) == ["Bowl", "Jug", "Cup"]
    assert names_of(by_name) == ["Bowl", "Cup", "Jug"]
    assert (best.sort[0].label, best.sort[0].selected) == ("Best match", True)
    assert "featured" not in [option.value for option in best.sort]


def test_a_search_cannot_be_sorted_by_an_order_that_it_does_not_offer(shelf):
    found = [card.id for card in reversed(read_shelf().cards)]

    listing = list_shelf("/search", MultiDict({"sort": "featured"}), found=found)

    assert names_of(listing) == ["Bowl", "Jug", "Cup"]
    assert [option.label for option in listing.sort if option.selected] == ["Best match"]


def test_other_shelves_are_not_on_this_one(app):
    make_product(name="Cup")
    make_product(name="Lamp", category=make_category(slug="lighting", name="Lighting"))

    assert names_of(read_shelf()) == ["Cup"]


def test_values_that_are_no_choice_are_ignored(shelf):
    listing = read_shelf(("glaze", "Gold"), ("price", "'; --"), ("stock", "later"), ("colour", "red"))

    assert listing.total == 3
    assert listing.chips == []
    assert listing.clear_path == PATH


def test_a_full_page_is_one_page_and_one_more_makes_a_second(app):
    fill(PAGE_SIZE)
    assert (read_shelf().pages, read_shelf().next_path) == (1, None)

    make_product(name="Last")
    first, second = read_shelf(), read_shelf(("page", "2"))

    assert (first.pages, len(first.cards), first.prev_path, first.next_path) == (
        2,
        24,
        None,
        f"{PATH}?page=2",
    )
    assert (names_of(second), second.prev_path, second.next_path) == (["Last"], PATH, None)


@pytest.mark.parametrize("page", ["0", "-1", "abc", "", "2", "1.0", " 1", "１", "²", "9" * 5000, "0000002"])
def test_a_page_that_is_not_there(app, page):
    make_product()

    with pytest.raises(NotFound):
        read_shelf(("page", page))


def test_the_first_page_of_an_empty_shelf_is_there(app):
    listing = read_shelf(("page", "1"))

    assert (listing.total, listing.pages, listing.cards, listing.filters) == (0, 1, [], [])


@pytest.mark.parametrize(
    ("page", "pages", "numbers"),
    [
        (1, 1, [1]),
        (1, 4, [1, 2, 3, 4]),
        (1, 12, [1, 2, 3, None, 12]),
        (6, 12, [1, None, 4, 5, 6, 7, 8, None, 12]),
        (12, 12, [1, None, 10, 11, 12]),
    ],
)
def test_page_links_leave_out_what_is_far_away(page, pages, numbers):
    links = page_links(page, pages, Links("/x", MultiDict(), {}))

    assert [link.number for link in links] == numbers
    assert [link.number for link in links if link.current] == [page]


def test_chips_take_one_choice_away_and_keep_the_rest(shelf):
    listing = read_shelf(("glaze", "Sea"), ("price", "60-120"), ("sort", "name"))

    assert {chip.label: chip.remove_path for chip in listing.chips} == {
        "Sea": f"{PATH}?sort=name&price=60-120",
        "€60.00 to €120.00": f"{PATH}?sort=name&glaze=Sea",
    }
    assert listing.clear_path == f"{PATH}?sort=name"


def test_a_change_of_the_filters_goes_back_to_the_first_page(app):
    fill(PAGE_SIZE + 1)

    listing = read_shelf(("glaze", "Chalk"), ("page", "2"))

    assert listing.chips[0].remove_path == PATH
    assert listing.prev_path == f"{PATH}?glaze=Chalk"


def test_addresses_carry_words_safely(app):
    listing = list_shelf("/search", MultiDict({"q": 'a&b="><c'}), found=[])

    assert listing.clear_path == "/search?q=a%26b%3D%22%3E%3Cc"


def test_a_choice_of_two_words_has_an_id_without_a_space(app, client):
    change(make_product(name="Cup").variants[0], glaze="Sea Green")

    page = client.get(PATH).text

    assert 'id="glaze-sea-green" name="glaze" value="Sea Green"' in page
    assert [name for name in re.findall(r' id="([^"]*)"', page) if " " in name] == []
