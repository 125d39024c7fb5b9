"""The JSON API of the notifications: /api/realtime/push."""

from flask import Flask

from app.notifications.api import devices, figures, inbox, preferences


def init_app(app: Flask) -> None:
    for part in (devices, figures, inbox, preferences):
        app.register_blueprint(part.bp)
