"""The factories; `bindings` tells the packages of each other."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The shop: pages, API, jobs and schedule. `settings` are read from the environment unless they are given."""
    from flask import Flask

    from app import environment
    from app.bindings.chat import bind_chat
    from app.bindings.notices import bind_notices
    from app.bindings.notifications import bind_notifications
    from app.bindings.platform import bind_background, bind_core, bind_platform
    from app.bindings.security import bind_accounts, bind_second_factors, bind_staff, bind_threats, bind_trail
    from app.bindings.shop import bind_catalogue, bind_features, bind_orders
    from app.core import locales

    settings = settings or environment.load()
    locales.check_locale(settings)
    environment.make_data_folder(settings)
    is_https = settings.PUBLIC_URL.startswith("https:")
    app = Flask("app", root_path=str(ROOT), static_folder=None, template_folder=str(ROOT / "templates"))
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.SECRET_KEY,
        SECRET_KEY_FALLBACKS=list(settings.SECRET_KEY_FALLBACKS),
        TRUSTED_HOSTS=list(settings.TRUSTED_HOSTS),
        SESSION_COOKIE_NAME="__Host-visitor" if is_https else "visitor",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=90 * 24 * 3600,
        MAX_CONTENT_LENGTH=1024 * 1024,
    )
    bind_core(app, settings)
    bind_background(app)
    bind_platform(app, settings)
    bind_trail(app)
    bind_accounts(app)
    bind_second_factors(app)
    bind_staff(app)
    bind_threats(app)
    bind_notifications(app)
    bind_catalogue(app)
    bind_features(app)
    bind_orders(app)
    bind_chat(app)
    bind_notices(app)
    return app


def create_live_app(settings: "Settings | None" = None) -> "Flask":
    """The socket process, which must not import what `create_app` does."""
    from app import environment
    from app.core import logs
    from app.realtime.live.server import create_live

    logs.init_logs()
    return create_live(settings or environment.load())
