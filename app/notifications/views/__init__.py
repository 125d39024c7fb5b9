"""Pages."""

from flask import Flask

from app.core import navigation
from app.notifications.views import (
    analytics,
    bell,
    campaigns,
    devices,
    marks,
    push_context,
    settings,
    unsubscribe,
    wording,
    worker,
)


def init_app(app: Flask) -> None:
    for part in (analytics, bell, campaigns, marks, devices, worker, settings, unsubscribe, wording):
        app.register_blueprint(part.bp)
    app.context_processor(bell.page_context)
    app.context_processor(push_context.push_context)
    navigation.register(app, 67, "Figures", analytics.PATH, analytics.ROLES, group="Notifications")
    navigation.register(app, 68, "Promotions", campaigns.PATH, campaigns.ROLES, group="Notifications")
    navigation.register(app, 69, "Texts", wording.PATH, wording.ROLES, group="Notifications")
