"""What is an attack and what is not, from the address alone."""

import time
from urllib.parse import quote

import pytest

from app.security.threats.shapes import find_shape
from tests.security.threats.corpus import HONEST, HOSTILE, PROBES, SHAPES

# A tenth of what a request may cost; a pattern that goes back and forth takes minutes.
LONGEST_S = 0.5


@pytest.mark.parametrize("path", PROBES)
def test_what_scanners_look_for_is_known(path):
    assert find_shape(path.partition("?")[0], "", is_page=False) == "scanner_path"


@pytest.mark.parametrize("text", SHAPES)
def test_an_attack_is_found_in_a_query_and_in_a_path(text):
    assert find_shape("/search", f"q={quote(text)}", is_page=True) == "attack_shape"
    assert find_shape(f"/products/{text}", "", is_page=True) == "attack_shape"


@pytest.mark.parametrize("text", HONEST)
def test_what_people_search_for_is_none(text):
    assert find_shape("/search", f"q={quote(text)}", is_page=True) is None


def test_a_page_of_ours_may_be_called_like_what_scanners_look_for():
    assert find_shape("/staff/inventory/sku/VASE.OLD", "", is_page=True) is None


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_makes_the_search_slow(text):
    begun = time.process_time()

    find_shape(text, "", is_page=False)
    find_shape("/", text, is_page=False)

    assert time.process_time() - begun < LONGEST_S
