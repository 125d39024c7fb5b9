"""Codes are those that every authenticator app makes, and the picture holds the key."""

import base64
import re

import pytest

from app.security.factors import totp

# RFC 6238, appendix B; apps show the last six of its eight digits.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (2000000000, "279037")]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds, code):
    assert totp.step_of(SECRET, code, seconds * 1000) == seconds // 30


@pytest.mark.parametrize(
    ("late_s", "found"), [(-31, False), (-29, True), (30, True), (59, True), (61, False)]
)
def test_a_clock_may_be_one_step_off_either_way(late_s, found):
    step = totp.step_of(SECRET, "279037", (2000000000 // 30 * 30 + late_s) * 1000)

    assert step == (2000000000 // 30 if found else None)


@pytest.mark.parametrize("code", ["", "0", "2790370", "27903", "279 037", "\x00" * 6, "1" * 10_000])
def test_what_is_no_code_is_none(code):
    assert totp.step_of(SECRET, code, 2000000000_000) is None


def test_the_picture_has_the_three_corners_that_a_camera_looks_for_and_a_quiet_zone():
    drawing = totp.draw_key(totp.new_secret(), "mira@example.test", "kilnmark")

    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawing.path)}
    last = drawing.size - 5
    for x, y in ((4, 4), (last - 6, 4), (4, last - 6)):
        assert {(x + at, y) for at in range(7)} | {(x + at, y + 6) for at in range(7)} <= dark
        assert not {(x + at, y + 1) for at in range(1, 6)} & dark
    assert {4, last} == {min(x for x, _ in dark), max(y for _, y in dark)}


def test_keys_differ_and_have_160_bits():
    keys = {totp.new_secret() for _ in range(50)}

    assert len(keys) == 50
    assert all(len(base64.b32decode(key)) == 20 for key in keys)
