"""The product page's line for how many look at it: there for what is sold, unless the shop wants none."""

from tests.factories import make_product

HOST = 'data-channel="viewers:'


def test_the_page_of_a_product_has_a_place_for_its_viewers(app, client):
    product = make_product(sku="CUP", slug="cup")

    page = client.get("/products/cup").text

    assert f'data-channel="viewers:{product.id}" hidden' in page
    assert HOST not in client.get("/").text


def test_a_shop_that_wants_none_has_none(make_app):
    with make_app(STOREFRONT_SHOW_VIEWERS="false").app_context() as context:
        make_product(sku="CUP", slug="cup")

        page = context.app.test_client().get("/products/cup")

    assert page.status_code == 200 and HOST not in page.text
