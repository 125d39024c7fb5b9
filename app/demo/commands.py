"""`flask simulate`: shoppers for a shop that nobody visits."""

from collections.abc import Callable
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext


def percent(name: str, default: int, of: str) -> Callable[..., Any]:
    return click.option(
        f"--{name}", default=default, show_default=True, type=click.IntRange(0, 100), help=f"percent of {of}"
    )


@click.command()
@click.option("--rate", default=2.0, show_default=True, help="shoppers a second")
@click.option("--seconds", default=0.0, help="stop after; 0 goes on until interrupted")
@click.option("--url", default="", help="the shop; default this one's own address")
@percent("abandon", 20, "shoppers, who leave their cart or checkout")
@percent("decline", 8, "payments, by the bank")
@percent("late", 4, "payments, of which the bank tells later")
@percent("cancel", 5, "paid orders, by their shoppers")
@percent("pack", 40, "paid orders, by staff; the others wait")
@percent("returns", 25, "packed orders")
@with_appcontext
def simulate(rate: float, seconds: float, url: str, **percents: int) -> None:
    """Shoppers that browse, buy, change their minds and send back, so that the badges move."""
    from app.demo.simulate import simulate_shoppers
    from app.demo.visits import Mix

    settings = current_app.config["SETTINGS"]
    simulate_shoppers(url or f"http://localhost:{settings.PORT}", rate, seconds, Mix(**percents))
