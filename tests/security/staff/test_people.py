"""Who works here: what admins see and change, what they cannot, and that one of them is always left."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.core import clock
from app.core.database import db, transaction
from app.core.errors import DomainError, Forbidden
from app.core.mail import Mail
from app.security import users
from app.security.doers import Doer
from app.security.errors import LastAdmin
from app.security.models import AuditEntry, LoginSession, User
from app.security.staff import people
from tests.factories import make_user
from tests.security.factors.phone import give_factor
from tests.security.staff.admins import PEOPLE, admin_at, press
from tests.security.test_login import sign_in

MIRA = "mira@example.test"


@pytest.fixture
def boss(app):
    return admin_at(app)


@pytest.fixture
def mira(app):
    return make_user("staff", email=MIRA, name="Mira Okafor")


def page_of(user):
    return f"{PEOPLE}/{user.public_id}"


def role_of(user):
    db.session.rollback()
    return db.session.scalar(sa.select(User.role).where(User.id == user.id))


def last_audit():
    db.session.rollback()
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    return entry.action, entry.actor, entry.object, entry.after


def test_the_list_shows_staff_and_no_shopper(any_app, boss, mira):
    make_user("shopper", email="ada@example.test", name="Ada Novak")

    page = boss.get(PEOPLE).text

    assert "Mira Okafor" in page
    assert "Bea Boss" in page
    assert "ada@example.test" not in page


def test_of_an_account_admins_see_when_it_was_used_and_where_it_is_signed_in_still(app, boss, mira):
    for _ in range(2):
        sign_in(app.test_client(), MIRA)
    with transaction():
        first = sa.select(sa.func.min(LoginSession.id_hash)).where(LoginSession.user_id == mira.id)
        idle = clock.now_ms() - 31 * 60_000
        old = sa.update(LoginSession).where(LoginSession.id_hash == first.scalar_subquery())
        db.session.execute(old.values(last_seen_at=idle))

    person = people.get_person(mira.public_id)

    assert person.logins == 1
    assert clock.now_ms() - person.last_seen_at < 60_000
    assert "1 browser<" in boss.get(page_of(mira)).text


def test_a_role_is_changed_and_the_logins_of_the_old_one_end(app, boss, mira):
    elsewhere = app.test_client()
    sign_in(elsewhere, MIRA)

    answer = press(boss, page_of(mira), f"{page_of(mira)}/role", role="agent")

    assert answer.headers["Location"] == page_of(mira)
    assert role_of(mira) == "agent"
    assert elsewhere.get("/staff/inventory").status_code == 303
    account = f"user:{mira.public_id}"
    assert last_audit() == ("role_changed", f"user:{boss.user.public_id}", account, {"role": "agent"})


def test_a_role_that_there_is_not_is_refused(boss, mira):
    answer = press(boss, page_of(mira), f"{page_of(mira)}/role", role="owner")

    assert answer.status_code == 422
    assert role_of(mira) == "staff"


def test_whoever_is_shut_out_is_out_until_they_are_let_in(app, boss, mira):
    elsewhere = app.test_client()
    sign_in(elsewhere, MIRA)

    press(boss, page_of(mira), f"{page_of(mira)}/disabled")
    assert elsewhere.get("/staff/inventory").status_code == 303
    assert sign_in(app.test_client(), MIRA).status_code == 422

    press(boss, page_of(mira), f"{page_of(mira)}/enabled")
    assert sign_in(app.test_client(), MIRA).status_code == 303


def test_all_logins_of_somebody_are_ended(app, boss, mira):
    elsewhere = app.test_client()
    sign_in(elsewhere, MIRA)

    press(boss, page_of(mira), f"{page_of(mira)}/sessions")

    assert elsewhere.get("/staff/inventory").status_code == 303
    assert db.session.scalars(sa.select(LoginSession.user_id)).all() == [boss.user.id]


def test_a_second_factor_is_reset_with_a_reason_and_its_owner_is_told(app, boss, mira):
    give_factor(mira)
    action = f"{page_of(mira)}/second-factor"

    unsaid = press(boss, page_of(mira), action)
    done = press(boss, page_of(mira), action, reason="lost")

    assert (unsaid.status_code, done.status_code) == (422, 303)
    assert sign_in(app.test_client(), MIRA).headers["Location"] == "/"
    mail = db.session.scalars(sa.select(Mail).where(Mail.to == MIRA).order_by(Mail.id)).all()
    assert "Your phone is lost or broken" in next(m.body for m in mail if "reset" in m.subject)
    entries = db.session.scalars(
        sa.select(AuditEntry.after).where(AuditEntry.action == "second_factor_reset")
    )
    assert entries.one() == {"reason": "lost"}


def test_the_command_line_takes_a_second_factor_away_when_no_admin_is_left_to(app, mira):
    give_factor(mira)
    command = ["user", MIRA, "--reset-second-factor"]
    run = app.test_cli_runner().invoke

    assert run(args=[*command, "bored"]).exit_code == 2
    assert run(args=[*command, "lost"]).exit_code == 0
    assert "no second factor to reset" in run(args=[*command, "lost"]).output
    assert sign_in(app.test_client(), MIRA).headers["Location"] == "/"
    assert "no such account" in run(args=["user", "x@example.test", *command[2:], "lost"]).output


def test_nobody_does_it_to_themselves(boss):
    own = page_of(boss.user)
    page = boss.get(own).text
    assert f'action="{own}/role"' not in page
    token = {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}

    for deed, fields in (
        ("role", {"role": "shopper"}),
        ("disabled", {}),
        ("second-factor", {"reason": "lost"}),
    ):
        assert boss.post(f"{own}/{deed}", data=token | fields | {"key": f"k{deed}"}).status_code == 403
    assert role_of(boss.user) == "admin"


def test_the_command_line_cannot_take_the_last_admin_away(app):
    admin = make_user("admin", email="boss@example.test")

    for take in (lambda: users.change_role(admin.email, "staff"), lambda: users.disable_user(admin.email)):
        with pytest.raises(LastAdmin):
            take()

    make_user("admin", email="second@example.test")
    users.change_role("boss@example.test", "staff")


def test_an_account_is_found_by_its_address(app, boss):
    ada = make_user("shopper", email="ada@example.test")

    found = boss.get(f"{PEOPLE}/find?email=Ada@example.test")
    nobody = boss.get(f"{PEOPLE}/find?email=nobody@example.test")

    assert found.headers["Location"] == page_of(ada)
    assert nobody.status_code == 404
    assert "Nobody has an account with this address" in nobody.text
    assert boss.get(f"{PEOPLE}/0123456789ab").status_code == 404


TAKE = {"role": lambda target, by: users.change_role(target, "staff", by), "disable": users.disable_user}


@pytest.mark.parametrize("take", TAKE.values(), ids=TAKE)
def test_two_admins_who_take_each_others_rights_away_leave_one(any_app, take):
    pair = [make_user("admin", email=f"{name}@example.test") for name in ("one", "two")]
    emails, doers = [user.email for user in pair], [Doer(f"user:{u.public_id}", u.id) for u in pair]

    answers = at_once(any_app, lambda: take(emails[1], doers[0]), lambda: take(emails[0], doers[1]))

    assert sorted(map(str, answers)) == sorted(map(str, [None, Forbidden]))
    left = sa.select(sa.func.count()).where(User.role == "admin", User.disabled_at.is_(None))
    assert db.session.scalar(left) == 1


def at_once(app, *acts):
    """Each in a thread and a context of its own. What each raised, or None."""
    start = threading.Barrier(len(acts))

    def run(act):
        with app.app_context():
            start.wait(10)
            try:
                act()
            except DomainError as error:
                return type(error)
            return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(30) for future in [pool.submit(run, act) for act in acts]]


def test_an_admin_who_is_none_any_more_does_nothing(any_app):
    boss, mira = make_user("admin"), make_user("staff", email=MIRA)
    make_user("admin", email="other@example.test")
    by = Doer(f"user:{boss.public_id}", boss.id)
    users.change_role(boss.email, "agent")

    for act in (
        lambda: users.change_role(MIRA, "admin", by),
        lambda: people.end_sessions(mira.public_id, by),
        lambda: people.reset_factor(mira.public_id, "lost", by),
    ):
        with pytest.raises(Forbidden):
            act()
