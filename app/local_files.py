"""Files under DATA_DIR that all processes must agree on: the secret key and the embedded Redis's socket."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

# sockaddr_un holds 108 bytes; a longer path fails in bind() with a message that names neither the path nor the setting.
LONGEST_SOCKET_PATH = 100


def redis_socket(data: Path) -> Path:
    path = data / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"liveshelf-{os.getuid()}-{name}" / "redis.sock"


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
