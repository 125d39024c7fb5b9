"""The staff's pages: each file is one of them, with a blueprint of its own under /staff/inventory."""

from flask import Flask

from app.core import navigation
from app.inventory import alert_queries
from app.inventory.views import (
    alerts,
    analytics,
    bulk,
    columns,
    counts,
    export,
    grid,
    grid_edit,
    holds,
    locations,
    sku,
    stock_import,
)

STAFF = ("staff", "agent")
GROUP = "Stock"


def init_app(app: Flask) -> None:
    app.register_blueprint(alerts.bp)
    app.register_blueprint(grid.bp)
    app.register_blueprint(grid_edit.bp)
    app.register_blueprint(bulk.bp)
    app.register_blueprint(columns.bp)
    app.register_blueprint(sku.bp)
    app.register_blueprint(holds.bp)
    app.register_blueprint(counts.bp)
    app.register_blueprint(locations.bp)
    app.register_blueprint(export.bp)
    app.register_blueprint(stock_import.bp)
    app.register_blueprint(analytics.bp)
    navigation.register(app, 10, "Levels", "/staff/inventory", STAFF, group=GROUP)
    waiting = navigation.Count("alert", "alerts", alert_queries.count_waiting)
    navigation.register(app, 15, "Alerts", alerts.PATH, STAFF, waiting, group=GROUP)
    navigation.register(app, 50, "Import", stock_import.PATH, ("staff",), group=GROUP)
    navigation.register(app, 30, "Holds", holds.PATH, STAFF, group=GROUP)
    navigation.register(app, 40, "Count", counts.PATH, ("staff",), group=GROUP)
    navigation.register(app, 45, "Locations", locations.PATH, STAFF, group=GROUP)
    navigation.register(app, 60, "Analytics", analytics.PATH, STAFF, group=GROUP)
