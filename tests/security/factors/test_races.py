"""One code opens one session, whoever brings it at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now
from app.security.factors import second_factor
from app.security.models import LoginSession
from tests.factories import make_user
from tests.security.factors.phone import code_of, give_factor, send
from tests.security.test_login import sign_in

MIRA = "mira@example.test"
pytestmark = pytest.mark.on_both


def at_once(app, *acts):
    """Each in a thread and a context of its own; what they answer."""
    start = threading.Barrier(len(acts))

    def run(act):
        with app.app_context():
            start.wait(10)
            return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(30) for future in [pool.submit(run, act) for act in acts]]


def browsers_at_the_code_page(app, count):
    browsers = [app.test_client() for _ in range(count)]
    for browser in browsers:
        sign_in(browser, MIRA)
    return browsers


@pytest.mark.parametrize("code", [code_of, lambda: "7KQ2M-XD4HP"])
def test_of_four_browsers_with_one_code_one_gets_in(any_app, code):
    give_factor(make_user("staff", email=MIRA))
    browsers, typed = browsers_at_the_code_page(any_app, 4), code()

    answers = at_once(
        any_app, *[lambda browser=browser: send(browser, "/login/code", code=typed) for browser in browsers]
    )

    assert sorted(answer.status_code for answer in answers) == [303, 422, 422, 422]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LoginSession)) == 1


def test_guesses_at_once_are_no_more_than_guesses_in_a_row(any_app, monkeypatch):
    monkeypatch.setattr(second_factor, "TRIES", 3)
    user_id = give_factor(make_user("staff", email=MIRA)).id

    def guess():
        try:
            second_factor.claim_try(db.session.get(second_factor.User, user_id))
        except second_factor.TooManyCodes:
            return "stopped"
        return "tried"

    assert sorted(at_once(any_app, *[guess] * 6)) == ["stopped"] * 3 + ["tried"] * 3


def test_one_pending_sign_in_becomes_one_session(any_app):
    give_factor(make_user("staff", email=MIRA))
    (browser,) = browsers_at_the_code_page(any_app, 1)
    twin = any_app.test_client()
    twin.set_cookie("visitor", browser.get_cookie("visitor").value)
    assert read_now()

    answers = at_once(
        any_app,
        lambda: send(browser, "/login/code", code=code_of()),
        lambda: send(twin, "/login/code", code="7KQ2M-XD4HP"),
    )

    assert [answer.status_code for answer in answers].count(303) >= 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LoginSession)) == 1
