"""Reading the settings from `.env` and the environment, and what follows from them. Nothing else reads the environment.

Standard library only, because the socket process imports it and has to stay small.
"""

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.local_files import redis_socket, stored_secret
from app.settings import Settings, SettingsError
from app.variables import parse, read_env_file

SHORTEST_SECRET = 32
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
# By this code gunicorn knows that a worker need not be tried again.
REFUSED = 4


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Read `.env`, `.env.local` and the environment, later ones winning. Raises SettingsError with every problem at once."""
    folder = folder or Path.cwd()
    sources = {
        **read_env_file(folder / ".env"),
        **read_env_file(folder / ".env.local"),
        **(os.environ if environ is None else environ),
    }
    values: dict[str, Any] = {}
    problems = []
    for entry in fields(Settings):
        try:
            values[entry.name] = parse(entry, sources.get(entry.name, ""))
        except ValueError as error:
            problems.append(f"{entry.name}: {error}")
    if "APP_ENV" in values:
        values["APP_ENV"] = values["APP_ENV"] or "production"
        problems += find_conflicts(values)
    if problems:
        raise SettingsError(problems)
    return complete(values, folder)


def find_conflicts(values: Mapping[str, Any]) -> Iterator[str]:
    """What the demo and production must not run with."""
    if values["APP_ENV"] == "demo" and values["HOST"] not in LOOPBACK_NAMES:
        yield "HOST: the demo knows its passwords and opens its API, so it listens on loopback only"
    secret = values["SECRET_KEY"]
    if (secret or values["APP_ENV"] == "production") and len(secret) < SHORTEST_SECRET:
        yield f"SECRET_KEY: must be set to at least {SHORTEST_SECRET} random characters"


def complete(values: dict[str, Any], folder: Path) -> Settings:
    """Fill in what follows from other variables."""
    data = (folder / values["DATA_DIR"]).resolve()
    values["DATA_DIR"] = str(data)
    values["DATABASE_URL"] = database_url(values["DATABASE_URL"] or f"sqlite:///{data / 'liveshelf.db'}")
    values["REDIS_URL"] = values["REDIS_URL"] or f"unix://{redis_socket(data)}"
    values["PUBLIC_URL"] = (values["PUBLIC_URL"] or f"http://localhost:{values['PORT']}").rstrip("/")
    values["ALLOWED_ORIGINS"] = values["ALLOWED_ORIGINS"] or origins(values)
    values["TRUSTED_HOSTS"] = values["TRUSTED_HOSTS"] or tuple(
        dict.fromkeys((str(urlsplit(values["PUBLIC_URL"]).hostname), *LOOPBACK_NAMES))
    )
    values["SECRET_KEY"] = values["SECRET_KEY"] or secret_key(data)
    return Settings(**values)


def origins(values: Mapping[str, Any]) -> tuple[str, ...]:
    if values["APP_ENV"] == "production":
        return (values["PUBLIC_URL"],)
    return tuple(
        dict.fromkeys([values["PUBLIC_URL"], *(f"http://{name}:{values['PORT']}" for name in LOOPBACK_NAMES)])
    )


def database_url(url: str) -> str:
    """SQLAlchemy takes a bare postgresql:// for psycopg2, which is not what is installed."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def secret_key(data: Path) -> str:
    try:
        return stored_secret(data)
    except OSError as error:
        raise unwritable(data, error) from None


def make_data_folder(settings: Settings) -> None:
    """Raises SettingsError when DATA_DIR cannot be made or written to."""
    try:
        settings.data_path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(settings.data_path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise unwritable(settings.data_path, error) from None


def unwritable(data: Path, error: OSError) -> SettingsError:
    return SettingsError([f"DATA_DIR: cannot write to {data} ({error.strerror})"])


@contextmanager
def exit_if_refused() -> Iterator[None]:
    """For what starts a process: it ends with one line for each problem, and without a traceback."""
    try:
        yield
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(REFUSED) from None
