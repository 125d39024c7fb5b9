"""Who may do what, and who did: accounts, second factors, the people who work here, programs, and the trail of it all."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def bind_trail(app: "Flask") -> None:
    from app.core import schedule
    from app.security.trail import anchors, earlier, proof, refusals, views

    views.init_app(app)
    refusals.init_app(app)
    schedule.every(app, 10, anchors.drop_due)
    schedule.every(app, 60, earlier.place_all)
    schedule.every(app, 3600, proof.queue_daily)


def bind_second_factors(app: "Flask") -> None:
    from app.core import schedule
    from app.security.factors import pending, views

    views.init_app(app)
    schedule.every(app, 3600, pending.prune)


def bind_accounts(app: "Flask") -> None:
    from app.core import schedule
    from app.security.accounts import address, registration, tries, views

    views.init_app(app)
    schedule.every(app, 3600, registration.prune)
    schedule.every(app, 3600, address.prune)
    schedule.every(app, 3600, tries.prune)


def bind_threats(app: "Flask") -> None:
    """The gate itself stands before the limits, in bind_platform."""
    from app.core import outbox, schedule
    from app.realtime import blocks
    from app.security.threats import allowed, commands, lifting, records, views

    views.init_app(app)
    app.cli.add_command(commands.threats)
    outbox.register(
        app, records.CLIENT_STOPPED, outbox.in_turn(records.client_stopped, blocks.client_stopped)
    )
    outbox.register(app, lifting.CLIENT_FREED, outbox.in_turn(records.client_freed, blocks.client_freed))
    schedule.every(app, 1, records.write_down)
    schedule.every(app, 10, records.refill)
    schedule.every(app, 300, blocks.tell_again)
    schedule.every(app, 3600, records.prune)
    schedule.every(app, 3600, allowed.prune)


def bind_staff(app: "Flask") -> None:
    from app.core import schedule
    from app.security import tokens
    from app.security.staff import invitations, views

    views.init_app(app)
    tokens.init_app(app)
    schedule.every(app, 3600, invitations.prune)
