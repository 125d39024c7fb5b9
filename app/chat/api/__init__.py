"""The JSON API of the chat: /api/realtime/chat. People come by their session, programs by their token."""

from flask import Flask

from app.chat.api import desk, files, messages, records, rooms, shelf


def init_app(app: Flask) -> None:
    for part in (rooms, messages, files, shelf, desk, records):
        app.register_blueprint(part.bp)
