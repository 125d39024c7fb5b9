"""Inviting a colleague: who may, what the link opens, and when it opens nothing."""

import re

import pytest
import sqlalchemy as sa

from app.core.database import db, now_ms, transaction
from app.core.mail import Mail
from app.security.doers import Doer
from app.security.errors import LinkExpired
from app.security.models import AuditEntry, User
from app.security.staff import invitations
from app.security.staff.models import Invitation
from tests.factories import PASSWORD, make_user
from tests.security.staff.admins import PEOPLE, admin_at, press
from tests.security.staff.test_people import at_once
from tests.security.test_login import csrf_of

TOMAS = "tomas@example.test"
SEND = f"{PEOPLE}/invitations"


@pytest.fixture
def boss(app):
    return admin_at(app)


def links():
    """The paths in the mails to him, in their order."""
    db.session.rollback()
    bodies = db.session.scalars(sa.select(Mail.body).where(Mail.to == TOMAS).order_by(Mail.id))
    return [re.search(r"https?://[^/]+(/\S+)", body)[1] for body in bodies]


def invite(boss, role="staff", email=TOMAS):
    return press(boss, PEOPLE, SEND, email=email, role=role)


def take_up(app, path, **fields):
    client = app.test_client()
    form = {"name": "Tomas Berg", "password": PASSWORD, "csrf_token": csrf_of(client)}
    return client, client.post(path, data=form | fields)


def account():
    db.session.rollback()
    return db.session.scalar(sa.select(User).where(User.email == TOMAS))


def test_the_link_opens_an_account_with_the_role_once_and_signs_in(app, boss):
    assert invite(boss).headers["Location"] == PEOPLE
    (link,) = links()

    assert TOMAS in app.test_client().get(link).text
    client, answer = take_up(app, link)
    _, again = take_up(app, link)

    assert answer.headers["Location"] == "/staff/inventory"
    assert client.get("/staff/inventory").status_code == 200
    assert (account().role, account().name) == ("staff", "Tomas Berg")
    assert again.status_code == 404


def test_where_staff_need_a_second_factor_the_link_leads_to_it(make_app):
    app = make_app(STAFF_SECOND_FACTOR="required")
    with app.app_context():
        boss = make_user("admin")
        invitations.invite(TOMAS, "agent", Doer(f"user:{boss.public_id}", boss.id))

        client, answer = take_up(app, links()[0])

        assert answer.headers["Location"] == "/login/second-factor?next=/staff/chat"
        assert client.get_cookie("sid") is None


def withdraw(boss, id):
    press(boss, PEOPLE, f"{SEND}/{id}/withdrawal")


def send_again(boss, id):
    press(boss, PEOPLE, f"{SEND}/{id}/sending")


def expire(_, __):
    with transaction():
        db.session.execute(sa.update(Invitation).values(expires_at=now_ms()))


def invite_anew(boss, _):
    invite(boss, role="agent")


@pytest.mark.parametrize("meanwhile", [withdraw, send_again, expire, invite_anew])
def test_a_link_ends_when_it_is_withdrawn_sent_again_or_too_old(app, boss, meanwhile):
    invite(boss)
    (old,) = links()
    meanwhile(boss, db.session.scalar(sa.select(Invitation.id)))

    _, answer = take_up(app, old)

    assert (app.test_client().get(old).status_code, answer.status_code) == (404, 404)
    assert account() is None


def test_what_was_sent_again_opens(app, boss):
    invite(boss)
    send_again(boss, db.session.scalar(sa.select(Invitation.id)))

    _, answer = take_up(app, links()[1])

    assert answer.status_code == 303


@pytest.mark.parametrize(
    "change", [lambda link: link[:-1] + "_", lambda link: link.partition("-")[0], str.upper]
)
def test_a_link_that_was_not_sent_opens_nothing(app, boss, change):
    invite(boss)

    assert app.test_client().get(change(links()[0])).status_code == 404


@pytest.mark.parametrize(
    ("email", "role"),
    [("no address", "staff"), (TOMAS, "shopper"), (TOMAS, "owner"), ("a@b.c\r\nBcc: x@y.z", "staff")],
)
def test_an_invitation_that_cannot_be_is_refused(boss, email, role):
    assert invite(boss, role, email).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 0


def test_whoever_has_an_account_is_not_invited_but_found(boss):
    make_user("shopper", email=TOMAS)

    answer = invite(boss)

    assert answer.status_code == 422
    assert "There is an account with this address already" in answer.text


@pytest.mark.parametrize("fields", [{"password": "short"}, {"password": "password1234"}, {"name": ""}])
def test_a_weak_password_or_no_name_keeps_the_page_and_the_link(app, boss, fields):
    invite(boss)
    (link,) = links()

    _, refused = take_up(app, link, **fields)
    _, taken = take_up(app, link)

    assert (refused.status_code, taken.status_code) == (422, 303)


def test_nobody_raises_the_role_that_they_were_invited_with(app, boss):
    invite(boss, role="agent")

    take_up(app, links()[0], role="admin", email="other@example.test")

    assert account().role == "agent"


def test_invitations_are_audited_without_the_address(app, boss):
    invite(boss)
    withdraw(boss, db.session.scalar(sa.select(Invitation.id)))

    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()[-2:]
    assert [entry.action for entry in entries] == ["staff_invited", "invitation_withdrawn"]
    assert TOMAS not in str([vars(entry) for entry in entries])


def test_two_who_take_up_one_invitation_open_one_account(any_app):
    boss = make_user("admin")
    invitations.invite(TOMAS, "staff", Doer(f"user:{boss.public_id}", boss.id))
    token = links()[0].rpartition("/")[2]

    answers = at_once(any_app, *[lambda: invitations.accept(token, "Tomas Berg", PASSWORD)] * 3)

    assert sorted(map(str, answers)) == sorted(map(str, [None, LinkExpired, LinkExpired]))
    assert account().role == "staff"


def test_old_invitations_go(app):
    boss = make_user("admin")
    invitations.invite(TOMAS, "staff", Doer(f"user:{boss.public_id}", boss.id))
    with transaction():
        db.session.execute(sa.update(Invitation).values(expires_at=now_ms() - invitations.KEPT_MS))

    invitations.prune()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 0
