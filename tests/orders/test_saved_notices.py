"""What people hear of what they saved for later: each drop of the price once, and each time that there is little left."""

import pytest
import sqlalchemy as sa

from app.catalogue.models import Product, Variant
from app.catalogue.variants import VariantValues, edit_variant
from app.core import jobs
from app.core.database import db, read_now, run_transaction, transaction
from app.core.outbox import Announcement
from app.notifications.choices import preferences, quiet
from app.orders import carts, saved_notices
from app.orders.models import CartLine
from app.security.access import Caller
from tests.factories import make_product
from tests.inventory.alerting import move_to
from tests.inventory.waiting_list import run_jobs
from tests.notifications.devices import subscribe
from tests.notifications.heard import heard, is_relevant, pushes, titles, unread
from tests.orders.buying import ADA, JUN, put

STAFF = Caller("user:mira", "staff", ())


@pytest.fixture
def waiting(monkeypatch):
    """Jobs that nobody has run yet."""
    found = []
    monkeypatch.setattr(jobs, "run_later", lambda *job, queue="", **_: found.append(job))
    return found


@pytest.fixture
def cup(any_app, waiting):
    """ADA has saved it at 24 euros; JUN has it in the cart. Answers what runs the jobs that wait."""
    make_product(sku="CUP", slug="cup", name="Cup", stock=9, price=2400, threshold=3)
    save(ADA)
    put(JUN, CUP=1)

    def run():
        while waiting:
            function, *ids = waiting.pop(0)
            function(*ids)

    return run


def save(party):
    put(party, CUP=1)
    run_transaction(lambda: carts.save_for_later(party.owner, "CUP", saved=True))


def set_price(run, *prices, glaze="Chalk"):
    """One after the other, before any job runs."""
    for price in prices:
        edit_variant(find_variant().id, VariantValues(glaze, "#eeeeee", "", price), STAFF)
    run()


def find_variant():
    db.session.rollback()
    return db.session.scalars(sa.select(Variant).where(Variant.sku == "CUP")).one()


def want_pushes(category):
    subscribe(ADA.owner)
    with transaction():
        preferences.set_preference(ADA.owner, category, "push", True, "settings")


def test_who_saved_it_hears_of_the_lower_price(cup):
    set_price(cup, 2000)

    (news,) = heard()
    assert (news.subject, news.title) == (ADA.owner, "Cup, Chalk costs less now")
    assert "20.00" in news.body
    assert "24.00" in news.body
    assert (news.url, news.email_state) == ("/products/cup?sku=CUP", "none")


def hear(version, **prices):
    saved_notices.price_changed(Announcement(1, "price_changed", f"{find_variant().id}:{version}", 0, prices))


def test_a_drop_that_is_announced_twice_is_told_once(cup):
    set_price(cup, 2000)
    version = db.session.scalar(sa.select(Product.version))
    for _ in range(2):
        hear(version, before=2400, after=2000)
    cup()

    assert len(heard()) == 1


def test_a_rise_that_is_heard_of_after_a_newer_drop_settles_nothing(cup):
    set_price(cup, 2000)
    hear(1, before=1900, after=2400)
    cup()
    assert len(unread()) == 1


def test_another_edit_is_no_other_drop(cup):
    set_price(cup, 2000)
    set_price(cup, 2000, glaze="Sand")

    assert len(heard()) == 1


def test_the_same_price_later_is_another_drop(cup):
    for price in (2000, 2400, 2000):
        set_price(cup, price)

    assert len(heard()) == 2
    assert len(unread()) == 1


def test_of_two_drops_at_once_the_lower_one_is_told(cup):
    set_price(cup, 2200, 2000)

    assert len(heard()) == 1
    assert "20.00" in heard()[0].body


def test_who_has_seen_that_price_already_is_not_told(cup):
    set_price(cup, 1800)
    with transaction():
        carts.accept_prices(ADA.owner)
    set_price(cup, 2400)
    set_price(cup, 2000)

    assert len(heard()) == 1


def test_a_higher_price_is_no_news_and_settles_the_old_ones(cup):
    set_price(cup, 2000)
    news = heard()[0]
    assert is_relevant(news)

    set_price(cup, 2300)

    assert (len(heard()), unread(), is_relevant(news)) == (1, [], False)


def test_what_is_told_before_the_older_news_are_settled_stays(cup, waiting):
    """Thousands may have heard the older ones, so a job settles them, which may come late."""
    set_price(cup, 2000)
    set_price(lambda: None, 2300, 2200)
    assert len(unread()) == 1

    waiting.reverse()
    cup()

    assert ["22.00" in each.body for each in heard() if each.read_at is None] == [True]


def test_what_is_sold_out_is_neither_told_nor_sent(cup):
    set_price(cup, 2000)
    news = heard()[0]
    move_to("CUP", 0)
    set_price(cup, 1900)

    assert (len(heard("visitor:ada", "price_drop")), is_relevant(news)) == (1, False)


def test_what_is_sold_no_more_is_not_sent(cup):
    set_price(cup, 2000)
    with transaction():
        db.session.execute(sa.update(Product).values(status="archived"))

    assert not is_relevant(heard()[0])
    assert saved_notices.tell_cheaper(find_variant().id, 9, 2000) == 0


def test_a_push_goes_only_to_who_asked_for_it_and_after_the_quiet(cup):
    subscribe(ADA.owner)
    set_price(cup, 2300)
    assert pushes() == []

    want_pushes("price_drop")
    with transaction():
        quiet.set_pause(ADA.owner, until := read_now() + 3_600_000)
    set_price(cup, 2200)

    assert [state for _, state in pushes()] == ["pending"] * 2
    assert heard()[-1].not_before == until


def test_many_savers_are_told_chunk_by_chunk(cup, monkeypatch):
    monkeypatch.setattr(saved_notices, "CHUNK", 2)
    variant_id = find_variant().id
    with transaction():
        for number in range(4):
            line = CartLine(owner=f"visitor:{number}", variant_id=variant_id)
            line.quantity, line.seen_price_minor, line.is_saved = 1, 2400, True
            line.added_at = line.changed_at = 1
            db.session.add(line)
    set_price(cup, 2000)

    assert sorted(each.subject for each in heard()) == [*(f"visitor:{n}" for n in range(4)), ADA.owner]


def run_low(run, left=3):
    move_to("CUP", left)
    run()


def test_little_left_is_told_once_to_who_saved_it(cup):
    run_low(cup)
    run_low(cup, 2)

    assert titles(ADA.owner) == ["Only 3 left: Cup, Chalk"]
    assert titles(JUN.owner) == []


def test_what_came_in_settles_it_and_the_next_time_is_told_again(cup):
    run_low(cup)
    news = heard()[0]
    assert is_relevant(news)
    run_low(cup, 20)
    assert (unread(), is_relevant(news)) == ([], False)

    run_low(cup, 2)

    assert titles() == ["Only 3 left: Cup, Chalk", "Only 2 left: Cup, Chalk"]


def test_what_ran_out_meanwhile_is_not_told(cup):
    move_to("CUP", 3)
    move_to("CUP", 0)
    cup()

    assert titles() == []


def test_an_alert_that_is_announced_again_tells_nobody_twice(cup):
    run_low(cup)
    for key in ("1", "4711"):
        saved_notices.alert_changed(Announcement(1, "alert_changed", key, 0))
    cup()

    assert len(heard()) == 1


def test_workers_run_both_jobs(any_app):
    make_product(sku="CUP", slug="cup", name="Cup", stock=9, price=2400, threshold=3)
    save(ADA)
    move_to("CUP", 3)
    set_price(lambda: run_jobs(any_app), 2000)

    assert sorted(titles()) == ["Cup, Chalk costs less now", "Only 3 left: Cup, Chalk"]
