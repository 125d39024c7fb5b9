"""The figures of notifications as JSON."""

import datetime

from pydantic import BaseModel

from app.core.clock import from_ms
from app.notifications.figures.health import Health
from app.notifications.figures.queries import Report, Tally


class PushFigures(BaseModel):
    """`success` is accepted / (attempted - gone); the raw shares stand beside it. None where there is nothing to share."""

    attempted: int
    accepted: int
    displayed: int
    clicked: int
    dismissed: int
    gone: int
    failed: dict[str, int]
    suppressed: dict[str, int]
    emailed: int
    subscribed: int
    unsubscribed: int
    growth: int
    success: float | None
    acceptedShare: float | None
    displayedShare: float | None


class PushDay(BaseModel):
    day: datetime.date
    devices: int
    figures: PushFigures


class PushServiceHealth(BaseModel):
    """Of the last hour; times in ms."""

    origin: str
    devices: int
    accepted: int
    failures: dict[str, int]
    waiting: int
    p50: int | None
    p95: int | None
    pausedUntil: datetime.datetime | None
    pauseReason: str


class PushAnalytics(BaseModel):
    first: datetime.date
    last: datetime.date
    devices: int
    whole: PushFigures
    days: list[PushDay]
    categories: dict[str, PushFigures]
    templates: dict[str, PushFigures]
    services: dict[str, PushFigures]
    health: list[PushServiceHealth]


def analytics_out(report: Report, board: list[Health]) -> PushAnalytics:
    devices = report.devices
    return PushAnalytics(
        first=report.first,
        last=report.last,
        devices=report.active,
        whole=figures_out(report.whole),
        days=[
            PushDay(day=day, devices=devices[day], figures=figures_out(each))
            for day, each in report.by_day.items()
        ],
        categories={name: figures_out(each) for name, each in report.by_category.items()},
        templates={name: figures_out(each) for name, each in report.by_template.items()},
        services={name: figures_out(each) for name, each in report.by_service.items()},
        health=[health_out(each) for each in board],
    )


def figures_out(tally: Tally) -> PushFigures:
    return PushFigures(
        attempted=tally["attempted"],
        accepted=tally["accepted"],
        displayed=tally["displayed"],
        clicked=tally["clicked"],
        dismissed=tally["dismissed"],
        gone=tally["gone"],
        failed=tally.reasons("failed"),
        suppressed=tally.reasons("suppressed"),
        emailed=tally["emailed"],
        subscribed=tally["subscribed"],
        unsubscribed=tally["unsubscribed"],
        growth=tally.growth,
        success=tally.success,
        acceptedShare=tally.accepted_share,
        displayedShare=tally.displayed_share,
    )


def health_out(health: Health) -> PushServiceHealth:
    return PushServiceHealth(
        origin=health.origin,
        devices=health.devices,
        accepted=health.accepted,
        failures=dict(health.failures),
        waiting=health.waiting,
        p50=health.p50,
        p95=health.p95,
        pausedUntil=from_ms(health.paused_until) if health.paused_until else None,
        pauseReason=health.pause_reason,
    )
