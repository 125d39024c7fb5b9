"""The command line: `flask --app wsgi <command>`."""

import contextlib
import importlib
from collections.abc import Callable, Iterator
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from app.core.errors import DomainError
from app.core.redis import RedisError


def init_app(app: Flask) -> None:
    for command in (
        setup,
        seed,
        user,
        token,
        vapid,
        worker,
        clock,
        simulate,
        retention,
        chat_retention,
        verify,
        settings,
    ):
        app.cli.add_command(command)


@contextlib.contextmanager
def said_plainly() -> Iterator[None]:
    """What the shop, its database or its Redis refuses is a line for whoever typed the command, not a traceback."""
    from app.core.database import db

    try:
        yield
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise click.ClickException(f"DATABASE_URL: cannot use {db.engine.url!r} ({reason})") from None
    except RedisError as error:
        raise click.ClickException(f"REDIS_URL: {error}") from None


def check_push_keys() -> None:
    from app.environment import exit_if_refused
    from app.notifications.keys import start

    with exit_if_refused():
        start.check_keys(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command()
@with_appcontext
def setup() -> None:
    """Bring the database to the newest migration, and in the demo fill an empty shop."""
    from app.core import migration

    with said_plainly():
        migration.upgrade()
        check_push_keys()
        if current_app.config["SETTINGS"].is_demo:
            from app.demo.seed import seed_shop

            seed_shop()


@click.command()
@with_appcontext
def seed() -> None:
    """Fill an empty shop with the demo's products, pictures and accounts."""
    from app.demo.seed import seed_shop

    with said_plainly():
        done = seed_shop()
    click.echo("The demo shop is there." if done else "The shop has products already; none were added.")


@click.command()
@click.argument("email")
@click.option("--name", help="of a new account")
@click.option("--role", help="of a new account, shopper when it is missing; or from now on")
@click.option("--password", help="asked for when it is missing")
@click.option("--enable/--disable", "enabled", default=None, help="an account that there is already")
@with_appcontext
def user(email: str, name: str | None, role: str | None, password: str | None, enabled: bool | None) -> None:
    """Open an account, give it another role, or shut somebody out and let them in again."""
    from app.security.users import change_role, create_user, disable_user, enable_user

    with said_plainly():
        if enabled is None and role and not name:
            change_role(email, role)
            click.echo(f"{email} is {role} and signs in anew")
        elif enabled is None:
            if not name:
                raise click.UsageError("A new account needs --name.")
            password = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
            created = create_user(email, name, role or "shopper", password)
            click.echo(f"{created.email} is {created.role}")
        elif enabled:
            enable_user(email)
            click.echo(f"{email} may sign in again")
        else:
            disable_user(email)
            click.echo(f"{email} is signed out and may not sign in")


@click.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, help="may be given several times")
@click.option("--revoke", is_flag=True, help="end every token of this name")
@with_appcontext
def token(name: str, scopes: tuple[str, ...], revoke: bool) -> None:
    """Make an API token, which is shown this once, or revoke one."""
    from app.security.tokens import create_token, revoke_token

    with said_plainly():
        if revoke:
            revoke_token(name)
            click.echo(f"{name} opens nothing any more")
        else:
            click.echo(create_token(name, list(scopes)))


@click.command()
@click.option("--rotate", is_flag=True, help="make another; browsers change to it when they next open a page")
@with_appcontext
def vapid(rotate: bool) -> None:
    """Make the key by which push services know the shop, or show its public half."""
    from app.notifications.keys import start
    from app.notifications.keys import vapid as keys

    with said_plainly():
        keys.rotate_key() if rotate else keys.ensure_key()
        click.echo(start.describe_key())


@click.command()
@click.option("--burst", is_flag=True, help="stop when the queues are empty")
@with_appcontext
def worker(burst: bool) -> None:
    """Run queued jobs."""
    from app.core import jobs
    from app.notifications.delivery import waking

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    check_push_keys()
    if app.config["SETTINGS"].PUSH_ENABLE_WEB_PUSH:
        # Each job runs in a fork of this process; a push that waits for imports waits half a second.
        importlib.import_module(waking.DRAIN.rpartition(".")[0])
    with said_plainly():
        jobs.work(app, app.config["SETTINGS"].REDIS_URL, jobs.QUEUES, burst=burst)


@click.command()
@with_appcontext
def clock() -> None:
    """Run what happens by the clock, while this process holds the lease."""
    from app.core import schedule

    schedule.run(current_app._get_current_object())  # type: ignore[attr-defined]


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


@click.command()
@with_appcontext
def retention() -> None:
    """Roll up and delete the history that is older than INVENTORY_MAX_HISTORY_DAYS, as the clock does every day."""
    from app.inventory.retention import prune_history

    with said_plainly():
        gone = prune_history()
    click.echo(f"{gone['movements']} movements and {gone['holds']} ended holds went.")
    if gone["damaged"]:
        raise click.ClickException(
            f"The history of {gone['damaged']} stock levels does not add up and was kept; run flask verify"
        )


@click.command("chat-retention")
@with_appcontext
def chat_retention() -> None:
    """Roll up and delete conversations that are older than CHAT_MESSAGE_RETENTION_DAYS, as the clock does every hour."""
    from app.chat.keeping.retention import keep_to_limits

    with said_plainly():
        kept = keep_to_limits()
    click.echo(f"{kept.messages} messages and {kept.rooms} empty rooms went.")
    if kept.stuck:
        raise click.ClickException(
            f"The files of {kept.stuck} messages cannot be deleted; they stay until then"
        )


@click.command()
@with_appcontext
def verify() -> None:
    """Prove that the stock is right, or name what is not."""
    from app.core import clock
    from app.inventory import verification

    begun = clock.perf()
    with said_plainly():
        findings, skus = verification.verify(), verification.count_skus()
    for finding in findings:
        click.echo(str(finding))
    took = f"({clock.perf() - begun:.1f} s)"
    if findings:
        raise click.ClickException(f"{len(findings)} findings among {skus} SKUs {took}")
    click.echo(f"All {skus} SKUs are right {took}")


@click.command()
def settings() -> None:
    """Print .env.example."""
    from app.settings import Settings
    from app.variables import describe

    click.echo("\n".join(describe(Settings)))
