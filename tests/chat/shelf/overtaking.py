"""A shelf that moves under what was quoted, and what the conversation hears of it."""

import sqlalchemy as sa

from app.catalogue.variants import edit_variant
from app.chat import queries
from app.chat.models import Message, QuotedCard
from app.chat.shelf import quotes, stale
from app.core.database import db, now_ms, run_transaction
from app.inventory import queries as inventory
from app.inventory.adjustments import change_stock
from app.inventory.ledger import Origin
from tests.catalogue.editor import MIRA as EDITOR
from tests.catalogue.editor import values
from tests.chat.talking import MIRA


def set_stock(units, sku="CUP"):
    by = Origin("test", "because")
    run_transaction(lambda: change_stock(sku, "set", units, by, expect=inventory.get_stock(sku).version))


def quote(room, actor=MIRA, sku="CUP", client_id="card-00001"):
    return run_transaction(lambda: quotes.quote_card(room, actor, sku, client_id)).message


def settle():
    """The clock, after what was noted has stayed so for long enough."""
    stale.tell_noticed()
    past = sa.update(QuotedCard).where(QuotedCard.noticed_at.is_not(None))
    run_transaction(lambda: db.session.execute(past.values(noticed_at=now_ms() - stale.SETTLE_MS)))
    stale.tell_noticed()


def corrections(room):
    db.session.expire_all()
    said = db.session.scalars(
        sa.select(Message).where(Message.room_id == room.id, Message.side == "system").order_by(Message.seq)
    )
    return [(message.body, message.payload["correction"]) for message in said]


def warned(room):
    """The entries that agents' pages hear."""
    return [entry.payload["warning"] for entry in queries.list_events(room.id, "i", 0)]


def warnings(room):
    return [(each.good.sku, each.having) for each in stale.list_warnings(room)]


def change_price(product, minor):
    edit_variant(
        product.variants[0].id, values(glaze="Chalk", glaze_hex="#eeeeee", price_minor=minor), EDITOR
    )
