"""Asking to be told: accounts at once, guests by a link, everybody within limits and with a way out."""

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.inventory import restocks
from app.inventory.errors import InStock, NotForSale, TooManyWaiting, UnknownSku
from app.inventory.models import RestockRequest
from app.inventory.restock_waves import look
from app.security.errors import LinkExpired
from tests.factories import make_product, make_user, unlock_ledger
from tests.inventory.waiting_list import (
    change,
    mails,
    newest_mail,
    pass_time,
    run_jobs,
    token_of,
    wait_for_it,
)
from tests.storefront.shelf import change as set_values

ADA = "ada@example.test"


@pytest.fixture
def cup(any_app):
    product = make_product(sku="CUP", name="Cup", stock=0)
    unlock_ledger()
    return product


def requests():
    db.session.rollback()
    return db.session.scalars(sa.select(RestockRequest)).all()


def confirm(token):
    with transaction():
        restocks.confirm(token)


def cancel(token):
    with transaction():
        restocks.cancel(token)


def test_an_account_is_on_the_list_at_once_and_gets_no_mail_yet(cup):
    user = make_user(email=ADA)

    assert restocks.ask("CUP", " Ada@Example.test ", user) is True

    assert mails() == []
    assert restocks.count_waiting("CUP") == 1
    assert [wish.item for wish in restocks.list_requests(user)] == ["Cup, Chalk"]
    assert restocks.find_request(user, "CUP").email == ADA


def test_a_guest_is_on_the_list_once_the_link_is_confirmed(cup):
    assert restocks.ask("CUP", ADA) is False
    assert (restocks.count_waiting("CUP"), mails("Shall we tell you")) == (0, [ADA])
    token = token_of(ADA)
    assert f"/back-in-stock/{token}\n" in newest_mail()
    assert f"/back-in-stock/{token}/stop" in newest_mail()

    confirm(token)

    assert restocks.count_waiting("CUP") == 1


def test_another_address_of_an_account_has_to_confirm_like_a_guest(cup):
    assert restocks.ask("CUP", "eve@example.test", make_user(email=ADA)) is False

    assert mails() == ["eve@example.test"]


def test_an_account_that_asked_as_a_guest_before_has_one_request(cup):
    restocks.ask("CUP", ADA)

    restocks.ask("CUP", ADA, make_user(email=ADA))

    assert [(row.confirmed_at is not None, row.user_id is not None) for row in requests()] == [(True, True)]


def test_who_has_not_confirmed_is_not_told(cup):
    restocks.ask("CUP", ADA)
    change("CUP", "receive", 1)
    pass_time(1.1)

    assert look() == 0


def test_who_confirms_after_it_came_back_is_told(cup):
    restocks.ask("CUP", ADA)
    change("CUP", "receive", 1)
    pass_time(5)
    confirm(token_of(ADA))

    assert look() == 1


def test_asking_again_within_ten_minutes_mails_nothing_and_after_them_the_same_link(cup):
    restocks.ask("CUP", ADA)
    token = token_of(ADA)
    pass_time(9)
    restocks.ask("CUP", ADA)
    assert mails() == [ADA]

    pass_time(1.1)
    restocks.ask("CUP", ADA)

    assert (mails(), token_of(ADA), len(requests())) == ([ADA, ADA], token, 1)


def test_asking_when_on_the_list_mails_nothing(cup):
    wait_for_it("CUP", ADA)
    pass_time(60)

    restocks.ask("CUP", ADA)

    assert mails() == [ADA]


def test_the_link_works_once_and_for_two_days(cup):
    restocks.ask("CUP", ADA)
    confirm(token_of(ADA))
    with pytest.raises(LinkExpired):
        confirm(token_of(ADA))

    restocks.ask("CUP", "jun@example.test")
    pass_time(48 * 60 + 1)
    with pytest.raises(LinkExpired):
        restocks.get_wish(token_of("jun@example.test"))
    with pytest.raises(LinkExpired):
        confirm(token_of("jun@example.test"))


def test_a_new_link_gives_two_more_days(cup):
    restocks.ask("CUP", ADA)
    pass_time(47 * 60)
    restocks.ask("CUP", ADA)
    pass_time(47 * 60)

    confirm(token_of(ADA))

    assert restocks.count_waiting("CUP") == 1


@pytest.mark.parametrize("token", ["", "nope", "x" * 400, "'; --"])
def test_a_token_that_nobody_has_opens_nothing(cup, token):
    for action in (restocks.get_wish, confirm, cancel):
        with pytest.raises(LinkExpired):
            action(token)


def test_who_leaves_the_list_is_forgotten_and_may_ask_again(cup):
    wait_for_it("CUP", ADA)
    token = token_of(ADA)

    cancel(token)

    assert requests() == []
    with pytest.raises(LinkExpired):
        cancel(token)
    restocks.ask("CUP", ADA)
    assert token_of(ADA) != token


def test_who_has_left_is_told_nothing(cup):
    wait_for_it("CUP", ADA)
    cancel(token_of(ADA))
    change("CUP", "receive", 1)
    pass_time(1.1)

    assert look() == 0


def test_who_was_told_may_ask_for_the_next_time(any_app, cup):
    wait_for_it("CUP", ADA)
    change("CUP", "receive", 1)
    pass_time(1.1)
    look()
    change("CUP", "remove", 1)

    wait_for_it("CUP", ADA)
    change("CUP", "receive", 1)
    pass_time(1.1)
    look()
    run_jobs(any_app)

    assert mails("The Cup is back") == [ADA, ADA]


def test_what_is_in_stock_is_not_waited_for(any_app):
    make_product(sku="CUP", stock=1)

    with pytest.raises(InStock):
        restocks.ask("CUP", ADA)


def test_what_is_no_longer_sold_is_not_waited_for(cup):
    set_values(cup, status="archived")
    with pytest.raises(NotForSale):
        restocks.ask("CUP", ADA)
    with pytest.raises(UnknownSku):
        restocks.ask("NOPE", ADA)


def test_nobody_waits_for_more_than_fifty_things(cup, monkeypatch):
    monkeypatch.setattr(restocks, "MOST_WAITING", 2)
    for sku in ("A", "B"):
        make_product(sku=sku, stock=0)
        wait_for_it(sku, ADA)
    before = mails()

    assert restocks.ask("CUP", ADA) is False
    assert mails() == before
    with pytest.raises(TooManyWaiting):
        restocks.ask("CUP", ADA, make_user(email=ADA))
    restocks.ask("CUP", "jun@example.test")
    assert len(requests()) == 3


def test_addresses_are_forgotten_a_month_after_the_mail_and_two_days_after_silence(cup):
    wait_for_it("CUP", ADA)
    change("CUP", "receive", 1)
    pass_time(1.1)
    look()
    change("CUP", "remove", 1)
    pass_time(28 * 24 * 60)
    restocks.ask("CUP", "silent@example.test")
    wait_for_it("CUP", "patient@example.test")
    pass_time(47 * 60)
    restocks.prune()
    assert len(requests()) == 3

    pass_time(61)
    restocks.prune()

    assert [row.email for row in requests()] == ["patient@example.test"]
