"""What every feature stands on: the core, what follows an answer, sockets and accounts."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings

# Whoever watches must see that the shop is crowded, and files cost next to nothing.
ALWAYS_SERVED = ("/static/", "/api/health", "/api/monitoring/")


def bind_core(app: "Flask", settings: "Settings") -> None:
    from werkzeug.middleware.proxy_fix import ProxyFix

    from app import commands
    from app.core import (
        assets,
        compression,
        database,
        extensions,
        failures,
        fragments,
        http,
        load,
        logs,
        metrics,
        migration,
        navigation,
        visitor_cookie,
    )
    from app.core.redis import Breaker, connect
    from app.operations.backup import commands as backup_commands

    if settings.TRUSTED_PROXIES:
        hops = settings.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logs.init_logs()
    app.extensions["redis"] = Breaker(connect(settings.REDIS_URL))
    app.extensions["redis"].on_failure = lambda: metrics.count("redis_failures")
    database.init_app(app, settings)
    root = Path(app.root_path)
    migration.init_app(app, root / "migrations")
    extensions.htmx.init_app(app)
    http.init_app(app)
    visitor_cookie.init_app(app)
    compression.init_app(app)
    navigation.init_app(app)
    failures.init_app(app)
    load.init_app(app, settings.WEB_MAX_IN_FLIGHT, ALWAYS_SERVED)
    assets.init_app(app, root / "static")
    fragments.init_app(app, settings)
    commands.init_app(app)
    backup_commands.init_app(app)


def bind_background(app: "Flask") -> None:
    """What happens after the answer: events, jobs, and what runs by the clock."""
    from app.core import idempotency, jobs, mail, outbox, outbox_rows, schedule

    outbox.init_app(app)
    jobs.init_app(app)
    schedule.init_app(app)
    schedule.every(app, 1, outbox.sweep)
    schedule.every(app, 1, jobs.requeue_due)
    schedule.every(app, 900, mail.queue_unsent)
    schedule.every(app, 3600, outbox_rows.prune)
    schedule.every(app, 3600, idempotency.prune)


def bind_platform(app: "Flask", settings: "Settings") -> None:
    from app.core import outbox, schedule
    from app.monitoring import figures, health, processes, requests, traffic
    from app.realtime import api, incidents, pages, revocations, snapshots, status, views
    from app.security import headers, limits, sessions
    from app.security import views as security_views
    from app.security.threats import hooks

    requests.init_app(app)
    traffic.init_app(app)
    figures.init_app(app)
    schedule.every_in_each(app, processes.EVERY_S, processes.tell_of_clock)
    health.init_app(app)
    health.register(app, "live", status.check_live)
    hooks.init_app(app, settings)
    limits.init_app(app, settings)
    headers.init_app(app)
    security_views.init_app(app)
    snapshots.init_app(app)
    views.init_app(app)
    api.init_app(app)
    app.context_processor(security_views.page_context)
    app.context_processor(pages.page_context)
    outbox.register(app, sessions.REVOKED, revocations.session_revoked)
    outbox.register(app, sessions.SUBJECT_REVOKED, revocations.subject_revoked)
    outbox.register(app, revocations.CHANNEL_REVOKED, revocations.channel_revoked)
    schedule.every(app, 1, incidents.record_incidents)
    schedule.every(app, 3600, sessions.prune)
