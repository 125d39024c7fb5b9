"""The release before works on the database of this one: that is what lets both run side by side during a deploy."""

import json
import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.database import db
from app.security.models import User
from tests.factories import make_product
from tests.support.settings import environment_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
# The last one whose newest migration is 0006.
PREVIOUS = "a3051438af555e710bf314b03e0bf5e39a01a683"
PROGRAM = Path(__file__).with_name("previous_release.py")


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its code in a folder of its own."""
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", PREVIOUS], capture_output=True)
    if packed.returncode:
        pytest.skip("the previous release is not in this clone")
    folder = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    (folder / PROGRAM.name).write_text(PROGRAM.read_text())
    return folder


def test_it_sells_opens_accounts_and_keeps_its_clock_on_the_migrated_database(
    any_app: Flask, previous: Path, database_url: str, session_redis, tmp_path: Path
) -> None:
    make_product(sku="CUP", slug="cup", name="Cup", stock=10, threshold=5)
    environ = environment_for(
        tmp_path / "data", APP_ENV="demo", DATABASE_URL=database_url, REDIS_URL=session_redis.url
    )

    done = subprocess.run(
        [sys.executable, PROGRAM.name],
        cwd=previous,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1])["hold"] in (200, 201)
    db.session.rollback()
    assert db.session.scalar(sa.select(User.role).where(User.email == "old@example.test")) == "agent"
