"""What imports are tested on."""

import subprocess
import sys

import pytest

from app.inventory.imports import files, parts
from tests.factories import make_product, make_user
from tests.inventory.imports.importing import MANY
from tests.security.test_login import sign_in


@pytest.fixture
def many(any_app, monkeypatch):
    """Ten of each of seven SKUs, and three rows in each transaction."""
    monkeypatch.setattr(parts, "PART", 3)
    monkeypatch.setattr(files, "PART", 3)
    for sku in MANY:
        make_product(sku=sku, stock=10)


@pytest.fixture
def stock(app):
    make_product(sku="CUP", name="Cup", stock=10, threshold=5)
    make_product(sku="VASE", name="Vase", stock=3)
    make_product(sku="LAMP", name="Lamp", stock=0)


@pytest.fixture
def mira(app, client, stock):
    """A member of staff."""
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    return client


@pytest.fixture
def start_worker(process_environment):
    """`start_worker(import_id)`: a process that begins at `go`. None is left when the test ends."""
    workers = []

    def start(import_id):
        command = [sys.executable, "-m", "tests.inventory.imports.worker", import_id]
        worker = subprocess.Popen(
            command, env=process_environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        workers.append(worker)
        assert worker.stdout.readline() == "ready\n"
        return worker

    yield start
    for worker in workers:
        worker.kill()
        worker.communicate()
