"""What tests of stock can ask for."""

import json
import subprocess
import sys

import pytest

from tests.properties import oracle

RACE_WITHIN_S = 150


@pytest.fixture
def race(any_app, process_environment):
    """`race("buy", SMALL, sku="CUP")`: what each of the processes' threads heard. Nothing is broken afterwards."""

    def run(scenario, size, **given):
        module = [sys.executable, "-m", "tests.inventory.racers"]
        command = [*module, scenario, *map(str, size), json.dumps(given)]
        done = subprocess.run(
            command,
            env=process_environment,
            stdout=subprocess.PIPE,
            text=True,
            timeout=RACE_WITHIN_S,
            check=True,
        )
        assert oracle.violations() == {}
        return json.loads(done.stdout)

    return run
