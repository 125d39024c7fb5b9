"""The figures of several days together: what the page of analytics, its file and the API tell."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from app.core.clock import from_ms
from app.core.database import db, read_now
from app.notifications.figures import rollups
from app.notifications.figures.collecting import Count, Span
from app.notifications.models import Subscription

ONE = timedelta(days=1)
SERVICES = {
    "googleapis.com": "Google",
    "google.com": "Google",
    "mozilla.com": "Mozilla",
    "apple.com": "Apple",
    "windows.com": "Windows",
}


class Tally(Counter[str]):
    """Counts by figure."""

    @property
    def success(self) -> float | None:
        """What was accepted, of all that could have been: devices that are gone are nobody's failure."""
        return share(self["accepted"], self["attempted"] - self["gone"])

    @property
    def accepted_share(self) -> float | None:
        return share(self["accepted"], self["attempted"])

    @property
    def displayed_share(self) -> float | None:
        return share(self["displayed"], self["accepted"])

    @property
    def clicked_share(self) -> float | None:
        return share(self["clicked"], self["accepted"])

    @property
    def failed(self) -> int:
        return sum(self.reasons("failed").values())

    @property
    def growth(self) -> int:
        """Devices that came, less those that went for whatever reason."""
        return self["subscribed"] - self["unsubscribed"] - sum(self.reasons("ended").values())

    def reasons(self, figure: str) -> dict[str, int]:
        """The most frequent first."""
        start = f"{figure}:"
        return {name.removeprefix(start): n for name, n in self.most_common() if n and name.startswith(start)}


@dataclass(frozen=True)
class Report:
    first: date
    last: date
    active: int
    whole: Tally = field(default_factory=Tally)
    by_day: dict[date, Tally] = field(default_factory=dict)
    by_category: dict[str, Tally] = field(default_factory=dict)
    by_template: dict[str, Tally] = field(default_factory=dict)
    by_service: dict[str, Tally] = field(default_factory=dict)

    @property
    def devices(self) -> dict[date, int]:
        """How many were active when each day ended, counted back from now."""
        found, active = {}, self.active
        for day in sorted(self.by_day, reverse=True):
            found[day] = max(active, 0)
            active -= self.by_day[day].growth
        return dict(sorted(found.items()))


def read_report(length: int) -> Report:
    """Of the last days, today among them as of now."""
    now = read_now()
    last = day_of(now)
    first = last - (length - 1) * ONE
    days = {first + number * ONE: Tally() for number in range(length)}
    report = Report(first, last, count_active(), by_day=days)
    add_up(report, rollups.read(Span(rollups.begin_of_hour(begin_of(first)), now + 1)))
    return report


def add_up(report: Report, counts: Iterable[Count]) -> None:
    for count in counts:
        day = max(day_of(count.hour), report.first)
        parts = (
            (report.by_category, count.category),
            (report.by_template, count.template),
            (report.by_service, name_of(count.origin)),
        )
        tallies = [tallies.setdefault(name, Tally()) for tallies, name in parts if name]
        for tally in (report.whole, report.by_day[day], *tallies):
            tally[count.figure] += count.count


def count_active() -> int:
    active = sa.select(sa.func.count()).where(Subscription.status == "active")
    return db.session.scalar(active) or 0


def name_of(origin: str) -> str:
    """Of a push service; some of them have many hosts."""
    host = urlsplit(origin).hostname or ""
    return next((name for end, name in SERVICES.items() if host.endswith(f".{end}")), host)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


def zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["SETTINGS"].SHOP_TIMEZONE)


def day_of(moment: int) -> date:
    return from_ms(moment).astimezone(zone()).date()


def begin_of(day: date) -> int:
    return int(datetime.combine(day, time.min, zone()).timestamp() * 1000)
