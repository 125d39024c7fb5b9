"""Being told that something is back: on a device where somebody asked for it there, or by mail, and never both at once."""

import pytest
import sqlalchemy as sa

from app.core.database import db, read_now, run_transaction, transaction
from app.inventory import restock_guests, restocks
from app.inventory.errors import InStock, TooManyWaiting
from app.inventory.models import RestockRequest
from app.inventory.restock_mails import send_restock_mail
from app.inventory.restock_waves import look
from app.notifications.choices import preferences, quiet
from app.notifications.models import Notification
from app.security.events import logged_in
from app.security.models import User
from tests.factories import make_product, make_user, unlock_ledger
from tests.inventory.waiting_list import change, mails, pass_time, told, wait_for_it
from tests.notifications.devices import subscribe
from tests.notifications.heard import heard, is_relevant, pushes, titles

ADA = "ada@example.test"
GUEST = "visitor:ada"
DAY = 24 * 60


@pytest.fixture
def cup(any_app):
    make_product(sku="CUP", slug="cup", name="Cup", stock=0)
    unlock_ledger()
    return any_app


@pytest.fixture
def account(cup):
    user = make_user(email=ADA)
    restocks.ask("CUP", ADA, user)
    return f"user:{user.public_id}"


def take_pushes(subject):
    subscribe(subject)
    choose(subject, "push", True)


def choose(subject, channel, enabled):
    with transaction():
        preferences.set_preference(subject, "back_in_stock", channel, enabled, "product")


def come_back():
    """Back for a minute, and everybody whose turn it is is told."""
    change("CUP", "receive", 1)
    tell_all()


def tell_all():
    """The jobs, without those that send pushes."""
    pass_time(1.1)
    look()
    for request_id in db.session.scalars(sa.select(RestockRequest.id)).all():
        send_restock_mail(request_id)


def test_an_account_with_a_device_is_pushed_and_the_mail_waits_behind_it(cup, account):
    take_pushes(account)
    come_back()

    (news,) = heard()
    assert (news.title, news.url, news.subject) == ("Cup is back", "/products/cup?sku=CUP", account)
    assert pushes() == [("Cup is back", "pending")]
    assert (news.email_state, mails("The Cup is back")) == ("due", [])
    assert news.fallback_at - news.created_at == 30 * 60 * 1000


def test_an_account_without_a_device_has_its_mail_at_once_and_the_bell(cup, account):
    come_back()

    assert (titles(account), pushes()) == (["Cup is back"], [])
    assert (heard()[0].email_state, mails("The Cup is back")) == ("none", [ADA])


def test_a_device_that_takes_other_things_alone_is_not_pushed(cup, account):
    subscribe(account)
    come_back()

    assert (pushes(), mails("The Cup is back")) == ([], [ADA])


def test_who_wants_no_mail_of_it_gets_none(cup, account):
    choose(account, "email", False)
    come_back()

    assert (titles(account), mails("The Cup is back")) == (["Cup is back"], [])


def test_what_a_cap_keeps_from_the_device_is_mailed_as_it_was_asked(cup, account):
    take_pushes(account)
    for number in range(5):
        make_product(sku=f"BOWL-{number}", stock=0)
        restocks.ask(f"BOWL-{number}", ADA, find_user())
        change(f"BOWL-{number}", "receive", 1)
    tell_all()
    come_back()

    assert (len(pushes()), mails("The Cup is back")) == (5, [ADA])


def find_user():
    return db.session.query(User).filter_by(email=ADA).one()


def test_a_guest_with_a_device_needs_no_address(cup):
    take_pushes(GUEST)
    restock_guests.ask_here("CUP", GUEST)
    come_back()

    assert (pushes(), mails()) == ([("Cup is back", "pending")], [])
    assert [each.subject for each in heard()] == [GUEST]


def test_a_guest_who_has_no_device_any_more_finds_it_in_the_page(cup):
    restock_guests.ask_here("CUP", GUEST)
    come_back()

    assert (titles(GUEST), pushes(), mails()) == (["Cup is back"], [], [])


def test_a_guest_with_an_address_is_mailed_and_nobody_is_pushed(cup):
    take_pushes(GUEST)
    wait_for_it("CUP", ADA)
    come_back()

    assert (heard(), mails("The Cup is back")) == ([], [ADA])


def test_browsers_which_cost_nothing_take_no_turn_of_an_address(cup):
    guests = [f"visitor:{number}" for number in range(3)]
    for guest in guests:
        restock_guests.ask_here("CUP", guest)
    wait_for_it("CUP", "late@example.test")
    come_back()

    assert sorted(each.subject for each in heard()) == guests[:2]
    assert mails("The Cup is back") == ["late@example.test"]


def test_a_browser_that_has_waited_for_three_months_is_forgotten(cup):
    restock_guests.ask_here("CUP", GUEST)
    wait_for_it("CUP", ADA)
    pass_time(89 * DAY)
    restocks.prune()
    assert restocks.count_waiting("CUP") == 2

    pass_time(2 * DAY)
    restocks.prune()

    assert db.session.scalars(sa.select(RestockRequest.email)).all() == [ADA]


def test_a_job_that_runs_twice_tells_once(cup):
    restock_guests.ask_here("CUP", GUEST)
    come_back()
    send_restock_mail(1)

    assert titles() == ["Cup is back"]


def test_a_guest_waits_once_for_each_thing_and_not_for_what_is_there(cup):
    for _ in range(2):
        restock_guests.ask_here("CUP", GUEST)
    assert restocks.count_waiting("CUP") == 1
    assert restock_guests.find_here("CUP", GUEST).sku == "CUP"
    assert restock_guests.find_here("CUP", "visitor:eve") is None

    make_product(sku="BOWL", stock=2)
    with pytest.raises(InStock):
        restock_guests.ask_here("BOWL", GUEST)


def test_a_guest_cannot_wait_for_everything(cup, monkeypatch):
    monkeypatch.setattr(restock_guests, "MOST_WAITING", 1)
    make_product(sku="BOWL", stock=0)
    restock_guests.ask_here("CUP", GUEST)

    with pytest.raises(TooManyWaiting):
        restock_guests.ask_here("BOWL", GUEST)


def test_after_a_login_the_account_waits_once_for_each_thing(cup, account):
    make_product(sku="BOWL", stock=0)
    restocks.ask("BOWL", ADA)  # not confirmed, and then asked for on the device
    for sku in ("CUP", "BOWL"):
        restock_guests.ask_here(sku, GUEST)

    run_transaction(lambda: logged_in.send(guest=GUEST, owner=account))

    assert [wish.sku for wish in restocks.list_requests(find_user())] == ["BOWL", "CUP"]
    assert restock_guests.find_here("CUP", GUEST) is None
    assert (restocks.count_waiting("CUP"), restocks.count_waiting("BOWL")) == (1, 1)


def test_quiet_hours_put_it_off_and_then_it_must_still_be_there(cup, account):
    take_pushes(account)
    later = read_now() + 3_600_000
    with transaction():
        quiet.set_pause(account, later)
    come_back()
    news = heard()[0]
    assert news.not_before == later
    assert is_relevant(news)

    change("CUP", "remove", 1)

    assert not is_relevant(news)


def test_quiet_hours_that_outlast_the_news_leave_it_to_the_mail(cup, account):
    take_pushes(account)
    with transaction():
        quiet.set_pause(account, read_now() + 7 * 3_600_000)
    come_back()

    assert (heard()[0].email_state, mails("The Cup is back")) == ("none", [ADA])


def test_without_a_mail_behind_the_push_its_own_is_sent(make_app):
    """The device may be dead."""
    with make_app(PUSH_ENABLE_EMAIL_FALLBACK="false").app_context():
        make_product(sku="CUP", slug="cup", name="Cup", stock=0)
        unlock_ledger()
        user = make_user(email=ADA)
        restocks.ask("CUP", ADA, user)
        take_pushes(f"user:{user.public_id}")
        come_back()

        assert mails("The Cup is back") == [ADA]


def test_what_is_not_there_at_all_is_not_sent(cup):
    assert not is_relevant(Notification(category="back_in_stock", about="sku:NONE", facts={}))


def test_whose_turn_has_not_come_is_not_told(cup):
    restock_guests.ask_here("CUP", GUEST)

    assert (look(), told(), titles()) == (0, [], [])
