"""Bringing a backup back into an empty place."""

from pathlib import Path

from flask import current_app

from app.core import migration, outbox_rows
from app.core.database import db
from app.core.redis import RedisDown
from app.operations.backup import databases, manifest
from app.operations.backup.errors import Mismatch, NoBackup, NotEmpty
from app.operations.backup.manifest import DATA, FOLDERS, KEY_FILE, Manifest
from app.operations.backup.writing import keeps_own_secret
from app.realtime.keys import EPOCH_KEY
from app.settings import Settings


def restore_backup(folder: Path, *, new_key: bool = False) -> Manifest:
    """Raises NoBackup, NotEmpty, Mismatch and ToolFailed, all before anything was written, but for what a tool refuses.

    The database comes last and in one step: a restore that was broken off is begun again, and finds its own files.
    """
    settings: Settings = current_app.config["SETTINGS"]
    wanted = manifest.read(folder)
    check_fit(settings, wanted, new_key=new_key)
    db.session.remove()
    db.engine.dispose()
    kind = databases.kind_of(settings)
    if kind.count(settings.DATABASE_URL):
        raise NotEmpty("DATABASE_URL: the database has tables already; restore into an empty one")
    check_empty(settings.data_path, wanted)
    check_redis()
    manifest.check(folder, wanted)
    for name in wanted.files:
        if name.startswith(f"{DATA}/"):
            manifest.copy(folder / name, settings.data_path / name.removeprefix(f"{DATA}/"))
    kind.load(settings.DATABASE_URL, folder)
    if (counts := kind.count(settings.DATABASE_URL)) != wanted.counts:
        wrong = sorted(set(counts.items()) ^ set(wanted.counts.items()))
        raise NoBackup(f"the restored database has other rows than the backup says: {wrong[:5]}")
    outbox_rows.wait_anew()
    return wanted


def check_fit(settings: Settings, wanted: Manifest, *, new_key: bool) -> None:
    if wanted.database != databases.name_of(settings):
        raise Mismatch(f"DATABASE_URL: the backup is of {wanted.database}, and restores into no other kind")
    if not migration.is_known(wanted.migration):
        raise Mismatch(
            f"the backup is at migration {wanted.migration}, which this version does not know; "
            f"restore it with Liveshelf {wanted.version} or newer"
        )
    brings_key = f"{DATA}/{KEY_FILE}" in wanted.files and keeps_own_secret(settings)
    if not brings_key and not new_key and manifest.mark_of(settings.SECRET_KEY) != wanted.key_mark:
        raise Mismatch(
            "SECRET_KEY: it is not the key of the shop that was backed up, without which nobody stays signed in, push "
            "keys cannot be read and the audit log cannot be proved; set that key, or go on without it by --new-key"
        )


def check_empty(data: Path, wanted: Manifest) -> None:
    for name in FOLDERS:
        for path in (data / name).rglob("*"):
            if path.is_file() and f"{DATA}/{path.relative_to(data)}" not in wanted.files:
                raise NotEmpty(f"DATA_DIR: {path} is not of this backup; restore into an empty folder")


def check_redis() -> None:
    """What another shop, or this one after the backup, published there would count for newer than what is restored."""
    try:
        used = current_app.extensions["redis"].call(lambda client: client.exists(EPOCH_KEY))
    except RedisDown:
        return
    if used:
        raise NotEmpty(
            "REDIS_URL: this Redis has the live state of a shop; empty it (FLUSHDB), or name another"
        )
