"""Taking a backup while the shop runs."""

import shutil
from pathlib import Path

from flask import current_app

from app.core import clock, migration
from app.operations.backup import databases, manifest
from app.operations.backup.errors import Mismatch, NotEmpty
from app.operations.backup.manifest import DATA, FOLDERS, KEY_FILE, Manifest
from app.settings import Settings


def write_backup(folder: Path) -> Manifest:
    """Raises NotEmpty, ToolFailed, and Mismatch where there is no shop yet.

    Files are copied before and after the database: one that a row speaks of was there before, or came meanwhile.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if folder.exists() and any(folder.iterdir()):
        raise NotEmpty(f"{folder} is not empty; a backup wants a folder of its own")
    revision = migration.current_revision()
    if revision is None:
        raise Mismatch("DATABASE_URL: the database is empty; there is nothing to back up")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return fill(folder, settings, revision)
    except BaseException:
        shutil.rmtree(
            folder, ignore_errors=True
        )  # half a backup is none, and a disk that is nearly full has no room for it
        raise


def fill(folder: Path, settings: Settings, revision: str) -> Manifest:
    files: dict[str, str] = {}
    copy_files(settings.data_path, folder, files)
    taken_at = clock.now_ms()
    kind = databases.kind_of(settings)
    counts = kind.dump(settings.DATABASE_URL, folder)
    copy_files(settings.data_path, folder, files)
    files[kind.FILE] = manifest.sum_of(folder / kind.FILE)
    if keeps_own_secret(settings):
        files[f"{DATA}/{KEY_FILE}"] = manifest.copy(settings.data_path / KEY_FILE, folder / DATA / KEY_FILE)
    done = Manifest(
        database=databases.name_of(settings),
        migration=revision,
        taken_at=taken_at,
        key_mark=manifest.mark_of(settings.SECRET_KEY),
        counts=counts,
        files=files,
        bytes=sum((folder / name).stat().st_size for name in files),
        version=manifest.read_version(Path(current_app.root_path)),
    )
    manifest.write(folder, done)
    return done


def keeps_own_secret(settings: Settings) -> bool:
    """Whether SECRET_KEY is the one that the shop made for itself; one that was given is kept by whoever gave it."""
    stored = settings.data_path / KEY_FILE
    return stored.is_file() and stored.read_text().strip() == settings.SECRET_KEY


def copy_files(data: Path, folder: Path, files: dict[str, str]) -> None:
    """Those that `files` does not have yet. What is deleted meanwhile is not missed by anybody."""
    for name in FOLDERS:
        for path in sorted((data / name).rglob("*")):
            key = f"{DATA}/{path.relative_to(data)}"
            if key in files or path.suffix == ".draft" or not path.is_file():
                continue
            try:
                files[key] = manifest.copy(path, folder / key)
            except FileNotFoundError:
                continue
