"""Every way in which what an agent keeps for a shopper ends."""

import pytest
import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.errors import HoldOver, UnknownHold
from app.chat.models import ChatHold, RoomEvent
from app.chat.shelf import displays, hold_ends
from app.chat.shelf import holds as chat_holds
from app.core.database import db, run_transaction
from app.core.errors import Forbidden
from app.inventory import expiry, open_holds, reservations, retention
from app.inventory.ledger import Origin
from app.orders import checkout
from tests.chat.shelf.keeping import changes, hold, kept, move, release, show, wrongs
from tests.chat.talking import ADA, JUN, MIRA, open_room
from tests.factories import make_product
from tests.inventory.holding import figures
from tests.orders import buying
from tests.orders.buying import put


@pytest.fixture
def room(any_app):
    make_product(sku="CUP", name="Cup", stock=3, threshold=0)
    return open_room()


@pytest.fixture
def one_room(app):
    make_product(sku="CUP", name="Cup", stock=3, threshold=0)
    return open_room()


@pytest.mark.parametrize("actor", [ADA, MIRA], ids=["the shopper", "the agent"])
def test_either_side_can_release_it(room, actor):
    hold(room)

    release(room, actor, kept().public_id)

    assert figures("CUP") == (3, 0, 3)
    assert kept().state == "released"
    assert changes(room) == [{"hold": kept().public_id, "state": "released"}]
    assert "free for everybody again" in show(room)[0]


def test_what_has_ended_is_not_released_twice(room):
    hold(room)
    release(room, ADA, kept().public_id)

    with pytest.raises(HoldOver):
        release(room, MIRA, kept().public_id)

    assert len(changes(room)) == 1


def test_a_hold_of_another_room_is_not_found(one_room):
    hold(one_room)

    with pytest.raises(UnknownHold):
        release(open_room(JUN), JUN, kept().public_id)


def test_the_clock_ends_it_and_the_thread_says_so(room):
    hold(room)
    buying.make_holds_due()

    expiry.expire_due()

    assert figures("CUP") == (3, 0, 3)
    assert kept().state == "expired"
    assert "The time is over" in show(room)[0]


def test_a_hold_past_its_time_shows_as_over_before_the_clock_has_met_it(room):
    hold(room)
    run_transaction(lambda: db.session.execute(sa.update(ChatHold).values(expires_at=1)))

    assert "The time is over" in show(room)[0]
    assert displays.list_open_holds(room.id) == []


def test_staff_who_release_the_reservation_end_it_in_the_thread_too(room):
    hold(room)

    run_transaction(
        lambda: open_holds.release_all([kept().reservation_id], Origin("user:staff", "Needed"), role="staff")
    )

    assert kept().state == "released"
    assert len(changes(room)) == 1


@pytest.mark.parametrize("ending", ["resolved", "closed"])
def test_the_end_of_the_conversation_gives_the_units_back(room, ending):
    move(room, "queued")
    hold(room)

    move(room, ending)

    assert figures("CUP") == (3, 0, 3)
    assert kept().state == "released"
    assert displays.list_open_holds(room.id) == []


def test_the_shopper_puts_it_into_the_cart_and_checkout_takes_it_over(room):
    hold(room, quantity=3)

    added = run_transaction(lambda: chat_holds.put_in_cart(room, ADA, kept().public_id))
    order = buying.fill_in(buying.ADA)

    assert added == 3
    assert [line.quantity for line in order.lines] == [3]
    assert figures("CUP") == (3, 3, 0)
    assert kept().state == "taken"
    assert changes(room) == [{"hold": kept().public_id, "state": "taken"}]
    assert "In the checkout" in show(room)[0]
    assert wrongs() == []


def test_what_a_program_sells_to_its_own_shopper_is_not_said_to_be_free(any_app):
    make_product(sku="CUP", name="Cup", stock=3, threshold=0)
    room = open_room(Actor("ext:ada", "Ada", "guest"))
    hold(room)

    sell = Origin("program:till", "Order KM-1")
    run_transaction(lambda: reservations.process_order("KM-1", kept().reservation_id, sell))

    assert figures("CUP") == (1, 0, 1)
    assert kept().state == "taken"
    assert "free for everybody" not in show(room)[0]


def test_a_cart_that_has_them_already_stays_as_it_is(room):
    put(buying.ADA, CUP=2)
    hold(room, quantity=1)

    added = run_transaction(lambda: chat_holds.put_in_cart(room, ADA, kept().public_id))

    assert added == 0
    assert checkout.units_in_cart(ADA.subject) == {first_variant(): 2}


def first_variant():
    from app.catalogue.models import Variant

    return db.session.scalar(sa.select(Variant.id))


def test_a_cart_with_more_than_is_kept_takes_the_rest_off_the_shelf(room):
    hold(room, quantity=2)
    put(buying.ADA, CUP=3)

    buying.fill_in(buying.ADA)

    assert figures("CUP") == (3, 3, 0)
    assert kept().state == "taken"


def test_what_has_ended_is_not_put_into_the_cart(room):
    hold(room)
    release(room, ADA, kept().public_id)

    with pytest.raises(HoldOver) as over:
        run_transaction(lambda: chat_holds.put_in_cart(room, ADA, kept().public_id))

    assert over.value.facts["state"] == "released"


def test_nobody_else_puts_it_into_a_cart(one_room):
    hold(one_room)

    with pytest.raises(Forbidden):
        run_transaction(lambda: chat_holds.put_in_cart(one_room, MIRA, kept().public_id))


def test_an_end_that_is_told_twice_is_one_entry_in_the_log(room):
    hold(room)
    reservation_id = kept().reservation_id
    buying.make_holds_due()
    expiry.expire_due()

    run_transaction(lambda: hold_ends.follow(reservation_id))

    assert len(changes(room)) == 1
    numbers = db.session.scalars(
        sa.select(RoomEvent.seq).where(RoomEvent.room_id == room.id, RoomEvent.stream == "p")
    ).all()
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_the_stock_forgets_what_has_ended_and_the_thread_still_tells_it(room):
    hold(room)
    release(room, ADA, kept().public_id)

    assert retention.prune_holds(before=kept().ended_at + 1000) == 1

    assert (kept().reservation_id, kept().state) == (None, "released")
    assert "free for everybody again" in show(room)[0]
