"""The command line that gives access and takes it away."""

import time

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.security import tokens
from app.security.models import ApiToken, AuditEntry, LoginSession, User
from app.security.tokens import create_token, find_token
from tests.factories import PASSWORD, make_user
from tests.security.test_login import sign_in

MIRA = "mira@example.test"


@pytest.fixture
def run(app):
    """`run("token", "import", "--revoke")`: what is printed; `fails` is the exit code that is expected."""

    def invoke(*arguments, typed="", fails=0):
        result = app.test_cli_runner().invoke(args=arguments, input=typed)
        assert result.exit_code == fails, result.output
        db.session.rollback()
        return result.output

    return invoke


def audited():
    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.action, entry.object, entry.actor) for entry in entries]


def test_a_token_works_until_it_is_revoked(run):
    token = run("token", "import", "--scope", "inventory:read").strip()
    assert find_token(token)

    run("token", "import", "--revoke")

    assert find_token(token) is None
    assert audited()[-1] == ("token_revoked", "token:import", "cli")


def test_a_token_revoked_by_another_process_ends_in_a_moment(run, monkeypatch):
    monkeypatch.setattr(tokens, "KNOWN_FOR_S", 0.2)
    token = run("token", "import", "--scope", "inventory:read").strip()
    assert find_token(token)
    with transaction():
        db.session.execute(sa.update(ApiToken).values(revoked_at=1))

    deadline = time.monotonic() + 5
    while find_token(token) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert find_token(token) is None


def test_a_token_that_is_not_there_cannot_be_revoked_and_one_without_scope_not_made(run):
    create_token("export", ["inventory:read"])

    assert "No active token is called import" in run("token", "import", "--revoke", fails=1)
    assert "Scopes are" in run("token", "import", fails=1)


def test_an_account_is_opened_with_a_password_that_is_asked_for(run, client):
    run("user", MIRA, "--name", "Mira", "--role", "staff", typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert sign_in(client, MIRA).status_code == 303
    assert "--name" in run("user", "ada@example.test", fails=2)


def test_a_disabled_account_is_signed_out_at_once_and_cannot_sign_in(run, client, redis):
    user = make_user("staff", email=MIRA)
    sign_in(client, MIRA)
    session = db.session.scalars(sa.select(LoginSession.id_hash)).one()

    run("user", "--disable", "Mira@example.test")

    assert client.get("/staff/inventory").status_code == 303
    assert [fields for _, fields in redis.xrange("rt:revocations")] == [
        {b"kind": b"session", b"session": session.encode()},
        {b"kind": b"subject", b"subject": f"user:{user.public_id}".encode()},
    ]
    answer = sign_in(client, MIRA)
    assert (answer.status_code, "Email or password is wrong" in answer.text) == (422, True)
    assert ("user_disabled", f"user:{user.public_id}", "cli") in audited()


def test_an_account_that_is_enabled_again_must_sign_in_again(run, client):
    make_user("staff", email=MIRA)
    sign_in(client, MIRA)
    run("user", "--disable", MIRA)

    run("user", "--enable", MIRA)

    assert db.session.scalars(sa.select(User.disabled_at)).one() is None
    assert client.get("/staff/inventory").status_code == 303
    assert sign_in(client, MIRA).status_code == 303
    assert client.get("/staff/inventory").status_code == 200


def test_a_new_role_begins_with_a_new_login(run, client):
    user = make_user("staff", email=MIRA)
    sign_in(client, MIRA)

    assert "Mira@example.test is shopper" in run("user", "Mira@example.test", "--role", "shopper")

    assert client.get("/staff/inventory").status_code == 303
    sign_in(client, MIRA)
    assert client.get("/staff/inventory").status_code == 403
    assert ("role_changed", f"user:{user.public_id}", "cli") in audited()


def test_a_role_that_is_no_change_or_no_role_is_refused(run):
    make_user("staff", email=MIRA)

    assert "another role than staff" in run("user", MIRA, "--role", "staff", fails=1)
    assert "Roles are" in run("user", MIRA, "--role", "owner", fails=1)
    assert "No account has the address nobody" in run("user", "nobody", "--role", "staff", fails=1)


@pytest.mark.parametrize("change", ["--disable", "--enable"])
def test_a_change_that_changes_nothing_says_so(run, change):
    make_user("staff", email=MIRA)
    if change == "--disable":
        run("user", change, MIRA)

    assert f"account has the address {MIRA}" in run("user", change, MIRA, fails=1)
    assert "account has the address nobody" in run("user", change, "nobody", fails=1)
