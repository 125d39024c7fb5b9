"""The configuration of nginx is one that nginx takes, as it stands for machines and as the cluster makes it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.cluster import proxy
from deploy.cluster.nodes import Ports, list_nodes
from deploy.local.refusal import Refusal
from tests.support.waiting import free_ports

ROOT = Path(__file__).resolve().parents[2]
NODES = list_nodes(Ports(8080))


@pytest.fixture(autouse=True)
def expect_nginx() -> None:
    try:
        proxy.find_binary()
    except Refusal:
        pytest.skip("nginx is not installed")


def check(folder: Path) -> str:
    """Empty when it is right."""
    done = subprocess.run([*proxy.command(folder), "-t", "-q"], capture_output=True, text=True)
    return done.stderr


@pytest.mark.parametrize("tls", [False, True])
def test_nginx_takes_what_the_cluster_makes_of_it(tmp_path, tls):
    proxy.write_files(tmp_path, ROOT, NODES, free_ports(1)[0], tls=tls)

    assert check(tmp_path) == ""


def test_nginx_takes_the_files_as_they_are_installed(tmp_path):
    """Ports below 1024 and the cache's folder are left to machines."""
    proxy.write_files(tmp_path, ROOT, NODES, free_ports(1)[0], tls=True)
    for name in ("machines.conf", "entrance.conf"):
        text = (ROOT / "deploy" / "nginx" / "liveshelf" / name).read_text()
        for real, free in (
            ("443", free_ports(1)[0]),
            (" 80;", f" {free_ports(1)[0]};"),
            (":80;", f":{free_ports(1)[0]};"),
        ):
            text = text.replace(real, str(free))
        (tmp_path / "liveshelf" / name).write_text(text.replace("/var/cache/nginx/liveshelf", "cache"))
    for name in ("certificate.pem", "certificate.key"):
        shutil.copyfile(tmp_path / name, tmp_path / "liveshelf" / name)

    assert check(tmp_path) == ""


def test_a_machine_that_is_down_gets_nothing_more(tmp_path):
    proxy.write_files(tmp_path, ROOT, NODES, free_ports(1)[0], tls=False)
    proxy.write_machines(tmp_path, NODES, down=["web2"])

    text = (tmp_path / "liveshelf" / "machines.conf").read_text()
    assert "server 127.0.0.1:8082 max_fails=2 fail_timeout=3s down;" in text
    assert text.count(" down;") == 1
    assert check(tmp_path) == ""


def test_the_key_of_the_certificate_is_for_its_owner_alone(tmp_path):
    proxy.make_certificate(tmp_path)

    assert (tmp_path / "certificate.key").stat().st_mode & 0o077 == 0
