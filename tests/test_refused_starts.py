"""Servers and commands that cannot start: one clear line that names the setting, whoever starts them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.settings import environment_for
from tests.support.waiting import free_ports

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[1]
WEB_STARTS = ("flask --app wsgi run", "gunicorn wsgi:app", "gunicorn -c deploy/gunicorn_web.py wsgi:app")
LIVE_STARTS = ("gunicorn wsgi:live", "gunicorn -c deploy/gunicorn_live.py wsgi:live")
COMMANDS = ("flask --app wsgi setup", "flask --app wsgi worker", "flask --app wsgi clock")


def run(command: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    web, live = free_ports(2)
    ports = {"PORT": str(web), "WEBSOCKET_PORT": str(live), "FLASK_RUN_PORT": str(web)}
    program, *arguments = command.split()
    if "gunicorn wsgi" in command:
        arguments += ["--bind", f"127.0.0.1:{web}", "--no-control-socket"]
    return subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **environment_for(folder), **ports, **variables},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def refusals(command: str, folder: Path, **variables: str) -> list[str]:
    """The lines that tell why it did not start; gunicorn's own log is not among them."""
    ended = run(command, folder, **variables)
    assert ended.returncode != 0
    assert "Traceback" not in ended.stdout + ended.stderr
    return [line for line in ended.stderr.splitlines() if line and not line.startswith(("[20", "{"))]


@pytest.mark.parametrize("command", [*WEB_STARTS, *LIVE_STARTS, *COMMANDS])
def test_what_cannot_be_read_is_told_in_a_line_each(tmp_path: Path, command: str) -> None:
    lines = refusals(command, tmp_path, WEBSOCKET_URL="http://shop", MAIL_URL="mail:shop:secret-word")

    assert [line.split(": ")[0] for line in lines] == ["WEBSOCKET_URL", "MAIL_URL"]
    assert "secret-word" not in str(lines)


@pytest.mark.parametrize("command", WEB_STARTS)
def test_a_server_tells_what_only_the_shop_can_judge(tmp_path: Path, command: str) -> None:
    lines = refusals(command, tmp_path, SHOP_LOCALE="xx", SHOP_CURRENCY="eur")

    assert [line.split(": ")[0] for line in lines] == ["SHOP_CURRENCY", "SHOP_LOCALE"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATA_DIR", "/dev/null/below"), ("DATABASE_URL", "nonsense"), ("REDIS_URL", "nonsense")],
)
def test_a_command_names_the_address_that_it_cannot_use(tmp_path: Path, name: str, value: str) -> None:
    (line,) = refusals(COMMANDS[0], tmp_path, **{name: value})

    assert line.startswith(f"{name}: ")


def test_a_bare_start_names_the_secret_that_production_needs(tmp_path: Path) -> None:
    for command in (WEB_STARTS[0], LIVE_STARTS[0]):
        (line,) = refusals(command, tmp_path, APP_ENV="", SECRET_KEY="")
        assert line.startswith("SECRET_KEY: ")


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        ("setup", "DATABASE_URL", "postgresql://shop:secret-word@127.0.0.1:1/shop"),
        ("worker", "REDIS_URL", "redis://:secret-word@127.0.0.1:1/0"),
    ],
)
def test_what_does_not_answer_is_told_in_a_line(tmp_path: Path, command: str, name: str, value: str) -> None:
    (line,) = refusals(f"flask --app wsgi {command}", tmp_path, **{name: value})

    assert line.startswith(f"Error: {name}: ")
    assert "secret-word" not in line


def test_the_first_command_makes_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"

    ended = run("flask --app wsgi setup", tmp_path, DATA_DIR=str(folder))

    assert (ended.returncode, ended.stderr) == (0, "")
    assert (folder / "liveshelf.db").is_file()
    assert folder.stat().st_mode & 0o777 == 0o700
