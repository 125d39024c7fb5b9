"""Prices as people type them."""

import pytest

from app.catalogue.prices import format_plain, parse_price


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("24", 2400),
        ("24,00", 2400),
        ("24.00", 2400),
        ("24.5", 2450),
        (" € 24.00 ", 2400),
        ("24,00 EUR", 2400),
        ("1.240,50", 124050),
        ("1,240.50", 124050),
        ("1 240,50", 124050),
        ("1'240.50", 124050),
        ("1,240", 124000),
        ("1,234,567", 123456700 // 100 * 100),
        ("0", 0),
    ],
)
def test_what_is_understood(app, typed, minor):
    if minor > 99_999_999:
        with pytest.raises(ValueError, match="At most"):
            parse_price(typed)
    else:
        assert parse_price(typed) == minor


@pytest.mark.parametrize(
    "typed", ["", "cheap", "-3", "24.001", "1.2.3", "1,2,3.00", "12,34.50", "24..00", "1.240", "99999999999"]
)
def test_what_is_not_clear_is_refused(app, typed):
    with pytest.raises(ValueError, match="24.00|At most"):
        parse_price(typed)


@pytest.mark.parametrize("locale", ["en", "de", "fr"])
def test_a_comma_and_a_point_mean_the_same_in_every_language(make_app, locale):
    with make_app(SHOP_LOCALE=locale).app_context():
        assert parse_price("24,00") == parse_price("24.00") == 2400


def test_a_thousand_follows_the_language(make_app):
    with make_app(SHOP_LOCALE="de").app_context():
        assert parse_price("1.240") == 124000
        with pytest.raises(ValueError, match="24.00"):
            parse_price("1,240")


def test_money_without_cents_has_none(make_app):
    with make_app(SHOP_CURRENCY="JPY").app_context():
        assert (parse_price("2400"), format_plain(2400)) == (2400, "2400")


@pytest.mark.parametrize("minor", [0, 5, 99, 100, 124050])
def test_what_is_written_is_read_back(app, minor):
    assert parse_price(format_plain(minor)) == minor
