"""The command line: `flask --app wsgi <command>`."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.core.errors import DomainError


def init_app(app: Flask) -> None:
    for command in (setup, seed, user, token, worker, clock, simulate, settings):
        app.cli.add_command(command)


@click.command()
@with_appcontext
def setup() -> None:
    """Bring the database to the newest migration, and in the demo fill an empty shop."""
    from app.core import migration

    migration.upgrade()
    if current_app.config["SETTINGS"].is_demo:
        from app.demo.seed import seed_shop

        seed_shop()


@click.command()
@with_appcontext
def seed() -> None:
    """Fill an empty shop with the demo's products, pictures and accounts."""
    from app.demo.seed import seed_shop

    try:
        done = seed_shop()
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    click.echo("The demo shop is there." if done else "The shop has products already; nothing was changed.")


@click.command()
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", default="shopper", show_default=True)
@click.password_option()
@with_appcontext
def user(email: str, name: str, role: str, password: str) -> None:
    """Open an account."""
    from app.security.users import create_user

    try:
        created = create_user(email, name, role, password)
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    click.echo(f"{created.email} is {created.role}")


@click.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="may be given several times")
@with_appcontext
def token(name: str, scopes: tuple[str, ...]) -> None:
    """Make an API token; it is shown this once."""
    from app.security.tokens import create_token

    try:
        click.echo(create_token(name, list(scopes)))
    except DomainError as error:
        raise click.ClickException(error.detail) from None


@click.command()
@click.option("--burst", is_flag=True, help="stop when the queues are empty")
@with_appcontext
def worker(burst: bool) -> None:
    """Run queued jobs."""
    from app.core import jobs

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    jobs.work(app, app.config["SETTINGS"].REDIS_URL, jobs.QUEUES, burst=burst)


@click.command()
@with_appcontext
def clock() -> None:
    """Run what happens by the clock, while this process holds the lease."""
    from app.core import schedule

    schedule.run(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command()
@click.option("--rate", default=2.0, show_default=True, help="purchases a second")
@click.option("--seconds", default=0.0, help="stop after; 0 goes on until interrupted")
@click.option("--url", default="", help="the shop; default this one's own address")
@with_appcontext
def simulate(rate: float, seconds: float, url: str) -> None:
    """Shoppers that browse and buy, so that the badges move."""
    from app.demo.simulate import simulate_shoppers

    settings = current_app.config["SETTINGS"]
    simulate_shoppers(url or f"http://localhost:{settings.PORT}", rate, seconds)


@click.command()
def settings() -> None:
    """Print .env.example."""
    from app.settings import Settings
    from app.variables import describe

    click.echo("\n".join(describe(Settings)))
