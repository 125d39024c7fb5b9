"""When `make run` cannot start: one clear line that names the setting, and nothing left behind."""

import os
import signal
import socket
import sqlite3
import sys
import urllib.request

import pytest

from tests.support.checkout import Checkout, Run
from tests.support.waiting import free_ports

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400), pytest.mark.xdist_group("run")]


def refused(checkout: Checkout, setting: str, **variables: str) -> str:
    """The one line that tells why `make run` did not start, which names the setting."""
    before = checkout.processes()
    ended = checkout.make("run", **variables)
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("make: ***")]
    assert ended.returncode != 0
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith(f"{setting}: "), lines
    assert "Traceback" not in ended.stdout + ended.stderr
    assert set(checkout.processes()) <= set(before)
    return lines[0]


@pytest.mark.slow
def test_what_is_left_of_a_killed_run_is_named_instead_of_started_twice(checkout: Checkout) -> None:
    with checkout.running() as run:
        left = run.find("gunicorn_web")
        for pid in (run.find("supervisord"), run.find("deploy.local")):
            os.kill(pid, signal.SIGSTOP)
        for pid in (run.find("supervisord"), run.find("deploy.local")):
            os.kill(pid, signal.SIGKILL)
        run.make.wait(45)

        web, live = free_ports(2)
        refusal = refused(checkout, "DATA_DIR", PORT=str(web), WEBSOCKET_PORT=str(live))
        assert f"{left} (gunicorn)" in refusal
        assert "(valkey-server)" in refusal


def test_a_second_run_on_the_same_folder_is_refused(opened: Run) -> None:
    web, live = free_ports(2)

    assert "in use" in refused(opened.checkout, "DATA_DIR", PORT=str(web), WEBSOCKET_PORT=str(live))
    with urllib.request.urlopen(opened.url, timeout=10) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("setting", ["PORT", "WEBSOCKET_PORT"])
def test_a_taken_port_is_refused_with_who_has_it(checkout: Checkout, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        web, live = free_ports(2)
        ports = {"PORT": str(web), "WEBSOCKET_PORT": str(live), setting: str(other.getsockname()[1])}

        assert str(os.getpid()) in refused(checkout, setting, **ports)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PORT", "many"),
        ("WEBSOCKET_PORT", "70000"),
        ("WEBSOCKET_ENABLE_COMPRESSION", "perhaps"),
        ("SHOP_TIMEZONE", "Europe/Nowhere"),
        ("SHOP_LOCALE", "xx"),
        ("DATA_DIR", "Makefile"),
        ("DATA_DIR", "Makefile/below"),
        ("REDIS_URL", "redis://:secret-word@127.0.0.1:1/0"),
        ("REDIS_URL", "nonsense"),
        ("DATABASE_URL", "postgresql://shop:secret-word@127.0.0.1:1/shop"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "sqlite:////nowhere/at/all.db"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(checkout: Checkout, setting: str, value: str) -> None:
    web, live = free_ports(2)

    line = refused(checkout, setting, **{"PORT": str(web), "WEBSOCKET_PORT": str(live), setting: value})

    assert "secret-word" not in line


def test_the_same_port_twice_is_refused(checkout: Checkout) -> None:
    port = str(free_ports(1)[0])

    refused(checkout, "WEBSOCKET_PORT", PORT=port, WEBSOCKET_PORT=port)


@pytest.mark.parametrize("content", ["newer", "broken"])
def test_a_database_that_this_code_cannot_use_is_refused(checkout: Checkout, content: str) -> None:
    web, live = free_ports(2)
    checkout.data.mkdir()
    path = checkout.data / "liveshelf.db"
    if content == "broken":
        path.write_bytes(b"this is not a database" * 100)
    else:
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            database.execute("INSERT INTO alembic_version VALUES ('9999')")
        database.close()

    refused(checkout, "DATABASE_URL", PORT=str(web), WEBSOCKET_PORT=str(live))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "variables", "answer"),
    [
        ("", {}, "no demo shop answers at http://localhost:"),
        ("APP_ENV=production\n", {}, "SECRET_KEY: "),
        ("APP_ENV=production\n", {"APP_ENV": "demo"}, "no demo shop answers at http://localhost:"),
    ],
)
def test_demo_traffic_is_for_the_demo_unless_something_else_is_said(
    checkout: Checkout, said: str, variables: dict[str, str], answer: str
) -> None:
    (checkout.path / ".env").write_text(said)

    ended = checkout.make("demo-traffic", PORT=str(free_ports(1)[0]), **variables)

    assert ended.returncode != 0
    assert ended.stderr.removeprefix("Error: ").startswith(answer), ended.stderr


def test_without_python_it_says_what_it_needs(checkout: Checkout) -> None:
    (checkout.path / ".venv").unlink()

    assert "Python 3.11" in refused(checkout, "PYTHON", PYTHON="python-that-is-not-there")


@pytest.mark.parametrize(
    ("change", "says"),
    [("sys.version_info = (3, 9, 2)", "3.11 or newer"), ("sys.modules['ensurepip'] = None", "python3-venv")],
)
def test_a_python_that_will_not_do_is_refused(checkout: Checkout, change: str, says: str) -> None:
    (checkout.path / ".venv").unlink()
    python = checkout.home / "python"
    program = (
        f"import runpy, sys; {change}; del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{program}" "$@"\n')
    python.chmod(0o755)

    assert says in refused(checkout, "PYTHON", PYTHON=str(python))
