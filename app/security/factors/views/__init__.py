"""The pages of second factors."""

from flask import Flask

from app.security.factors.views import own, sign_in


def init_app(app: Flask) -> None:
    app.register_blueprint(sign_in.bp)
    app.register_blueprint(own.bp)
