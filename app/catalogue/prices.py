"""Prices as people type them. A shop in euros takes 24,00 and 24.00 alike, whatever its language."""

import re

from babel.numbers import get_currency_precision, get_group_symbol
from flask import current_app

LARGEST = 99_999_999
TYPED = re.compile(r"\d[\d.,]*")


def precision() -> int:
    return get_currency_precision(current_app.config["SETTINGS"].SHOP_CURRENCY)


def parse_price(text: str) -> int:
    """Minor units. Raises ValueError with a sentence that says how to write it."""
    settings = current_app.config["SETTINGS"]
    digits = precision()
    bare = re.sub(r"[\s'’]", "", text).upper().replace(settings.SHOP_CURRENCY, "").strip("€$£¥")
    if not TYPED.fullmatch(bare):
        raise ValueError(f"Write the price like {format_plain(2400)}")
    whole, fraction = split(bare, digits, get_group_symbol(settings.SHOP_LOCALE))
    if whole is None or len(fraction) > digits:
        raise ValueError(f"Write the price like {format_plain(2400)}")
    minor = int(whole + fraction.ljust(digits, "0"))
    if minor > LARGEST:
        raise ValueError(f"At most {format_plain(LARGEST)}")
    return minor


def split(bare: str, digits: int, group: str) -> tuple[str | None, str]:
    """Units and fraction; no units when it is not clear which sign parts them."""
    marks = [mark for mark in bare if mark in ".,"]
    if not marks:
        return bare, ""
    last = marks[-1]
    head, _, tail = bare.rpartition(last)
    if (
        len(tail) == 3
        and digits != 3
        and marks.count(last) == len(marks)
        and (len(marks) > 1 or last == group)
    ):
        return (bare.replace(last, ""), "") if is_grouped(bare, last) else (None, "")
    other = "," if last == "." else "."
    if last in head or (other in head and not is_grouped(head, other)):
        return None, ""
    return head.replace(other, ""), tail


def is_grouped(text: str, mark: str) -> bool:
    return re.fullmatch(rf"\d{{1,3}}(\{mark}\d{{3}})+", text) is not None


def format_plain(minor: int) -> str:
    """As a file or a field holds it: 24.00."""
    digits = precision()
    text = str(minor).zfill(digits + 1)
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text
