"""The factories: the only places that know every package."""

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
    from app.core import locales

    settings = settings or environment.load()
    locales.check_locale(settings)
    environment.make_data_folder(settings)
    app = Flask("app", root_path=str(ROOT), static_folder=None, template_folder=str(ROOT / "templates"))
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.SECRET_KEY,
        TRUSTED_HOSTS=list(settings.TRUSTED_HOSTS),
        SESSION_COOKIE_NAME="visitor",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.PUBLIC_URL.startswith("https:"),
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=90 * 24 * 3600,
        MAX_CONTENT_LENGTH=1024 * 1024,
    )
    bind_core(app, settings)
    bind_background(app)
    bind_platform(app, settings)
    bind_catalogue(app)
    bind_features(app)
    bind_orders(app)
    return app


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
        logs,
        navigation,
    )
    from app.core.redis import Breaker, connect

    if settings.TRUSTED_PROXIES:
        hops = settings.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logs.init_logs()
    app.extensions["redis"] = Breaker(connect(settings.REDIS_URL))
    database.init_app(app, settings)
    extensions.migrate.init_app(app, database.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    extensions.htmx.init_app(app)
    http.init_app(app)
    compression.init_app(app)
    navigation.init_app(app)
    failures.init_app(app)
    assets.init_app(app, ROOT / "static")
    fragments.init_app(app, settings)
    commands.init_app(app)


def bind_background(app: "Flask") -> None:
    """What happens after the answer: events, jobs, and what runs by the clock."""
    from app.core import idempotency, jobs, mail, outbox, schedule

    outbox.init_app(app)
    jobs.init_app(app)
    schedule.init_app(app)
    schedule.every(app, 1, outbox.sweep)
    schedule.every(app, 1, jobs.requeue_due)
    schedule.every(app, 900, mail.queue_unsent)
    schedule.every(app, 3600, outbox.prune)
    schedule.every(app, 3600, idempotency.prune)


def bind_platform(app: "Flask", settings: "Settings") -> None:
    from app.core import outbox, schedule
    from app.monitoring import health, requests
    from app.realtime import api, incidents, pages, revocations, snapshots, status, views
    from app.security import headers, limits, sessions
    from app.security import views as security_views

    requests.init_app(app)
    health.init_app(app)
    health.register(app, "live", status.check_live)
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


def bind_catalogue(app: "Flask") -> None:
    """What the shop sells, and what follows from it in the stock."""
    from app.catalogue import broadcasts, events, picture_files, reconcile, views
    from app.catalogue.imports import files
    from app.core import outbox, schedule
    from app.inventory import offers
    from app.realtime import snapshots

    views.init_app(app)
    events.variant_added.connect(offers.open_level)
    events.variant_offer_changed.connect(offers.offer_changed)
    outbox.register(app, events.ITEM_CHANGED, broadcasts.item_changed)
    outbox.register(app, events.CATEGORY_CHANGED, offers.category_changed)
    snapshots.register(app, "item", broadcasts.item_messages)
    schedule.every(app, 60, reconcile.fill_redis)
    schedule.every(app, 3600, picture_files.prune_uploads)
    schedule.every(app, 24 * 3600, files.prune)


def bind_features(app: "Flask") -> None:
    from app.core import outbox, schedule
    from app.demo.accounts import DEMO_ACCOUNTS
    from app.inventory import (
        alerts,
        broadcasts,
        demand,
        expiry,
        hold_api,
        ledger,
        reconcile,
        restock_mails,
        restock_waves,
        restocks,
        retention,
        rollups,
        verification,
    )
    from app.inventory import api as inventory_api
    from app.inventory import views as inventory_views
    from app.inventory.imports import files as import_files
    from app.inventory.imports import parts as import_parts
    from app.operations import api as operations_api
    from app.operations import views as operations_views
    from app.realtime import snapshots
    from app.storefront import views as storefront_views

    app.config["DEMO_ACCOUNTS"] = DEMO_ACCOUNTS
    demand.init_app(app)
    verification.init_app(app)
    hold_api.init_app(app)
    inventory_api.init_app(app)
    inventory_views.init_app(app)
    storefront_views.init_app(app)
    operations_api.init_app(app)
    operations_views.init_app(app)
    outbox.register(app, ledger.STOCK_CHANGED, outbox.in_turn(alerts.stock_changed, broadcasts.stock_changed))
    outbox.register(app, alerts.ALERT_CHANGED, broadcasts.alert_changed)
    snapshots.register(app, "stock", broadcasts.stock_messages)
    snapshots.register(app, "product", broadcasts.product_messages)
    schedule.every(app, 60, reconcile.fill_redis)
    schedule.every(app, 10, expiry.expire_due)
    schedule.every(app, 10, restock_waves.look)
    schedule.every(app, 900, restock_mails.queue_lost)
    schedule.every(app, 3600, restocks.prune)
    schedule.every(app, 60, import_parts.resume_stalled)
    schedule.every(app, 3600, import_files.prune)
    alerts.init_app(app)
    schedule.every(app, 300, rollups.queue_roll_up)
    schedule.every(app, 24 * 3600, retention.queue_pruning)


def bind_orders(app: "Flask") -> None:
    from app.core import outbox, schedule
    from app.inventory import reservations
    from app.orders import (
        api,
        arrivals,
        broadcasts,
        callbacks,
        carts,
        charges,
        fulfilment,
        payments,
        proofs,
        providers,
        reviews,
        transitions,
        views,
    )
    from app.orders.providers.practice import PracticeBank
    from app.security.events import logged_in

    settings = app.config["SETTINGS"]
    bank = PracticeBank(
        Path(settings.DATA_DIR) / "practice-bank",
        settings.SECRET_KEY,
        f"http://localhost:{settings.PORT}/api/payments/practice/callback",
    )
    providers.init_app(app, bank if settings.practises_payments else None)
    api.init_app(app)
    views.init_app(app)
    proofs.init_app(app)
    logged_in.connect(arrivals.follow_login)
    outbox.register(app, carts.CART_CHANGED, broadcasts.cart_changed)
    outbox.register(app, transitions.ORDER_CHANGED, broadcasts.order_changed)
    outbox.register(app, reservations.ORDER_PROCESSED, fulfilment.order_processed)
    schedule.every(app, 3600, carts.prune)
    schedule.every(app, 10, fulfilment.expire_orders)
    schedule.every(app, 20, payments.settle_open)
    schedule.every(app, 20, reviews.supply_waiting)
    schedule.every(app, 300, reviews.refund_overdue)
    schedule.every(app, 900, charges.queue_lost)
    schedule.every(app, 24 * 3600, callbacks.prune)
    if settings.practises_payments:
        schedule.every(app, 1, bank.send_callbacks)


def create_live_app(settings: "Settings | None" = None) -> "Flask":
    """The socket process, which must not import what `create_app` does."""
    from app import environment
    from app.core import logs
    from app.realtime.live.server import create_live

    logs.init_logs()
    return create_live(settings or environment.load())
