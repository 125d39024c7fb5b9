"""`make run`, as somebody meets it who has just cloned the repository."""

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from app.demo.accounts import DEMO_ACCOUNTS
from tests.support.checkout import Checkout, Run
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400), pytest.mark.xdist_group("run")]

SECOND_START_S = 10.0
CURL_LINES = {
    "websocket status": ('curl -X GET "http://localhost:3001/api/realtime/websocket"', "processes"),
    "websocket broadcast": (
        """curl -X POST "http://localhost:3001/api/realtime/websocket" \\
  -H "Content-Type: application/json" \\
  -d '{
    "type": "broadcast",
    "data": {
      "type": "test_message",
      "payload": { "message": "Hello from API!" }
    },
    "targetChannel": "test"
  }'""",
        "reached",
    ),
    "inventory update": (
        """curl -X POST "http://localhost:3001/api/realtime/inventory" \\
  -H "Content-Type: application/json" \\
  -H "X-User-ID: test-user" \\
  -d '{
    "productId": "test-product",
    "quantity": 5,
    "operation": "add",
    "reason": "Test update"
  }'""",
        "onHand",
    ),
    "inventory retrieval": (
        'curl -X GET "http://localhost:3001/api/realtime/inventory?productId=test-product"',
        "onHand",
    ),
    "health": ('curl -X GET "http://localhost:3001/api/health"', "status"),
    "metrics": ('curl -X GET "http://localhost:3001/api/monitoring/metrics"', "counters"),
}


def read(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read().decode()


def curl(line: str, port: int) -> Any:
    """The line as it stands, but for the port."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    shown = subprocess.run(
        ["sh", "-c", line.replace("3001", str(port))], capture_output=True, text=True, timeout=20
    )
    return json.loads(shown.stdout)


def test_a_fresh_clone_opens_with_one_command(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, with_venv=False)
    with checkout.running() as run:
        print(f"\nfirst start with everything installed: {run.seconds:.1f} s")

        assert read(run.url)[0] == 200
        assert json.loads(read(f"{run.url}/api/health/ready")[1])["status"] == "ok"


@pytest.mark.slow
def test_the_second_start_is_quick_and_installs_nothing(opened: Run) -> None:
    print(f"\nsecond start: {opened.seconds:.1f} s")

    assert opened.seconds < SECOND_START_S
    assert "Installing" not in opened.output


def test_it_prints_the_addresses_the_accounts_and_how_to_stop(opened: Run) -> None:
    assert f"http://localhost:{opened.port}" in opened.output
    assert re.search(r"ws://localhost:\d+/ws", opened.output)
    for _, email, password in DEMO_ACCOUNTS:
        assert re.search(rf"{email} +{password}", opened.output)
    assert "Ctrl-C" in opened.output


def test_every_part_of_the_shop_is_ready(opened: Run) -> None:
    checks = json.loads(read(f"{opened.url}/api/health/ready")[1])["checks"]

    assert {name: check["problem"] for name, check in checks.items() if not check["ok"]} == {}
    assert {"database", "migrations", "redis", "live"} <= set(checks)


@pytest.mark.parametrize("name", CURL_LINES)
def test_the_curl_lines_of_the_brief_work_as_they_stand(opened: Run, name: str) -> None:
    line, field = CURL_LINES[name]

    answer = curl(line, opened.port)

    assert field in answer, answer


def test_jobs_and_clock_run_too(opened: Run) -> None:
    assert opened.find("worker")
    assert opened.find("clock")


def test_sigterm_to_make_leaves_no_process(checkout: Checkout) -> None:
    with checkout.running() as run:
        run.stop()

        assert wait_for(lambda: not checkout.processes(), 5, "all processes to end")
        assert "Traceback" not in run.output


@pytest.mark.slow
def test_a_terminals_ctrl_c_leaves_no_process(checkout: Checkout) -> None:
    with checkout.running() as run:
        os.killpg(run.make.pid, signal.SIGINT)
        run.make.wait(45)

        assert wait_for(lambda: not checkout.processes(), 5, "all processes to end")
        assert "Traceback" not in run.output


@pytest.mark.slow
def test_a_killed_process_comes_back(checkout: Checkout) -> None:
    with checkout.running() as run:
        live = run.find("gunicorn_live")
        os.kill(live, signal.SIGKILL)

        wait_for(lambda: live not in checkout.processes() and run.find("gunicorn_live"), 20, "live")
        wait_for(lambda: '"ok"' in read(f"{run.url}/api/health/ready")[1], 20, "readiness")


@pytest.mark.slow
def test_killing_the_launcher_ends_the_rest_and_the_next_start_opens(checkout: Checkout) -> None:
    with checkout.running() as run:
        os.kill(run.find("deploy.local"), signal.SIGKILL)

        with checkout.running() as again:
            assert read(again.url)[0] == 200
