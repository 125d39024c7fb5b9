"""The admins' pages of people and programs, and the page that an invitation leads to."""

from flask import Flask

from app.core import navigation
from app.security.staff.views import invitations, people, programs, welcome


def init_app(app: Flask) -> None:
    for module in (people, invitations, programs, welcome):
        app.register_blueprint(module.bp)
    navigation.register(app, 84, "People", people.PATH, (), group="Shop")
    navigation.register(app, 85, "Programs", programs.PATH, (), group="Shop")
