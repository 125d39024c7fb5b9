"""Sixteen buyers want one SKU at once, over HTTP: how many holds a second, and how many refusals once it is sold out."""

import itertools
import json
import os

from app.core.database import db
from app.security.tokens import create_token
from bench import databases, http_load
from bench.inventory import PATH, Inventory, change
from bench.processes import cpu_seconds, pin
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop
from bench.update import OTHER_CORES, WEB_CORES, servers

SECONDS = 6.0
WARM_UP_S = 1.5
RUNS = 3
PLENTY = 500_000
UNITS = 100
P99 = Limit(250)
HOLDS = {"SQLite": Limit(150, least=True), "PostgreSQL": Limit(200, least=True)}
REFUSALS = Limit(400, least=True)

owners = itertools.count()


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    pin(os.getpid(), OTHER_CORES)
    measures: list[Measure] = []
    for name, database in databases.BOTH.items():
        with database(shop.folder) as url, Shop(**{**shop.variables_of_rig, "DATABASE_URL": url}) as own:
            own.start_all(WEB_CORES, OTHER_CORES)
            measures += measure_database(own, url, name, seconds or SECONDS)
            shop.commands |= {f"{name} {key}": command for key, command in own.commands.items()}
    return measures


def measure_database(shop: Shop, url: str, name: str, seconds: float) -> list[Measure]:
    inventory = Inventory(shop)
    hot, scarce = inventory.list_plentiful()[:2]
    inventory.tokens = make_tokens(shop, url)
    inventory.post(change(hot, PLENTY))

    http_load.hammer(shop.port, WARM_UP_S, buyer(inventory, hot))
    holds = [run_once(shop, inventory, hot, seconds) for _ in range(RUNS)]
    limits = {"holds /s": HOLDS[name], "p99 ms": P99, "unlike the answers": NONE, "failed": NONE}
    found = [Measure(f"holds on one SKU, {name}", limits, holds)]

    inventory.post(change(scarce, UNITS - inventory.read(scarce)["available"]))
    http_load.hammer(shop.port, WARM_UP_S, buyer(inventory, scarce))
    refusals = [run_once(shop, inventory, scarce, seconds) for _ in range(RUNS)]
    sold = inventory.read(scarce)
    for run in refusals:
        run.figures["units too many"] = float(sold["reserved"] - UNITS + abs(sold["available"]))
    limits = {"refusals /s": REFUSALS, "p99 ms": P99, "units too many": NONE, "failed": NONE}
    return [*found, Measure(f"sold out, {name}", limits, refusals)]


def make_tokens(shop: Shop, url: str) -> list[str]:
    """One for each connection: a program may write 3000 times a minute."""
    scopes = ["inventory:read", "inventory:write"]
    with databases.open_app(shop, url):
        tokens = [create_token(f"buyer-{number}", scopes) for number in range(http_load.CONNECTIONS)]
        db.session.rollback()
    return tokens


def buyer(inventory: Inventory, sku: str) -> http_load.Maker:
    def request(number: int) -> http_load.Request:
        body = {"ownerId": f"buyer-{next(owners)}", "productId": sku, "quantity": 1}
        return http_load.Request("PATCH", PATH, inventory.headers(number), json.dumps(body).encode())

    return request


def run_once(shop: Shop, inventory: Inventory, sku: str, seconds: float) -> Run:
    reserved = inventory.read(sku)["reserved"]
    before = {name: cpu_seconds(pid) for name, pid in servers(shop).items()}
    outcome = http_load.hammer(shop.port, seconds, buyer(inventory, sku))
    held, refused = outcome.statuses[200], outcome.statuses[409]
    figures = outcome.figures()
    del figures["sent late p99 ms"], figures["rate /s"]
    figures |= {
        "holds /s": held / outcome.seconds,
        "refusals /s": refused / outcome.seconds,
        "failed": float(sum(outcome.statuses.values()) - held - refused),
        "unlike the answers": float(inventory.read(sku)["reserved"] - reserved - held),
    }
    for name, pid in servers(shop).items():
        figures[f"{name} CPU ms each"] = (cpu_seconds(pid) - before[name]) * 1000 / (held + refused or 1)
    return Run(figures, {"latencies_ms": [round(value, 2) for value in outcome.latencies_ms]})
