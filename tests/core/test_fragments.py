"""Fragments that are pushed to everybody: rendered without a request, and never with something missing."""

from datetime import UTC, date, datetime

import pytest
from jinja2 import UndefinedError

from app.core.fragments import format_money, render
from app.inventory.stock import ProductBadge, StockBadge
from app.settings import Settings

BADGE = StockBadge("CUP", "low", 3, None, 7)


def from_string(app, source, **context):
    return app.extensions["fragments"].from_string(source).render(**context)


@pytest.mark.parametrize(
    ("badge", "text"),
    [
        (StockBadge("CUP", "in", None, None, 1), "In stock"),
        (StockBadge("CUP", "low", 3, None, 1), "Only 3 left"),
        (StockBadge("CUP", "out", None, None, 1), "Sold out"),
        (StockBadge("CUP", "back", None, date(2030, 12, 2), 1), "Back 2 Dec"),
    ],
)
def test_a_push_is_rendered_without_a_request(app, badge, text):
    html = render("inventory/stock_changed.push.html", badge=badge)

    assert text in html
    assert html.startswith("<span hx-swap-oob=\"innerHTML:[data-stock='CUP']\">")


@pytest.mark.parametrize(
    ("template", "badge"),
    [
        ("inventory/stock_changed.push.html", BADGE),
        ("catalogue/product_stock_changed.push.html", ProductBadge(7, "low", 3, None, 1)),
    ],
)
def test_a_push_has_the_badge_of_the_page_in_it(app, template, badge):
    assert render("inventory/_stock_badge.html", badge=badge) in render(template, badge=badge)


def test_what_is_missing_is_an_error_and_not_a_gap(app):
    with pytest.raises(UndefinedError):
        render("inventory/stock_changed.push.html")
    with pytest.raises(UndefinedError):
        from_string(app, "{{ badge.nope }}", badge=BADGE)


@pytest.mark.parametrize("name", ["request", "session", "g", "url_for", "csrf_token", "viewer", "config"])
def test_nothing_of_a_request_can_be_asked_for(app, name):
    with pytest.raises(UndefinedError):
        from_string(app, "{{ " + name + ".x }}")


def test_words_are_escaped(app):
    assert from_string(app, "{{ name }}", name="<script>") == "&lt;script&gt;"


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (6400, "EUR", "en", "€64.00"),
        (0, "EUR", "en", "€0.00"),
        (5, "EUR", "en", "€0.05"),
        (-250, "EUR", "en", "-€2.50"),
        (123456789, "EUR", "en", "€1,234,567.89"),
        (6400, "EUR", "de", "64,00\xa0€"),
        (6400, "JPY", "en", "¥6,400"),
        (6400, "KWD", "en", "KWD6.400"),
    ],
)
def test_money_has_the_digits_of_its_currency(minor, currency, locale, text):
    assert format_money(minor, currency, locale) == text


@pytest.mark.parametrize(("currency", "text"), [("EUR", "€24.00"), ("JPY", "¥2,400")])
def test_money_is_in_the_currency_of_the_shop(make_app, currency, text):
    app = make_app(SHOP_CURRENCY=currency)
    with app.app_context():
        assert from_string(app, "{{ 2400 | money }}") == text


@pytest.mark.parametrize(("locale", "text"), [("en", "2 Dec"), ("de", "2 Dez."), ("fr", "2 déc.")])
def test_a_day_is_in_the_language_of_the_shop(make_app, locale, text):
    app = make_app(SHOP_LOCALE=locale)
    with app.app_context():
        assert from_string(app, "{{ at | day }}", at=date(2030, 12, 2)) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [("Europe/Berlin", "3 Dec, 00:30"), ("UTC", "2 Dec, 23:30"), ("America/New_York", "2 Dec, 18:30")],
)
def test_a_time_is_shown_where_the_shop_is_and_says_exactly_when(make_app, zone, text):
    app = make_app(SHOP_TIMEZONE=zone)
    with app.app_context():
        html = from_string(app, "{{ at | when }}", at=datetime(2030, 12, 2, 23, 30, tzinfo=UTC))

    assert html == f'<time datetime="2030-12-02T23:30:00+00:00">{text}</time>'


def test_pages_and_pushes_have_the_same_filters(app):
    assert {"money", "when", "day"} <= set(app.jinja_env.filters) & set(app.extensions["fragments"].filters)
    assert isinstance(app.config["SETTINGS"], Settings)
