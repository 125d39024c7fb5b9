"""Numbers of payment cards in what people type, masked before they reach a disk, a log or anybody else.

One number in ten passes the check digit (ISO/IEC 7812-1, annex B), so it must also begin as an issuer's do and be as long
as theirs (ISO/IEC 7812-2 and the schemes' own lists).
"""

import re
import unicodedata
from collections.abc import Iterator

BULLET = "•"
SHOWN = 4
SHORTEST = 13
LONGEST_PHONE = 15
LONG = (16, 17, 18, 19)

# The first six digits, from and to, and how long such numbers are.
ISSUERS = (
    (222100, 272099, (16,)),  # Mastercard
    (300000, 305999, (14, *LONG)),  # Diners Club
    (309500, 309599, (14, *LONG)),
    (340000, 349999, (15,)),  # American Express
    (352800, 358999, LONG),  # JCB
    (360000, 369999, (14, *LONG)),  # Diners Club
    (370000, 379999, (15,)),  # American Express
    (380000, 399999, (14, *LONG)),  # Diners Club
    (400000, 499999, (13, 16, 19)),  # Visa
    (500000, 509999, LONG),  # Maestro; its shorter ones, long gone, would be half of all telephone numbers
    (510000, 559999, (16,)),  # Mastercard
    (560000, 589999, LONG),  # Maestro
    (600000, 699999, LONG),  # Maestro, Discover, UnionPay
    (810000, 817199, LONG),  # UnionPay
)

# Every script's digits, and those in circles, brackets and corners.
DIGIT = r"[\d²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]"
# Spaces, dashes and dots of all kinds, and what is not seen at all.
BETWEEN = (
    "[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
    + r"\-‐-―−﹘﹣－"
    + ".·․‧•．"
    + "\u00ad\u200b-\u200f\u2060-\u2064\ufe0f\u20e3]"
)
RUN = re.compile(f"{DIGIT}(?:{BETWEEN}{{0,3}}{DIGIT}){{{SHORTEST - 1},}}")


def mask_cards(text: str) -> str:
    """All but the last four digits of each card's number as bullets; what stands between them stays."""
    return RUN.sub(mask_run, text)


def mask_run(run: re.Match[str]) -> str:
    letters = list(run[0])
    places = [place for place, letter in enumerate(letters) if unicodedata.digit(letter, -1) >= 0]
    digits = [unicodedata.digit(letters[place]) for place in places]
    groups = [0, *(i for i in range(1, len(places)) if places[i - 1] + 1 != places[i]), len(places)]
    for start, end in find_cards(digits, groups):
        is_phone = start == 0 and end <= LONGEST_PHONE and run.string[: run.start()].endswith("+")
        for place in [] if is_phone else places[start : end - SHOWN]:
            letters[place] = BULLET
    return "".join(letters)


def find_cards(digits: list[int], groups: list[int]) -> Iterator[tuple[int, int]]:
    """From and to. A card begins and ends where a group of digits does, as in `Order 12 4111 1111 1111 1111`."""
    ends, free = set(groups), 0
    for start in groups:
        lengths = lengths_of(digits[start : start + 6]) if start >= free else ()
        for length in reversed(lengths):
            if start + length in ends and is_card(digits[start : start + length]):
                free = start + length
                yield start, free
                break


def lengths_of(prefix: list[int]) -> tuple[int, ...]:
    issued = int("".join(map(str, prefix)) or 0)
    return next((lengths for first, last, lengths in ISSUERS if first <= issued <= last), ())


def is_card(digits: list[int]) -> bool:
    return has_check_digit(digits) and not is_article(digits)


def has_check_digit(digits: list[int]) -> bool:
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def is_article(digits: list[int]) -> bool:
    """An EAN-13 has a check digit of its own (GS1 General Specifications, 7.9)."""
    return len(digits) == 13 and (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
