"""Card numbers in what people type: masked however they are written, and nothing else is."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.card_numbers import BULLET, DIGIT, ISSUERS, has_check_digit, mask_cards

# The schemes' own numbers for tests.
CARDS = {
    "Visa": "4111111111111111",
    "a Visa of 13": "4222222222222",
    "a Visa of 19": "4000000000000000006",
    "Mastercard": "5555555555554444",
    "a Mastercard of the second series": "2223003122003222",
    "American Express": "378282246310005",
    "Discover": "6011111111111117",
    "Diners Club": "30569309025904",
    "a Diners Club of 36": "36227206271667",
    "JCB": "3530111333300000",
    "Maestro": "6759649826438453",
    "a Maestro of 19": "6799990100000000019",
    "UnionPay": "6240008631401148",
}


def masked(number):
    return BULLET * (len(number) - 4) + number[-4:]


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS.keys())
def test_all_but_the_last_four_digits_are_masked(number):
    assert mask_cards(number) == masked(number)
    assert mask_cards(f"My card is {number}, thanks") == f"My card is {masked(number)}, thanks"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("4111 1111 1111 1111", "•••• •••• •••• 1111"),
        ("4111-1111-1111-1111", "••••-••••-••••-1111"),
        ("4111.1111.1111.1111", "••••.••••.••••.1111"),
        ("4111\u00a01111\u00a01111\u00a01111", "••••\u00a0••••\u00a0••••\u00a01111"),
        ("4111 – 1111 – 1111 – 1111", "•••• – •••• – •••• – 1111"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "• • • • • • • • • • • • 1 1 1 1"),
        ("3782 822463 10005", "•••• •••••• •0005"),
        ("4111\u200b1111\u20601111\u00ad1111", "••••\u200b••••\u2060••••\u00ad1111"),
        ("４１１１ １１１１ １１１１ １１１１", "•••• •••• •••• １１１１"),
        ("٤١١١ ١١١١ ١١١١ ١١١١", "•••• •••• •••• ١١١١"),
        ("④①①①①①①①①①①①①①①①", "••••••••••••①①①①"),
        ("𝟜𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙", "••••••••••••𝟙𝟙𝟙𝟙"),
        ("Order 12 4111 1111 1111 1111 12 27 123", "Order 12 •••• •••• •••• 1111 12 27 123"),
        ("4111111111111111 5555555555554444", "••••••••••••1111 ••••••••••••4444"),
    ],
)
def test_a_number_is_found_however_it_is_written(text, shown):
    assert mask_cards(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # no check digit
        "1234567812345670",  # a check digit, but nobody gives out such numbers
        "7992739871300007 9000000000000001",
        "4006381333931",  # EAN-13
        "4 006381 333931",
        "9783161484100",
        "+49 151 2345 6789 0",
        "+4222222222222",
        "0049 151 23456789",
        "030 1234567, 030 7654321",
        "KM-2026-000123",
        "2026-11-23 09:36:43.000",
        "41111111111111112222",  # longer than any
        "411111111111",
        "4111 1111\n1111 1111",
        "10.00 20.00 30.00 40.00",
        "6500 5000 4000 3000",
    ],
)
def test_other_numbers_stay(text):
    assert mask_cards(text) == text


@given(st.text(st.characters(), max_size=80))
def test_a_text_without_digits_stays(text):
    plain = re.sub(DIGIT, "", text)

    assert mask_cards(plain) == plain


@given(st.sampled_from(ISSUERS), st.data())
def test_what_an_issuer_may_give_out_is_masked_with_any_signs_between(issuer, data):
    first, last, lengths = issuer
    length = data.draw(st.sampled_from([length for length in lengths if length > 13]))
    prefix = str(data.draw(st.integers(first, last)))
    digits = prefix + data.draw(st.text("0123456789", min_size=length - 7, max_size=length - 7))
    number = next(digits + end for end in "0123456789" if has_check_digit([int(d) for d in digits + end]))
    signs = data.draw(
        st.lists(st.sampled_from(["", " ", "-", ".", "\u00a0"]), min_size=length, max_size=length)
    )
    text = "".join(map("".join, zip(number, signs, strict=True)))

    shown = mask_cards(text)

    assert [letter for letter in shown if letter.isdigit()] == list(number[-4:])
    assert [letter for letter in shown if letter not in "0123456789•"] == [*"".join(signs)]


@pytest.mark.parametrize(
    "text", ["1" * 100_000, "4 1 " * 50_000, "4" * 12 + " x", "1- " * 60_000, "411111111111 " * 9_000]
)
def test_a_hostile_text_costs_little_time(text):
    begun = time.process_time()

    mask_cards(text)

    assert time.process_time() - begun < 2
