"""The command line: `flask --app wsgi <command>`."""

import importlib
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.core.command_line import said_plainly
from app.demo.commands import simulate
from app.operations.commands import redis
from app.security.commands import token, user


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
        redis,
        settings,
    ):
        app.cli.add_command(command)


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
@click.option(
    "--anchors",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="file with anchors of the audit that were kept elsewhere, such as a copy of the log",
)
@with_appcontext
def verify(anchors: tuple[Path, ...]) -> None:
    """Prove that the stock and the audit are right, or name what is not."""
    from app.core import clock
    from app.inventory import verification
    from app.security.trail.proof import prove

    begun = clock.perf()
    with said_plainly():
        findings, skus, trail = verification.verify(), verification.count_skus(), prove(anchors)
    named = [*map(str, findings), *map(str, trail.breaks)]
    for finding in named:
        click.echo(finding)
    took = f"({clock.perf() - begun:.1f} s)"
    if named:
        among = f"{skus} SKUs and {trail.entries} audit entries"
        raise click.ClickException(f"{len(named)} findings among {among} {took}")
    click.echo(f"All {skus} SKUs are right {took}")
    click.echo(f"The audit is whole: {trail.entries} entries, {trail.anchors} anchors")


@click.command()
@click.option("--markdown", is_flag=True, help="print docs/configuration.md instead")
def settings(markdown: bool) -> None:
    """Print .env.example."""
    from app.reference import describe_settings
    from app.settings import Settings
    from app.variables import describe

    click.echo("\n".join(describe_settings(Settings) if markdown else describe(Settings)))
