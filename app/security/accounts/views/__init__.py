"""The pages of accounts: opening one, and what its owner sees and changes of it."""

from flask import Flask

from app.security.accounts.views import account, address, registration


def init_app(app: Flask) -> None:
    for views in (registration, account, address):
        app.register_blueprint(views.bp)
