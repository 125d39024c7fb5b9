"""A program that we did not write reads the API's description and tries everything that it allows, and what it forbids."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.security.tokens import SCOPES, create_token
from tests.support.shop import Shop, open_shop, small_assortment

TRIES_PER_CALL = 8
SEED = 8
# What the description cannot say: which fields go together, for whom a program may act, what is left of the stock.
LEFT_OUT = "positive_data_acceptance"


@pytest.fixture(scope="module")
def closed_shop() -> Iterator[tuple[Shop, str]]:
    """A shop whose API wants a token, unlike the demo's, and a token that may do everything."""
    tokens: list[str] = []

    def fill() -> None:
        small_assortment()
        tokens.append(create_token("stranger", list(SCOPES)))

    with open_shop(seed=fill, APP_ENV="test") as shop:
        yield shop, tokens[0]


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(600)
def test_a_stranger_who_reads_the_description_finds_nothing_to_complain_of(
    closed_shop: tuple[Shop, str], tmp_path: Path
) -> None:
    shop, token = closed_shop
    ended = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", f"{shop.url}/api/openapi.json",
            "--header", f"Authorization: Bearer {token}", "--checks", "all", "--exclude-checks", LEFT_OUT,
            "--phases", "examples,coverage,fuzzing", "--max-examples", str(TRIES_PER_CALL), "--seed", str(SEED),
            "--request-timeout", "20", "--warnings", "off", "--no-color", "--continue-on-failure",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=580,
    )  # fmt: skip

    assert ended.returncode == 0, f"{ended.stdout}{ended.stderr}\n{shop.logs()}"
