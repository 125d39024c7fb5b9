"""`flask user` and `flask token`: giving access and taking it away without a page."""

import click
from flask.cli import with_appcontext

from app.core.command_line import said_plainly


@click.command()
@click.argument("email")
@click.option("--name", help="of a new account")
@click.option("--role", help="of a new account, shopper when it is missing; or from now on")
@click.option("--password", help="asked for when it is missing")
@click.option("--enable/--disable", "enabled", default=None, help="an account that there is already")
@click.option(
    "--reset-second-factor", "reset", type=click.Choice(["lost", "moved", "misused"]), help="and why"
)
@with_appcontext
def user(
    email: str,
    name: str | None,
    role: str | None,
    password: str | None,
    enabled: bool | None,
    reset: str | None,
) -> None:
    """Open an account, give it another role, shut somebody out and let them in again, or take a second factor away."""
    from app.security.doers import CLI
    from app.security.staff.people import reset_factor
    from app.security.users import change_role, create_user, disable_user, enable_user, find_user

    with said_plainly():
        if reset:
            found = find_user(email)
            reset_factor(found.public_id if found else "", reset, CLI)
            click.echo(f"{email} signs in with the password alone, or sets up another second factor")
        elif enabled is None and role and not name:
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
@click.option("--days", type=int, help="that it lasts; until it is revoked when missing")
@click.option("--revoke", is_flag=True, help="end every token of this name")
@with_appcontext
def token(name: str, scopes: tuple[str, ...], days: int | None, revoke: bool) -> None:
    """Make an API token, which is shown this once, or revoke one."""
    from app.security.tokens import create_token, revoke_token

    with said_plainly():
        if revoke:
            revoke_token(name)
            click.echo(f"{name} opens nothing any more")
        else:
            click.echo(create_token(name, list(scopes), days))
