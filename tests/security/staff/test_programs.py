"""Tokens of programs: made, shown once, used, and ended by admins."""

import re

import pytest
import sqlalchemy as sa

from app.core.database import db, now_ms, transaction
from app.security import tokens
from app.security.models import ApiToken, AuditEntry
from app.security.staff.programs import EXPLANATIONS
from tests.factories import make_product
from tests.security.staff.admins import PROGRAMS, admin_at, press

STOCK = "/api/realtime/inventory?productId=CUP"


@pytest.fixture
def boss(app):
    make_product(sku="CUP", stock=4)
    return admin_at(app)


def make(boss, **fields):
    return press(boss, PROGRAMS, PROGRAMS, **{"name": "import", "scopes": ["inventory:read"]} | fields)


def token_in(page):
    return re.search(r'id="token">(ls_[\w-]+)<', page.text)[1]


def call(app, token):
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().get(STOCK, headers=headers).status_code


def row():
    db.session.rollback()
    return db.session.scalars(sa.select(ApiToken)).one()


def test_a_token_is_shown_once_and_works(any_app, boss):
    made = make(boss, days="30")
    token = token_in(made)

    assert call(any_app, token) == 200
    assert made.headers["Cache-Control"] == "no-store"
    listed = boss.get(PROGRAMS).text
    assert token not in listed
    assert "by Bea Boss" in listed
    assert 29 < (row().expires_at - row().created_at) / 86_400_000 < 31


def test_every_scope_is_explained():
    assert [*EXPLANATIONS] == [*tokens.SCOPES]


def test_a_form_that_comes_twice_makes_one_token_and_says_where_it_went(boss):
    page = boss.get(PROGRAMS).text.split(f'action="{PROGRAMS}"')[1]
    form = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("csrf_token", "key")}
    form |= {"name": "import", "scopes": ["inventory:read"]}

    first, second = boss.post(PROGRAMS, data=form), boss.post(PROGRAMS, data=form)

    assert token_in(first)
    assert second.headers["Location"] == PROGRAMS
    assert "It was shown once" in boss.get(PROGRAMS).text
    assert row().name == "import"
    stored = str(db.session.execute(sa.text("SELECT response FROM idempotency")).all())
    assert "ls_" not in stored


@pytest.mark.parametrize(
    "fields",
    [{"scopes": []}, {"scopes": ["everything"]}, {"name": ""}, {"name": "x" * 75}, {"days": "0"}, {"days": "9999"},
     {"days": "soon"}],
)  # fmt: skip
def test_a_token_that_cannot_be_is_not_made(boss, fields):
    answer = make(boss, **fields)

    assert answer.status_code == 422
    assert "c-field__error" in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ApiToken)) == 0


def test_a_revoked_token_ends_at_once_and_stands_among_the_ended(app, boss):
    token = token_in(make(boss))
    assert call(app, token) == 200

    answer = press(boss, PROGRAMS, f"{PROGRAMS}/{row().id}/revocation")

    assert answer.headers["Location"] == PROGRAMS
    assert call(app, token) == 401
    assert "Ended (1)" in boss.get(PROGRAMS).text
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.object) == ("token_revoked", "token:import")
    assert entry.actor == f"user:{boss.user.public_id}"


def test_only_the_one_that_was_meant_is_revoked_though_two_have_its_name(app, boss):
    first, second = token_in(make(boss)), token_in(make(boss))
    with transaction():
        first_id = db.session.scalar(sa.select(sa.func.min(ApiToken.id)))

    press(boss, PROGRAMS, f"{PROGRAMS}/{first_id}/revocation")

    assert (call(app, first), call(app, second)) == (401, 200)


def test_a_token_that_has_expired_stands_among_the_ended(boss):
    make(boss, days="1")
    with transaction():
        db.session.execute(sa.update(ApiToken).values(expires_at=now_ms()))

    page = boss.get(PROGRAMS).text

    assert "Expired" in page
    assert "None yet" in page


def test_the_last_use_is_noted_and_not_more_often_than_every_few_minutes(app, boss, monkeypatch):
    monkeypatch.setattr(tokens, "KNOWN_FOR_S", 0)
    token = token_in(make(boss))
    assert row().last_used_at is None

    call(app, token)
    first = row().last_used_at
    call(app, token)
    assert first == row().last_used_at

    with transaction():
        db.session.execute(sa.update(ApiToken).values(last_used_at=first - tokens.USED_EVERY_MS))
    call(app, token)
    assert row().last_used_at >= first


def test_a_wrong_token_notes_nothing(app, boss):
    make(boss)

    assert call(app, "ls_guessed") == 401
    assert row().last_used_at is None
