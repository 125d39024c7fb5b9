"""API tokens that last a while."""

import pytest
import sqlalchemy as sa

from app.core.database import db, now_ms, read_now, transaction
from app.core.errors import Invalid
from app.security import tokens
from app.security.models import ApiToken
from app.security.tokens import create_token, revoke_token
from tests.factories import make_product

DAY_MS = 24 * 3600 * 1000


def ask(client, token):
    headers = {"Authorization": f"Bearer {token}"}
    return client.get("/api/realtime/inventory", headers=headers)


def let_it_end():
    with transaction():
        db.session.execute(sa.update(ApiToken).values(expires_at=now_ms() - 1))
    tokens._known.clear()  # or a second would have to pass


def test_a_token_ends_when_its_days_are_over_and_its_program_hears_why(any_app, client):
    make_product(sku="CUP")
    token = create_token("import", ["inventory:read"], days=30)
    assert ask(client, token).status_code == 200

    let_it_end()

    answer = ask(client, token)
    assert (answer.status_code, answer.json["detail"]) == (401, "The API token has expired")


def test_a_token_without_days_lasts(app, client):
    make_product(sku="CUP")
    token = create_token("import", ["inventory:read"])

    assert db.session.scalars(sa.select(ApiToken.expires_at)).one() is None
    assert ask(client, token).status_code == 200


def test_only_who_has_the_key_hears_that_it_is_old(app, client):
    token = create_token("import", ["inventory:read"], days=1)
    revoke_token("import")
    let_it_end()

    details = {ask(client, each).json["detail"] for each in (token, "ls_invented")}

    assert details == {"The API token is unknown or revoked"}


def test_the_days_are_counted_by_the_databases_clock(any_app):
    before = read_now()
    create_token("import", ["inventory:read"], days=30)

    ends_at = db.session.scalars(sa.select(ApiToken.expires_at)).one()

    assert before <= ends_at - 30 * DAY_MS <= read_now()


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_a_time_that_cannot_be_is_refused(app, days):
    with pytest.raises(Invalid, match="1 to 3650 days"):
        create_token("import", ["inventory:read"], days=days)


def test_the_command_takes_days(app):
    answer = app.test_cli_runner().invoke(
        args=["token", "import", "--scope", "inventory:read", "--days", "30"]
    )

    assert answer.output.startswith("ls_")
    assert db.session.scalars(sa.select(ApiToken.expires_at)).one() is not None


def test_a_use_that_another_request_notes_just_then_costs_nobody_an_answer(app, client, monkeypatch):
    make_product(sku="CUP")
    token = create_token("import", ["inventory:read"], days=30)

    def is_failing():
        tokens._unnoted.clear()  # as a thread does that comes in between
        return False

    monkeypatch.setattr(tokens.http, "is_failing", is_failing)

    assert ask(client, token).status_code == 200
