"""The rules for Prometheus: they say what to do, and name nothing that the shop does not tell."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core import schedule
from app.core.pool import MeasuredPool
from app.operations.conditions import CONDITIONS
from app.security.tokens import create_token
from tests.factories import make_product

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "alerts"
RULES = yaml.safe_load((FOLDER / "liveshelf.rules.yml").read_text())["groups"][0]["rules"]
# What only somebody outside the process sees, or a page has no room for; and what takes the metrics with it.
ONLY_RULES = {"LiveshelfWebDown", "LiveshelfPoolExhausted"}
ONLY_ON_THE_PAGE = {"LiveshelfDatabaseDown", "LiveshelfNotMigrated"}


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_each_says_what_is_wrong_why_and_what_to_do(rule):
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(rule["annotations"]) == {"summary", "cause", "action"}
    assert all(len(text) > 10 for text in rule["annotations"].values())


def test_the_operations_page_and_the_rules_speak_of_the_same():
    rules = {rule["alert"] for rule in RULES}
    conditions = {condition.name for condition in CONDITIONS}

    assert rules - conditions == ONLY_RULES
    assert conditions - rules == ONLY_ON_THE_PAGE


def test_all_that_they_name_is_told(app, client, tmp_path):
    program = {"Authorization": f"Bearer {create_token('tests', ['monitoring:read'])}"}
    make_product(slug="cup")
    client.get("/products/cup")
    fail_a_task(app)
    exhaust_a_pool(tmp_path)

    text = client.get("/api/monitoring/metrics?format=prometheus", headers=program).text
    told = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    # The socket processes' are told of once there is one.
    told |= {line.split(" ")[2] for line in text.splitlines() if line.startswith("# TYPE liveshelf_live_")}

    for rule in RULES:
        assert set(re.findall(r"liveshelf_\w+", rule["expr"])) <= told, rule["alert"]


def fail_a_task(app):
    def fail():
        raise RuntimeError("a task that fails")

    schedule.run_task(app, schedule.make_task(1, fail))


def exhaust_a_pool(tmp_path):
    options = {"poolclass": MeasuredPool, "pool_size": 1, "max_overflow": 0, "pool_timeout": 0.01}
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'small.db'}", **options)
    with engine.connect(), pytest.raises(PoolTimeout):
        engine.connect()
    engine.dispose()


@pytest.fixture(scope="session")
def promtool(tmp_path_factory):
    """From the machine, or out of Debian's package without installing it."""
    if found := shutil.which("promtool"):
        return found
    if shutil.which("apt-get") is None:
        pytest.skip("no promtool, and no Debian to take it from")
    folder = tmp_path_factory.mktemp("promtool")
    subprocess.run(["apt-get", "download", "-q", "prometheus"], cwd=folder, check=True, capture_output=True)
    package = next(folder.glob("*.deb"))
    subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    return folder / "usr" / "bin" / "promtool"


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["check", "rules", "liveshelf.rules.yml"], ["test", "rules", "liveshelf.test.yml"]]
)
def test_promtool_agrees(promtool, command):
    done = subprocess.run([promtool, *command], cwd=FOLDER, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
