"""The shop's features: what is sold, what there is of it, and who buys it."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


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
    from app.operations import broadcasts as operations_broadcasts
    from app.operations import dashboard, sockets
    from app.operations import figures as operations_figures
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
    dashboard.init_app(app)
    operations_figures.init_app(app)
    # In each clock, since none holds the lease while the database is away.
    schedule.every_in_each(app, 2, operations_broadcasts.push_board)
    schedule.every(app, 10, sockets.note_sockets)
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
