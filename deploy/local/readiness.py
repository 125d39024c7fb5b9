"""Waiting until the shop can serve, asked over HTTP as anybody else would."""

import json
import time
from http.client import HTTPConnection, HTTPException
from typing import Any

from app.settings import Settings
from deploy.local.refusal import Refusal
from deploy.local.supervisor import Supervisor

WAIT_S = 60.0
POLL_S = 0.05


def wait(settings: Settings, supervisor: Supervisor) -> None:
    """Raises Refusal with what is not right when a minute has passed, or supervisor is gone."""
    deadline = time.monotonic() + WAIT_S
    # The shop remembers a bad answer for a second, so it is not asked before its parts are up.
    for port, path in (
        (settings.WEBSOCKET_PORT, "/health"),
        (settings.PORT, "/api/health"),
        (settings.PORT, "/api/health/ready"),
    ):
        while not is_ok(ask(settings, port, path)):
            if not supervisor.is_running or time.monotonic() > deadline:
                raise Refusal(
                    f"The shop did not get ready: {diagnose(settings, supervisor)}; "
                    f"the logs are in {settings.data_path / 'logs'}"
                )
            supervisor.states()
            time.sleep(POLL_S)


def is_ok(answer: dict[str, Any]) -> bool:
    return answer.get("status") == "ok"


def ask(settings: Settings, port: int, path: str) -> dict[str, Any]:
    """The JSON answer, or {} while nobody listens."""
    connection = HTTPConnection(listening_address(settings.HOST), port, timeout=2)
    try:
        connection.request("GET", path, headers={"Host": settings.TRUSTED_HOSTS[0].lstrip(".")})
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer
    except (OSError, HTTPException, ValueError):
        return {}
    finally:
        connection.close()


def listening_address(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104  # never bound here


def diagnose(settings: Settings, supervisor: Supervisor) -> str:
    if not supervisor.is_running:
        return "supervisor has ended"
    failed = sorted(
        name for name, state in supervisor.states().items() if state in ("BACKOFF", "FATAL", "EXITED")
    )
    if failed:
        return f"{', '.join(failed)} cannot start"
    checks = ask(settings, settings.PORT, "/api/health/ready").get("checks", {})
    problems = [f"{name} ({check['problem']})" for name, check in checks.items() if not check["ok"]]
    return f"not right: {', '.join(problems)}" if problems else "web or live does not answer"
