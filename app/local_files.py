"""Files of one DATA_DIR that all processes must agree on: the secret key, the embedded Redis's socket, shared figures."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

# sockaddr_un holds 108 bytes; a longer path fails in bind() with a message that names neither the path nor the setting.
LONGEST_SOCKET_PATH = 100
MEMORY = Path("/dev/shm")  # noqa: S108  # its folder is checked to be ours


def redis_socket(data: Path) -> Path:
    path = data / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return Path(tempfile.gettempdir()) / own_name(data) / "redis.sock"


def metrics_folder(data: Path) -> Path:
    """In memory where the system has a place for that: these files are mapped, and on a full disk the system kills
    whoever writes into one for which there is no space, in the middle of a page that only reads."""
    return MEMORY / own_name(data) / "metrics" if os.access(MEMORY, os.W_OK) else data / "metrics"


def own_name(data: Path) -> str:
    return f"liveshelf-{os.getuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"


def stored_secret(data: Path) -> str:
    """The shop's secret key, made on the first call. Raises OSError when the folder cannot be written."""
    path = data / "secret_key"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        create_secret(path)
    return path.read_text().strip()


def create_secret(path: Path) -> None:
    """Linked into place, so that two processes that start at once agree on one key and none reads half of it."""
    draft = path.with_name(f"secret_key.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
