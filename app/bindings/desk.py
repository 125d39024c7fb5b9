"""The desk: who answers the chat, and what happens by the clock."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def bind_desk(app: "Flask") -> None:
    from app.chat.desk import agents, assignment, reconcile, slots, timers
    from app.chat.desk import broadcasts as desk_broadcasts
    from app.chat.desk import news as desk_news
    from app.core import outbox, schedule
    from app.security.events import logged_out

    outbox.register(app, slots.CHAT_DRAIN, assignment.drain_event)
    outbox.register(app, agents.AGENT_GONE, timers.agent_gone)
    outbox.register(app, desk_news.DESK_NEWS, desk_broadcasts.desk_changed)
    outbox.register(app, desk_news.PLACES, desk_broadcasts.places_changed)
    logged_out.connect(agents.follow_logout)
    schedule.every(app, 1, timers.keep_attendance)
    schedule.every(app, 5, timers.keep_desk)
    schedule.every(app, 1, timers.keep_promises)
    schedule.every(app, 15, timers.keep_watch)
    schedule.every(app, 60, timers.keep_order)
    schedule.every(app, 300, reconcile.reconcile_slots)
