"""`flask threats`: who is kept out, and letting them in, for whoever is kept out themselves."""

import click
from flask.cli import with_appcontext

from app.core.clock import from_ms
from app.core.command_line import said_plainly
from app.core.database import transaction
from app.security.access import Caller
from app.security.threats import allowed, queries

CLI = Caller("cli", "admin", ())
HOUR_MS = 3600 * 1000


@click.group(invoke_without_command=True)
@click.pass_context
@with_appcontext
def threats(context: click.Context) -> None:
    """List who is kept out, slowed or logged now."""
    if context.invoked_subcommand:
        return
    for event in queries.list_in_force():
        until = from_ms(event.until_at).isoformat(timespec="minutes")
        click.echo(f"{event.kind:8} {event.client:40} until {until}  {', '.join(event.reasons)}")


@threats.command()
@click.argument("address")
@click.argument("note")
@click.option(
    "--hours",
    default=24,
    show_default=True,
    type=click.IntRange(1, 720),
    help="how long it counts for nothing",
)
@with_appcontext
def allow(address: str, note: str, hours: int) -> None:
    """Let ADDRESS, or a network such as 203.0.113.0/24, in now and never suspect it for a while. NOTE says whose it is."""
    with said_plainly(), transaction():
        network = allowed.allow_network(address, note, hours * HOUR_MS, CLI)
    click.echo(f"{network} is let in for {hours} hours")
