"""The files for machines name what there is: the Procfile's commands, the settings' variables, each other's ports."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.environment import load
from app.settings import Settings
from app.variables import read_env_file
from deploy.local import procfile

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
COMMANDS = {name: shlex.split(command) for name, command in procfile.read(ROOT).items()}
HELD = ("NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "SystemCallFilter")


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


@pytest.mark.parametrize(("role", "count"), [("web", 2), ("live", 2), ("worker", 2), ("clock", 2)])
def test_compose_runs_each_process_of_the_procfile(role, count):
    nodes = [service for name, service in services().items() if re.fullmatch(rf"{role}\d", name)]

    assert [node["command"] for node in nodes] == [COMMANDS[role]] * count
    for node in nodes:
        assert node["read_only"] and node["cap_drop"] == ["ALL"]


def test_compose_has_what_the_shop_needs_and_names_nothing_that_is_not_there():
    found = services()
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text())

    assert {
        "postgres",
        "redis1",
        "redis2",
        "redis3",
        "sentinel1",
        "sentinel2",
        "sentinel3",
        "proxy",
    } <= found.keys()
    for service in found.values():
        assert set(service.get("depends_on", ())) <= found.keys()
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in document["volumes"] or (DEPLOY / source).exists()


def test_nginx_of_the_containers_sends_to_services_that_there_are():
    text = (DEPLOY / "nginx" / "liveshelf" / "containers.conf").read_text()

    named = re.findall(r"server (\w+):(\d+)", text)
    assert named == [("web1", "3001"), ("web2", "3001"), ("live1", "3002"), ("live2", "3002")]
    assert {name for name, _ in named} <= services().keys()


def test_the_image_runs_without_root_and_installs_by_hash():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()

    assert "--require-hashes -r requirements.txt" in "\n".join(lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]
    copied = [
        word
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]
    assert all((ROOT / name).exists() for name in copied)
    assert f"CMD {COMMANDS['web']}".replace("'", '"') in lines


def unit(name: str) -> str:
    return (UNITS / name).read_text()


@pytest.mark.parametrize(
    ("role", "file"),
    [
        ("web", "liveshelf-web.service"),
        ("live", "liveshelf-live.service"),
        ("worker", "liveshelf-worker@.service"),
        ("clock", "liveshelf-clock.service"),
    ],
)
def test_systemd_runs_each_process_of_the_procfile(role, file):
    program, *arguments = COMMANDS[role]

    assert f"ExecStart=/opt/liveshelf/.venv/bin/{program} {shlex.join(arguments)}\n" in unit(file)
    assert file.replace("@.", "@1.") in unit("liveshelf.target")


def test_systemd_gives_the_processes_no_more_than_they_need():
    held = unit("liveshelf-.service.d/common.conf")

    assert all(re.search(rf"^{name}=(yes|strict|@system-service)$", held, re.MULTILINE) for name in HELD)
    assert "User=liveshelf" in held


def test_systemd_takes_the_units(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for path in UNITS.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(UNITS)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(path.read_text().replace("/opt/liveshelf", str(ROOT)))

    names = sorted(str(path) for path in tmp_path.iterdir() if path.is_file())
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True)
    ours = [
        line for line in done.stderr.splitlines() if "liveshelf" in line and "is not executable" not in line
    ]

    assert ours == []


@pytest.mark.parametrize("name", ["web", "live", "worker@", "clock", "setup", "backup"])
def test_systemd_itself_calls_the_services_well_protected(name):
    """Its own measure, from 0 to 10; 2 and less is good."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")

    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager"]
    done = subprocess.run(
        [*command, str(UNITS / f"liveshelf-{name}.service")], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout[-500:] + done.stderr


def test_production_starts_with_its_example_once_it_is_filled_in(tmp_path):
    written = read_env_file(DEPLOY / "production.env")
    assert written.keys() <= set(Settings.__dataclass_fields__)
    values = {
        name: value.replace("CHANGE_ME", "a-long-random-text-of-your-own-making")
        for name, value in written.items()
    }

    settings = load({**values, "DATA_DIR": str(tmp_path)}, tmp_path)

    assert settings.is_production
    assert settings.ALLOWED_ORIGINS == (settings.PUBLIC_URL,)
    assert settings.TRUSTED_PROXIES == 1
