"""What a second command has to know of the running cluster: the variables that all its processes share."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from app.environment import load
from app.settings import Settings
from deploy.cluster import redis_group
from deploy.cluster.nodes import SOCKET_PATH, Ports
from deploy.local.refusal import Refusal

ROOT = Path(__file__).resolve().parents[2]


def data_folder() -> Path:
    """Not `var` itself, where `make run` keeps a shop with another database."""
    return (ROOT / (os.environ.get("DATA_DIR") or "var/cluster")).resolve()


def environment() -> str:
    """The cluster is for trying out, so that nothing said means the demo, as for `make run`."""
    return os.environ.get("APP_ENV") or "demo"


def make_variables(data: Path, ports: Ports, *, tls: bool) -> dict[str, str]:
    """Beyond these the cluster is configured as any shop, by the environment and `.env`."""
    password = keep_password(data, ports)
    address = f"http{'s' * tls}://localhost:{ports.entrance}"
    return {
        "APP_ENV": environment(),
        "DATA_DIR": str(data),
        "HOST": "127.0.0.1",
        "PUBLIC_URL": address,
        "WEBSOCKET_PATH": SOCKET_PATH,
        "WEBSOCKET_URL": f"{address.replace('http', 'ws', 1)}{SOCKET_PATH}",
        "TRUSTED_PROXIES": "1",
        "REDIS_URL": redis_group.url(ports, password),
    }


def keep_password(data: Path, ports: Ports) -> str:
    """That of Redis. Files of another run on other ports are of no use; SQL has all that counts."""
    earlier = read(data)
    if earlier.get("PUBLIC_URL", "").rpartition(":")[2] == str(ports.entrance):
        return earlier["REDIS_URL"].partition("://:")[2].partition("@")[0]
    for folder in (*data.glob("redis?"), *data.glob("sentinel?")):
        shutil.rmtree(folder)
    return secrets.token_urlsafe(24)


def write(data: Path, variables: Mapping[str, str]) -> None:
    file = data / "cluster.json"
    draft = file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(variables, indent=1))
    draft.replace(file)


def read(data: Path) -> dict[str, str]:
    """Empty when no cluster has ever run there."""
    file = data / "cluster.json"
    found: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return found


def load_settings(variables: Mapping[str, str]) -> Settings:
    """Also for whatever this process starts."""
    os.environ.update(variables)
    return load(folder=ROOT)


def load_running(data: Path) -> Settings:
    """Raises Refusal."""
    variables = read(data)
    if not variables:
        raise Refusal(f"DATA_DIR: no cluster runs in {data}; start one with: python -m deploy.cluster")
    return load_settings(variables)
