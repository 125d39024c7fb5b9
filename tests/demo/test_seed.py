"""The demo shop: filled whole or not at all, and with its pictures even where only the database was kept."""

import shutil

import pytest
import sqlalchemy as sa

from app.catalogue.models import Picture, Product
from app.chat import notices
from app.chat.models import Participant
from app.core.database import db, transaction
from app.core.errors import DomainError
from app.demo.accounts import DEMO_ACCOUNTS
from app.demo.seed import seed_shop
from app.notifications.models import Notification
from tests.factories import make_product, make_user


def drawn(app):
    return {path.name for path in (app.config["SETTINGS"].data_path / "media").glob("*")}


def count_products():
    return db.session.scalar(sa.select(sa.func.count(Product.id)))


def test_a_database_restored_without_its_media_gets_its_pictures_again(app):
    assert seed_shop()
    products, pictures = count_products(), drawn(app)
    shutil.rmtree(app.config["SETTINGS"].data_path / "media")

    assert not seed_shop()

    assert drawn(app) == pictures >= set(db.session.scalars(sa.select(Picture.file)))
    assert count_products() == products


def test_nobody_is_told_of_what_the_seed_made_up(app):
    seed_shop()
    for _ in range(2):
        notices.tell_away()
        with transaction():
            db.session.execute(sa.update(Participant).values(away_since=0))

    assert db.session.scalar(sa.select(sa.func.count(Notification.id))) == 0


def test_pictures_that_are_there_are_left_alone(app):
    make_product()
    media = app.config["SETTINGS"].data_path / "media"
    media.mkdir()
    (media / "own.svg").write_text("<svg/>")

    assert not seed_shop()

    assert drawn(app) == {"own.svg"}


@pytest.mark.parametrize("delivers", [True, False])
def test_a_seed_that_fails_leaves_nothing_and_delivers_as_before(app, delivers):
    make_user(email=DEMO_ACCOUNTS[-1][1])
    app.config["OUTBOX_DELIVERS"] = delivers

    with pytest.raises(DomainError):
        seed_shop()

    assert count_products() == 0
    assert app.config["OUTBOX_DELIVERS"] is delivers
