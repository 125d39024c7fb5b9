"""The demonstration data: complete, unique, plausible, and mixed as a real shop is."""

import re
from collections import Counter

import pytest

from app.demo.assortment import (
    ASSORTMENT,
    CATEGORIES,
    PICTURES,
    RELATED,
    USUAL_LOW_THRESHOLD,
    DemoVariant,
    describe,
)
from app.demo.drawing import GLAZES, SHAPES, draw_main

VARIANTS = [variant for product in ASSORTMENT for variant in product.variants]
OF_THE_DOCUMENTATION = "test-product"
SECONDS = [product for product in ASSORTMENT if product.category == "seconds"]
ONE_OFFS = [product for product in SECONDS if product.slug != OF_THE_DOCUMENTATION]


def stock_state(variant: DemoVariant) -> str:
    threshold = USUAL_LOW_THRESHOLD if variant.low_threshold is None else variant.low_threshold
    if variant.on_hand > 0:
        return "low" if variant.on_hand <= threshold else "in"
    return "out" if variant.back_on is None else "back"


def sentences(text: str) -> int:
    return len(re.findall(r"[.?!](?:\s|$)", text))


def test_the_shop_is_full():
    assert len(ASSORTMENT) >= 44
    assert len(VARIANTS) >= 160
    assert len(CATEGORIES) == 6


def test_slugs_names_skus_and_seeds_are_unique():
    assert len({product.slug for product in ASSORTMENT}) == len(ASSORTMENT)
    assert len({product.name for product in ASSORTMENT}) == len(ASSORTMENT)
    assert len({product.seed for product in ASSORTMENT}) == len(ASSORTMENT)
    assert len({variant.sku for variant in VARIANTS}) == len(VARIANTS)


def test_skus_are_upper_case_but_for_the_one_in_the_documentation():
    odd = [variant.sku for variant in VARIANTS if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", variant.sku)]

    assert odd == [OF_THE_DOCUMENTATION]


def test_the_product_of_the_documentation_has_one_variant_with_forty_on_hand():
    product = next(product for product in ASSORTMENT if product.slug == OF_THE_DOCUMENTATION)

    assert [(variant.sku, variant.on_hand) for variant in product.variants] == [(OF_THE_DOCUMENTATION, 40)]


def test_every_category_has_products_and_a_picture():
    counted = Counter(product.category for product in ASSORTMENT)

    assert set(counted) == {category.slug for category in CATEGORIES}
    assert min(counted.values()) >= 7
    assert all(category.shape in SHAPES and category.glaze in GLAZES for category in CATEGORIES)


@pytest.mark.parametrize("product", ASSORTMENT, ids=lambda product: product.slug)
def test_a_product_is_written_in_full(product):
    assert product.shape in SHAPES
    assert 15 <= len(product.tagline) <= 60
    assert 2 <= sentences(product.description) <= 4
    assert 90 <= len(product.description) <= 400
    assert product.firing and product.care
    assert min(product.height_mm, product.width_mm, product.weight_g) > 0


@pytest.mark.parametrize("product", ASSORTMENT, ids=lambda product: product.slug)
def test_sizes_get_dearer_and_prices_stay_in_range(product):
    prices = {variant.size: variant.price_minor for variant in product.variants}
    in_order = [prices[size] for size in ("", "S", "M", "L") if size in prices]

    assert in_order == sorted(set(in_order))
    assert all(1800 <= price <= 24000 for price in in_order)


def test_every_variant_has_a_known_glaze_and_size():
    assert {variant.glaze for variant in VARIANTS} == set(GLAZES)
    assert {variant.size for variant in VARIANTS} <= {"", "S", "M", "L"}


def test_the_stock_is_mixed():
    counted = Counter(map(stock_state, VARIANTS))
    share = {state: count / len(VARIANTS) for state, count in counted.items()}

    assert share["in"] == pytest.approx(0.70, abs=0.03)
    assert share["low"] == pytest.approx(0.15, abs=0.03)
    assert share["out"] == pytest.approx(0.10, abs=0.02)
    assert share["back"] == pytest.approx(0.05, abs=0.02)


def test_plentiful_stock_is_believable():
    plenty = [variant.on_hand for variant in VARIANTS if stock_state(variant) == "in"]

    assert min(plenty) >= 11
    assert max(plenty) <= 60
    assert len(set(plenty)) >= 25


def test_only_empty_shelves_wait_for_a_date():
    waiting = [variant for variant in VARIANTS if variant.back_on is not None]

    assert all(variant.on_hand == 0 and variant.back_on > 0 for variant in waiting)


def test_seconds_are_one_offs():
    assert [len(product.variants) for product in ONE_OFFS] == [1] * len(ONE_OFFS)
    assert {product.variants[0].on_hand for product in ONE_OFFS} == {1}


def test_every_product_goes_with_four_others():
    slugs = {product.slug for product in ASSORTMENT}

    assert set(RELATED) == slugs
    assert all(len(others) == 4 and set(others) <= slugs - {slug} for slug, others in RELATED.items())


@pytest.mark.parametrize("product", ASSORTMENT, ids=lambda product: product.slug)
def test_every_picture_has_its_own_alternative_text(product):
    texts = [describe(product, glaze, picture) for glaze in product.glazes for picture in PICTURES[:2]]

    assert len(set(texts)) == len(texts)
    assert all(20 <= len(text) <= 125 and not text.endswith(".") for text in texts)


def test_an_alternative_text_names_glaze_foot_and_what_stands_in_it():
    harbour = next(product for product in ASSORTMENT if product.slug == "harbour-vase")

    assert describe(harbour, "cobalt") == "Cobalt vase with an unglazed clay foot and three dried stems"


def test_no_two_products_look_alike():
    pictures = {draw_main(product.shape, product.glazes[0], product.seed) for product in ASSORTMENT}

    assert len(pictures) == len(ASSORTMENT)
    assert len({product.shape for product in ASSORTMENT}) == len(ASSORTMENT)
