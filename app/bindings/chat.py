"""The chat."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def bind_chat(app: "Flask") -> None:
    from app.bindings.desk import bind_desk
    from app.chat import access, api, arrivals, broadcasts, log, reads, text, views
    from app.chat.files import sweep
    from app.chat.keeping import erasure, exports, retention
    from app.core import outbox, schedule
    from app.realtime import pages
    from app.security.events import logged_in

    logged_in.connect(arrivals.follow_login)
    text.init_app(app)
    views.init_app(app)
    bind_desk(app)
    api.init_app(app)
    pages.register_rule(app, "room", access.may_listen)
    outbox.register_many(app, log.CHAT_EVENT, broadcasts.chat_events)
    outbox.register(app, reads.READ, broadcasts.chat_read)
    bind_shelf(app)
    schedule.every(app, 900, sweep.queue_stuck)
    schedule.every(app, 3600, sweep.remove_left_behind)
    schedule.every(app, 7 * 24 * 3600, sweep.count_orphans)
    schedule.every(app, 3600, retention.queue_retention)
    schedule.every(app, 60, retention.purge_closed)
    schedule.every(app, 3600, erasure.finish_erasures)
    schedule.every(app, 3600, exports.prune_exports)


def bind_shelf(app: "Flask") -> None:
    """What conversations hear of the stock and of orders."""
    from app.catalogue.events import ITEM_CHANGED
    from app.chat import events, proofs
    from app.chat.shelf import hold_ends, order_lines, stale
    from app.core import outbox, schedule
    from app.inventory.holds import PROMISE_ENDED
    from app.inventory.ledger import STOCK_CHANGED
    from app.orders.transitions import ORDER_CHANGED

    proofs.init_app(app)
    outbox.register(app, PROMISE_ENDED, hold_ends.promise_ended)
    outbox.register(app, events.ROOM_ENDED, outbox.in_turn(hold_ends.room_ended, stale.room_ended))
    outbox.follow(app, STOCK_CHANGED, stale.stock_changed)
    outbox.follow(app, ITEM_CHANGED, stale.item_changed)
    outbox.follow(app, ORDER_CHANGED, order_lines.order_changed)
    schedule.every(app, 1, stale.tell_noticed)
