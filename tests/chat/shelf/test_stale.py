"""Answers that the shelf has overtaken: who is told, when, and how often."""

import pytest
import sqlalchemy as sa

from app.catalogue.products import change_status
from app.chat import queries
from app.chat.models import QuotedCard
from app.chat.shelf import stale
from app.core.database import db
from tests.catalogue.editor import MIRA as EDITOR
from tests.chat.shelf.overtaking import change_price, corrections, quote, set_stock, settle, warned, warnings
from tests.chat.talking import open_room
from tests.factories import make_product


@pytest.fixture
def product(any_app):
    return make_product(sku="CUP", name="Cup", price=1990, stock=3, threshold=1)


@pytest.fixture
def room(product):
    return open_room()


def test_what_is_sold_out_meanwhile_warns_the_agents_and_corrects_the_shopper(room):
    quote(room)

    set_stock(0)
    settle()

    assert warned(room) == ["CUP"]
    assert warnings(room) == [("CUP", "out")]
    assert corrections(room) == [("Cup, Chalk is sold out meanwhile", "out")]


def test_the_agents_are_warned_before_the_shopper_is_corrected(room):
    quote(room)

    set_stock(0)
    stale.tell_noticed()

    assert warned(room) == ["CUP"]
    assert corrections(room) == []


def test_what_flips_back_at_once_is_no_news_to_the_shopper(room):
    quote(room)

    set_stock(0)
    stale.tell_noticed()
    set_stock(2)
    settle()

    assert warned(room) == ["CUP", "CUP"]
    assert warnings(room) == []
    assert corrections(room) == []


def test_a_change_is_told_once_and_the_next_one_again(room):
    quote(room)

    set_stock(0)
    settle()
    settle()
    set_stock(4)
    settle()

    assert corrections(room) == [
        ("Cup, Chalk is sold out meanwhile", "out"),
        ("Cup, Chalk is available again", "back"),
    ]
    assert warnings(room) == []


def test_only_crossing_zero_is_news(room):
    quote(room)

    set_stock(1)
    settle()

    assert warned(room) == corrections(room) == []
    assert noted() == 0


def noted():
    return db.session.scalar(sa.select(sa.func.count()).where(QuotedCard.noticed_at.is_not(None)))


def test_a_new_price_is_told_with_the_old_one_and_shows_on_the_card(product, room):
    message = quote(room)

    change_price(product, 2190)
    settle()

    assert corrections(room) == [("Cup, Chalk costs €21.90 now, not €19.90", "price")]
    changed = [entry for entry in queries.list_events(room.id, "p", 0) if entry.type == "change"]
    assert [entry.message_id for entry in changed] == [message.id]
    assert stale.list_warnings(room)[0].is_repriced


def test_what_leaves_the_shop_is_told(product, room):
    quote(room)

    change_status(product.id, "archived", EDITOR)
    settle()

    assert corrections(room) == [("Cup, Chalk is no longer for sale", "gone")]


def test_a_product_quoted_twice_is_corrected_once(room):
    quote(room)
    quote(room, client_id="card-00002")

    set_stock(0)
    settle()

    assert len(corrections(room)) == 1


def test_a_new_card_ends_the_warning(room):
    quote(room)
    set_stock(0)
    settle()

    quote(room, client_id="card-00002")

    assert warnings(room) == []
