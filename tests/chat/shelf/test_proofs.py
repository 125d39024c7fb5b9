"""`verify` looks at what agents keep: thread and stock say the same, or it says where not."""

import sqlalchemy as sa

from app.chat import proofs
from app.chat.models import ChatHold
from app.core.database import db, run_transaction
from app.inventory import reservations
from tests.chat.shelf.keeping import hold, kept, release
from tests.chat.talking import ADA, open_room
from tests.factories import make_product
from tests.inventory.holding import BY_TEST


def found():
    return [finding.wrong for finding in proofs.check_kept()]


def keep():
    make_product(sku="CUP", stock=3, threshold=0)
    room = open_room()
    hold(room)
    return room


def test_nothing_is_wrong_while_something_is_kept_and_after_it_ended(any_app):
    room = keep()
    assert found() == []

    release(room, ADA, kept().public_id)

    assert found() == []


def test_a_thread_that_did_not_hear_of_the_end_is_found(any_app):
    keep()
    any_app.config["OUTBOX_DELIVERS"] = False
    run_transaction(lambda: reservations.release(kept().reservation_id, BY_TEST))
    assert found() == []  # the event is on its way

    run_transaction(lambda: db.session.execute(sa.text("DELETE FROM outbox WHERE topic = 'promise_ended'")))

    assert found() == [f"hold {kept().public_id} is open in its conversation, and released in the stock"]


def test_units_that_are_kept_for_a_thread_that_gave_them_back_are_found(any_app):
    keep()

    run_transaction(lambda: db.session.execute(sa.update(ChatHold).values(state="released")))

    assert found() == [f"hold {kept().reservation_id} is kept for a conversation that has it as released"]
