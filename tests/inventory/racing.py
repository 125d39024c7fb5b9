"""How many race: few in every run, many in the second tier."""

import pytest

SMALL = 5, 10
# PostgreSQL has 100 connections, a process takes up to 16.
FULL = 5, 200


def sizes(*values):
    """The first in every run, the second at full size, in the second tier."""
    small, full = values
    return pytest.mark.parametrize(
        ("size", "units"), [small, pytest.param(*full, marks=pytest.mark.slow)], ids=["small", "full"]
    )
