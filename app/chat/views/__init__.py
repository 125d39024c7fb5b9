"""The chat's pages."""

from flask import Flask

from app.chat.access import current_actor
from app.chat.console import inbox
from app.chat.views import (
    analytics,
    console,
    console_agent,
    console_canned,
    console_search,
    console_steps,
    data,
    endings,
    files,
    held,
    redactions,
    replies,
    rooms,
    settings_desk,
    settings_pages,
    settings_rules,
    shelf,
    staff_rooms,
    support,
    transcript,
)
from app.chat.views.page_context import page_context
from app.core import navigation
from app.core.navigation import Count


def init_app(app: Flask) -> None:
    for page in (rooms, redactions, files, support, endings, held, shelf, replies, transcript, data):
        app.register_blueprint(page.bp)
    for page in (
        console,
        console_agent,
        console_canned,
        console_search,
        console_steps,
        staff_rooms,
        analytics,
        settings_desk,
        settings_rules,
    ):
        app.register_blueprint(page.bp)
    app.context_processor(page_context)
    waiting = Count(
        "waiting", "queue", lambda: inbox.count_waiting(current_actor()), roles=("agent", "admin")
    )
    navigation.register(app, 2, "Conversations", console.PATH, console.DESK, waiting, group="Chat")
    navigation.register(app, 3, "Analytics", analytics.PATH, ("agent",), group="Chat")
    navigation.register(app, 4, "Settings", settings_pages.PATH, (), group="Chat")
