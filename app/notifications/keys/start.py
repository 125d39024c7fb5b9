"""Whether the shop may start with the push keys that it has."""

from collections.abc import Iterator

from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from app.core.errors import NotFound
from app.notifications.keys import pairs, vapid
from app.notifications.keys.signing import wrong_subject
from app.notifications.keys.vapid import KeyUnreadable
from app.settings import Settings, SettingsError

EXAMPLE = "@yourdomain.com"


def check_settings(settings: Settings) -> None:
    """What can be told without a database. Raises SettingsError."""
    if problems := [*find_problems(settings)]:
        raise SettingsError(problems)


def find_problems(settings: Settings) -> Iterator[str]:
    if settings.PUSH_EXTRA_ORIGINS and settings.APP_ENV != "test":
        yield "PUSH_EXTRA_ORIGINS: is for tests; anybody could let the shop send requests there"
    if not settings.PUSH_ENABLE_WEB_PUSH:
        return
    yield from find_key_problems(settings.PUSH_VAPID_PUBLIC_KEY, settings.PUSH_VAPID_PRIVATE_KEY)
    subject = settings.PUSH_VAPID_SUBJECT
    if wrong := wrong_subject(subject):
        yield f"PUSH_VAPID_SUBJECT: {wrong}, not {subject!r}"
    elif settings.is_production and subject.endswith(EXAMPLE):
        yield "PUSH_VAPID_SUBJECT: is still the example's; push services write there when something is wrong"


def find_key_problems(public: str, private: str) -> Iterator[str]:
    if bool(public) != bool(private):
        missing = "PUBLIC" if private else "PRIVATE"
        yield f"PUSH_VAPID_{missing}_KEY: is missing; the two belong together"
        return
    if not private:
        return
    try:
        key = pairs.read_private(private)
    except ValueError as error:
        yield f"PUSH_VAPID_PRIVATE_KEY: cannot be read ({error})"
        return
    if public.rstrip("=") != pairs.public_of(key):
        yield "PUSH_VAPID_PUBLIC_KEY: does not belong to PUSH_VAPID_PRIVATE_KEY"


def check_keys(app: Flask) -> None:
    """Asked by every process that serves or sends. Raises SettingsError where no key can be used.

    Outside production one is made. There it is somebody's decision: who loses it loses every subscriber.
    """
    settings: Settings = app.config["SETTINGS"]
    if not settings.PUSH_ENABLE_WEB_PUSH:
        return
    with app.app_context():
        try:
            find_key(settings)
        except NotFound:
            raise SettingsError(
                [
                    "PUSH_VAPID_PRIVATE_KEY: the shop has no push key; run `flask vapid`, or set PUSH_ENABLE_WEB_PUSH=false"
                ]
            ) from None
        except KeyUnreadable as error:
            raise SettingsError([f"SECRET_KEY: {error.detail}"]) from None
        except DBAPIError:
            return  # the shop starts without its database and says so on its pages


def find_key(settings: Settings) -> None:
    if settings.is_production and not settings.PUSH_VAPID_PRIVATE_KEY:
        key = vapid.active_key()
    else:
        key = vapid.ensure_key()
    vapid.private_of(key)


def describe_key() -> str:
    """For the command line."""
    key = vapid.active_key()
    where = "the settings" if current_app.config["SETTINGS"].PUSH_VAPID_PRIVATE_KEY else "the database"
    return f"PUSH_VAPID_PUBLIC_KEY={key.public}  (active, from {where})"
