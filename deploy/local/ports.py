"""Whether the two ports are free, and who has them if not."""

import socket
from pathlib import Path

from app.settings import Settings
from deploy.local.refusal import Refusal


def check(settings: Settings) -> None:
    if settings.PORT == settings.WEBSOCKET_PORT:
        raise Refusal(f"WEBSOCKET_PORT: must not be the same as PORT ({settings.PORT})")
    for name in ("PORT", "WEBSOCKET_PORT"):
        check_port(name, settings.HOST, getattr(settings, name))


def check_port(name: str, host: str, port: int) -> None:
    bare = host.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in bare else socket.AF_INET) as probe:
        # As gunicorn does; else connections that still close after a stop would pass for somebody else's.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bare, port))
            probe.listen(1)
        except PermissionError:
            raise Refusal(f"{name}: only root may listen on port {port}; choose one above 1023") from None
        except OSError as error:
            raise Refusal(
                f"{name}: cannot listen on {host} port {port} ({error.strerror}{find_holder(port)})"
            ) from None


def find_holder(port: int) -> str:
    """`, taken by process 12 (gunicorn)` where the system tells it, else nothing."""
    inodes = {inode for table in ("tcp", "tcp6") for inode in listening(Path("/proc/net") / table, port)}
    if not inodes:
        return ""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = {str(link.readlink()) for link in (process / "fd").iterdir()}
            if links & inodes:
                return f", taken by process {process.name} ({(process / 'comm').read_text().strip()})"
        except OSError:
            continue
    return ""


def listening(table: Path, port: int) -> list[str]:
    if not table.exists():
        return []
    rows = (line.split() for line in table.read_text().splitlines()[1:])
    return [
        f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port
    ]
