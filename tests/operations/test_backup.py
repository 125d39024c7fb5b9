"""A backup brings back what was there, and nothing that is not whole is brought back over anything."""

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.catalogue.models import Product
from app.core import storage
from app.core.database import db, transaction
from app.core.outbox_rows import OutboxEvent, has_waited
from app.operations.backup import postgres, sqlite
from app.operations.backup.errors import Mismatch, NoBackup, NotEmpty, ToolFailed
from app.operations.backup.restoring import restore_backup
from app.operations.backup.writing import write_backup
from app.realtime.keys import EPOCH_KEY
from tests.factories import make_product
from tests.support.applications import close
from tests.support.postgres_tools import make_empty_database, use_tools
from tests.support.settings import settings_for

PICTURE = "ab/cup-320.webp"
ReadShop = Callable[[Flask], tuple[list[str], bytes, bytes]]


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    use_tools(monkeypatch)


@pytest.fixture
def filled(any_app: Flask) -> Flask:
    make_product(sku="CUP", slug="cup", name="Cup", stock=10)
    with storage.writing("0" * 32 + ".pdf") as file:
        file.write(b"an invoice")
    picture = any_app.config["SETTINGS"].data_path / "media" / PICTURE
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    return any_app


@pytest.fixture
def empty_place(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str
) -> Iterator[Callable[..., Flask]]:
    """`empty_place(SECRET_KEY=...)`: a shop that has nothing yet, on a database of the same kind."""
    made: list[Flask] = []
    folder = tmp_path / "elsewhere"
    url = f"sqlite:///{folder / 'shop.db'}"
    if not database_url.startswith("sqlite"):
        url = make_empty_database(request.getfixturevalue("postgres_server"))

    def make(**overrides: str) -> Flask:
        values = {"DATABASE_URL": url, "REDIS_URL": "unix:///nowhere", **overrides}
        made.append(create_app(settings_for(folder, **values)))
        return made[-1]

    yield make
    for app in made:
        close(app)


def test_a_restored_shop_is_the_shop_that_was_backed_up(filled, empty_place, tmp_path):
    place = empty_place()
    written = write_backup(tmp_path / "backup")

    with place.app_context():
        restore_backup(tmp_path / "backup")

        assert db.session.scalars(sa.select(Product.slug)).all() == ["cup"]
        with storage.open_blob("0" * 32 + ".pdf") as file:
            assert file.read() == b"an invoice"
        assert (place.config["SETTINGS"].data_path / "media" / PICTURE).read_bytes() == b"a picture"
    assert written.counts["product"] == 1


def test_what_waited_to_be_told_when_the_backup_was_taken_is_told_as_if_it_were_new(
    filled, empty_place, tmp_path
):
    """Else the proof of a restored shop would always find events that nobody has told for hours."""
    place = empty_place()
    with transaction():
        db.session.execute(sa.update(OutboxEvent).values(published_at=None, created_at=1, next_try_at=1))
    assert db.session.scalar(sa.select(OutboxEvent.id).where(has_waited(60_000)).limit(1))
    write_backup(tmp_path / "backup")

    with place.app_context():
        restore_backup(tmp_path / "backup")

        assert db.session.scalar(sa.select(OutboxEvent.id).where(has_waited(60_000)).limit(1)) is None
        assert db.session.scalar(sa.select(OutboxEvent.id).where(OutboxEvent.published_at.is_(None)).limit(1))


def test_what_is_in_a_backup_is_for_its_owner_alone(app, tmp_path):
    write_backup(tmp_path / "backup")

    modes = {
        stat.S_IMODE(path.stat().st_mode) & 0o077
        for path in [tmp_path / "backup", *(tmp_path / "backup").rglob("*")]
        if path.name != "manifest.json"
    }
    assert modes == {0}


def change_a_byte(folder: Path) -> None:
    file = folder / sqlite.FILE
    body = bytearray(file.read_bytes())
    body[5000] ^= 1
    file.write_bytes(body)


def name_a_file_outside(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest["files"].update({"data/../../stolen": "0" * 64}))


def rewrite(folder: Path, change: Callable[[dict], object]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "broken off"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "cannot be read"),
        (lambda folder: rewrite(folder, lambda manifest: manifest.update(format=99)), "another version"),
        (lambda folder: (folder / sqlite.FILE).unlink(), "is missing"),
        (change_a_byte, "not as it was written"),
        (name_a_file_outside, "outside of the backup"),
    ],
)
def test_a_backup_that_is_not_whole_changes_nothing(app, empty_place, tmp_path, damage, reason):
    place = empty_place()
    write_backup(tmp_path / "backup")
    damage(tmp_path / "backup")

    with place.app_context(), pytest.raises(NoBackup, match=reason):
        restore_backup(tmp_path / "backup")
    settings = place.config["SETTINGS"]
    assert sqlite.count(settings.DATABASE_URL) == {}
    assert [path for path in settings.data_path.rglob("*") if path.is_file() and path.suffix != ".db"] == []


def test_a_shop_that_is_there_is_never_written_over(filled, tmp_path):
    write_backup(tmp_path / "backup")

    with pytest.raises(NotEmpty, match="has tables already"):
        restore_backup(tmp_path / "backup")
    with pytest.raises(NotEmpty, match="is not empty"):
        write_backup(tmp_path / "backup")


def test_files_of_another_shop_are_never_mixed_with_those_of_the_backup(app, empty_place, tmp_path):
    place = empty_place()
    write_backup(tmp_path / "backup")
    other = place.config["SETTINGS"].data_path / "files" / "ab" / "other.pdf"
    other.parent.mkdir(parents=True)
    other.touch()

    with place.app_context(), pytest.raises(NotEmpty, match="other.pdf"):
        restore_backup(tmp_path / "backup")


def test_a_redis_that_knows_a_shop_already_would_call_the_restored_stock_old(
    app, empty_place, redis, session_redis, tmp_path
):
    place = empty_place(REDIS_URL=session_redis.url)
    write_backup(tmp_path / "backup")
    redis.set(EPOCH_KEY, "k3f")

    with place.app_context(), pytest.raises(NotEmpty, match="FLUSHDB"):
        restore_backup(tmp_path / "backup")


def test_another_secret_key_is_noticed_before_it_locks_everybody_out(app, empty_place, tmp_path):
    place = empty_place(SECRET_KEY="another key of the tests that is long enough")
    write_backup(tmp_path / "backup")

    with place.app_context():
        with pytest.raises(Mismatch, match="SECRET_KEY"):
            restore_backup(tmp_path / "backup")
        restore_backup(tmp_path / "backup", new_key=True)


def test_the_key_that_a_shop_made_for_itself_comes_with_its_backup(make_app, empty_place, tmp_path):
    shop = make_app(SECRET_KEY="")
    place = empty_place(SECRET_KEY="")
    with shop.app_context():
        write_backup(tmp_path / "backup")

    with place.app_context():
        restore_backup(tmp_path / "backup")
    stored = place.config["SETTINGS"].data_path / "secret_key"
    assert stored.read_text().strip() == shop.config["SECRET_KEY"]
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600


def test_a_restore_that_was_broken_off_is_begun_again(filled, empty_place, tmp_path, monkeypatch):
    place = empty_place()
    write_backup(tmp_path / "backup")

    with place.app_context():
        for kind in (sqlite, postgres):
            monkeypatch.setattr(kind, "load", break_off)
        with pytest.raises(KeyboardInterrupt):
            restore_backup(tmp_path / "backup")
        monkeypatch.undo()
        use_tools(monkeypatch)
        assert restore_backup(tmp_path / "backup").counts["product"] == 1


def break_off(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.postgres
def test_a_machine_without_the_tools_of_postgres_is_told_what_to_install(postgres, monkeypatch):
    from app.operations.backup import postgres as tools

    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ToolFailed, match="postgresql-client"):
        tools.run("pg_dump", postgres)


def test_a_password_of_the_database_is_not_among_the_arguments():
    with postgres.address_without_password("postgresql+psycopg://ada:s%3Ap@db:5432/shop") as address:
        assert "s:p" not in address
        assert "user=ada" in address
        file = Path(address.partition("passfile=")[2].split()[0])
        assert file.read_text() == "*:*:*:*:s\\:p\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.exists()


def test_half_a_backup_leaves_nothing_behind(app, tmp_path, monkeypatch):
    monkeypatch.setattr("app.operations.backup.manifest.write", break_off)

    with pytest.raises(KeyboardInterrupt):
        write_backup(tmp_path / "backup")

    assert not (tmp_path / "backup").exists()
