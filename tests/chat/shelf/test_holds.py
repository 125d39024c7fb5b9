"""Units that an agent keeps for a shopper: what both see of them, and what is refused."""

import pytest
import sqlalchemy as sa

from app.chat import queries
from app.chat.errors import ClientIdReused, RoomClosed, TooManyChatHolds
from app.chat.models import ChatHold
from app.core.database import db, run_transaction
from app.core.errors import Forbidden, Invalid
from app.inventory.errors import InsufficientStock, NotForSale
from app.inventory.models import Reservation
from app.security.models import AuditEntry
from tests.chat.shelf.keeping import changes, hold, kept, move, release, show
from tests.chat.talking import ADA, INES, JONAS, JUN, MIRA, open_room
from tests.factories import make_product
from tests.inventory.holding import figures
from tests.orders import buying


@pytest.fixture
def room(any_app):
    make_product(sku="CUP", name="Cup", stock=3, threshold=0)
    return open_room()


@pytest.fixture
def one_room(app):
    make_product(sku="CUP", name="Cup", stock=3, threshold=0)
    return open_room()


def test_a_hold_is_a_reservation_for_the_shopper_that_the_thread_shows(room):
    message = hold(room).message

    assert figures("CUP") == (3, 2, 1)
    reservation = db.session.get(Reservation, kept().reservation_id)
    assert (reservation.owner, reservation.promised_to) == (f"chat:{kept().public_id}", "visitor:ada")
    assert message.body == "2 × Cup, Chalk: kept for you for 10 min"
    assert message.payload["hold_id"] == kept().public_id
    assert 590_000 < kept().expires_at - kept().created_at <= 600_000
    (shown,) = show(room)
    assert "2 × Cup, Chalk" in shown
    assert f'data-kept="{kept().public_id}"' in shown
    assert 'data-left-ms="' in shown


def test_a_hold_is_written_into_the_audit(one_room):
    hold(one_room)
    release(one_room, MIRA, kept().public_id)

    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    told = [(entry.action, entry.actor, entry.after["sku"]) for entry in entries if entry.after]
    assert ("chat_hold_made", "user:mira", "CUP") in told
    assert ("chat_hold_released", "user:mira", "CUP") in told


def test_the_same_press_holds_once(room):
    first, second = hold(room), hold(room)

    assert (first.duplicate, second.duplicate) == (False, True)
    assert figures("CUP") == (3, 2, 1)


def test_a_repeat_is_answered_although_the_hold_took_the_last_units(room):
    hold(room, quantity=3)

    assert hold(room, quantity=3).duplicate


def test_one_id_for_two_holds_is_refused(one_room):
    hold(one_room)

    with pytest.raises(ClientIdReused):
        hold(one_room, quantity=1)


@pytest.mark.parametrize("actor", [ADA, JUN])
def test_shoppers_hold_nothing_by_the_chat(one_room, actor):
    with pytest.raises(Forbidden):
        hold(one_room, actor)


def test_an_agent_who_shops_keeps_nothing_for_themselves(one_room):
    with pytest.raises(Forbidden):
        hold(open_room(MIRA), MIRA)


def test_admins_hold_too(one_room):
    assert hold(one_room, INES).message.side == "agent"


@pytest.mark.parametrize(
    ("quantity", "minutes", "field"),
    [(0, 5, "quantity"), (51, 5, "quantity"), (1, 0, "minutes"), (1, 16, "minutes")],
)
def test_numbers_out_of_range_are_named(one_room, quantity, minutes, field):
    with pytest.raises(Invalid) as refused:
        hold(one_room, quantity=quantity, minutes=minutes)

    assert [error["field"] for error in refused.value.facts["errors"]] == [field]


def test_more_than_the_shelf_has_is_refused_and_nothing_is_said(room):
    with pytest.raises(InsufficientStock):
        hold(room, quantity=4)

    assert figures("CUP") == (3, 0, 3)
    assert show(room) == []
    assert queries.get_room(room.id).head_p == 0


def test_a_hold_whose_time_is_over_makes_room_for_the_next(room):
    hold(room, quantity=3)
    buying.make_holds_due()

    hold(room, JONAS, quantity=3, client_id="hold-00002")

    assert figures("CUP") == (3, 3, 0)
    assert changes(room) == [{"hold": first_hold().public_id, "state": "expired"}]


def first_hold():
    return db.session.scalar(sa.select(ChatHold).order_by(ChatHold.id).limit(1))


def test_an_agent_keeps_so_many_holds_and_units_at_most(app):
    settings = app.config["SETTINGS"]
    make_product(sku="CUP", stock=500, threshold=0)
    room = open_room()
    for number in range(settings.CHAT_MAX_HOLDS_PER_AGENT):
        hold(room, quantity=1, client_id=f"hold-{number:05}")

    with pytest.raises(TooManyChatHolds):
        hold(room, quantity=1, client_id="hold-one-more")
    with pytest.raises(TooManyChatHolds):
        hold(room, JONAS, quantity=settings.CHAT_MAX_HELD_UNITS_PER_AGENT + 1, client_id="hold-too-much")
    hold(room, JONAS, quantity=1, client_id="hold-another")


def test_a_released_hold_makes_room_under_the_cap(app):
    make_product(sku="CUP", stock=500, threshold=0)
    room = open_room()
    for number in range(app.config["SETTINGS"].CHAT_MAX_HOLDS_PER_AGENT):
        hold(room, quantity=1, client_id=f"hold-{number:05}")
    release(room, MIRA, kept().public_id)

    assert hold(room, quantity=1, client_id="hold-one-more")


def test_nothing_is_kept_in_a_conversation_that_is_over(room):
    move(room, "queued")
    move(room, "resolved")

    with pytest.raises(RoomClosed):
        hold(queries.get_room(room.id))


def test_what_left_the_shop_is_not_kept(one_room):
    from app.catalogue.models import Product

    run_transaction(lambda: db.session.execute(sa.update(Product).values(status="archived")))

    with pytest.raises(NotForSale):
        hold(one_room)
