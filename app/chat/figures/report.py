"""The figures of several days together: what the page of analytics, its file and the API tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from app.chat.figures import rollups
from app.chat.figures.day_figures import Figure, Figures
from app.chat.figures.figures import SATISFIED, Summary, service_level, share, summarise
from app.core.database import read_now
from app.inventory import days

SIDES = ("shopper", "agent", "system")
DURATIONS = {
    "first_response": "frt_ms",
    "first_response_open": "frt_open_ms",
    "response": "response_ms",
    "response_open": "response_open_ms",
    "wait": "wait_ms",
    "resolution": "resolution_ms",
    "resolution_open": "resolution_open_ms",
    "session": "duration_ms",
}


@dataclass(frozen=True)
class Tally:
    """The figures of one or several days, of all kinds of conversations or of one."""

    figures: Figures
    kind: str | None = None

    def values(self, name: str) -> list[int]:
        parts = self.parts(DURATIONS[name])
        return [value for _, each in parts for value in each.values]

    def summary(self, name: str) -> Summary:
        return summarise(self.values(name))

    def count(self, metric: str) -> int:
        return sum(each.n for _, each in self.parts(metric))

    def parts(self, metric: str) -> Iterator[tuple[str, Figure]]:
        """With what each is of."""
        for (name, split), each in self.figures.items():
            if name == metric and self.kind in (None, kind_of(metric, split)):
                yield split, each

    def sum(self, metric: str) -> int:
        return sum(each.value for _, each in self.parts(metric))

    def messages(self, side: str | None = None, hour: int | None = None) -> int:
        wanted = (side, None if hour is None else str(hour))
        return sum(
            each.n
            for split, each in self.parts("messages")
            if all(want in (None, is_) for want, is_ in zip(wanted, split.split(":")[::2], strict=True))
        )

    @cached_property
    def scores(self) -> dict[int, int]:
        found = dict.fromkeys(range(1, 6), 0)
        for split, each in self.parts("ratings"):
            found[int(split.partition(":")[2])] += each.n
        return found

    @property
    def satisfaction(self) -> float | None:
        """The share of ratings that were 4 or 5."""
        return share(sum(self.scores[score] for score in SATISFIED), sum(self.scores.values()))

    @property
    def service_level(self) -> float | None:
        return service_level(self.values("first_response"), self.count("abandoned"))

    @property
    def abandonment(self) -> float | None:
        return share(self.count("abandoned"), len(self.values("wait")))

    @property
    def reopen_rate(self) -> float | None:
        return share(self.count("reopened"), len(self.values("resolution")))

    @property
    def utilisation(self) -> float | None:
        """Slots that were taken, of those that were offered, each for as long as it was."""
        return share(total(self.figures, "slots_used_ms"), total(self.figures, "slots_offered_ms"))

    @property
    def occupancy(self) -> float | None:
        """The share of the time that agents were available in which they had at least one conversation."""
        return share(total(self.figures, "busy_ms"), total(self.figures, "available_ms"))


def kind_of(metric: str, split: str) -> str:
    return split.split(":")[1] if metric == "messages" else split.partition(":")[0]


def total(figures: Figures, metric: str) -> int:
    return figures[metric, ""].value if (metric, "") in figures else 0


@dataclass(frozen=True)
class Report:
    first: date
    last: date
    kind: str | None
    by_day: dict[date, Tally]
    whole: Tally

    @property
    def is_empty(self) -> bool:
        return not self.whole.figures


def read_report(length: int, kind: str | None = None) -> Report:
    """Of the last days, today among them. `kind` narrows it to one kind of conversations with the desk."""
    last = days.day_of(read_now())
    first = last - (length - 1) * days.ONE
    read = rollups.read_days(first, last)
    whole = Figures()
    for figures in read.values():
        whole.merge(figures)
    by_day = {day: Tally(figures, kind) for day, figures in read.items()}
    return Report(first, last, kind, by_day, Tally(whole, kind))
