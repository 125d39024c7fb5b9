"""`flask backup FOLDER` and `flask restore FOLDER`."""

import subprocess
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.core import clock
from app.core.errors import DomainError
from app.operations.backup.manifest import DATA, KEY_FILE


def init_app(app: Flask) -> None:
    for command in (backup, restore):
        app.cli.add_command(command)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def backup(folder: Path) -> None:
    """Write everything that restores this shop into FOLDER, which must be new; the shop may run meanwhile."""
    from app.operations.backup.writing import write_backup

    begun = clock.perf()
    try:
        done = write_backup(folder)
    except (DomainError, OSError) as error:
        raise click.ClickException(str(error)) from None
    rows = sum(done.counts.values())
    click.echo(
        f"{rows} rows and {len(done.files)} files ({done.bytes / 1e6:.1f} MB) are in {folder} "
        f"({clock.perf() - begun:.1f} s)"
    )
    if f"{DATA}/{KEY_FILE}" in done.files:
        click.echo("The shop's SECRET_KEY is among them: keep the folder as safe as the shop.")
    else:
        click.echo(
            "SECRET_KEY is not among them, since it was given to the shop: keep it where a restore finds it."
        )


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--new-key", is_flag=True, help="go on although SECRET_KEY is another one")
@with_appcontext
def restore(folder: Path, new_key: bool) -> None:
    """Bring the backup in FOLDER back into an empty database, DATA_DIR and Redis, and prove it."""
    from app.operations.backup.restoring import restore_backup
    from app.operations.findings import tell_age

    begun = clock.perf()
    try:
        done = restore_backup(folder, new_key=new_key)
    except (DomainError, OSError) as error:
        raise click.ClickException(str(error)) from None
    is_proved = prove()
    age = tell_age((clock.now_ms() - done.taken_at) / 1000)
    click.echo(f"Restored in {clock.perf() - begun:.1f} s (RTO), to what was true {age} ago (RPO).")
    if not is_proved:
        raise click.ClickException("The shop is back, but it is not proved that it is right; see above.")


def prove() -> bool:
    """By another process, because this one has started with a key that may have been replaced."""
    return subprocess.run([sys.executable, "-m", "app", "verify"], cwd=current_app.root_path).returncode == 0
