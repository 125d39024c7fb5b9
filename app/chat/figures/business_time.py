"""How much of a time the desk was open."""

from datetime import date, timedelta
from functools import cache

from app.chat.desk import hours


class BusinessTime:
    """The opening times as they are now, asked as often as one likes."""

    def __init__(self) -> None:
        self.week, self.holidays = hours.read_week(), hours.read_holidays()
        self.openings = cache(self.find_openings)

    def open_ms(self, start: int, end: int) -> int:
        day, last, total = hours.local(start).date(), hours.local(end).date(), 0
        while day <= last:
            for opens, closes in self.openings(day):
                total += max(0, min(closes, end) - max(opens, start))
            day += timedelta(days=1)
        return total

    def find_openings(self, day: date) -> list[tuple[int, int]]:
        return [
            (hours.moment_of(day, opens), end_of(day, closes))
            for opens, closes in hours.times_of(day, self.week, self.holidays)
        ]


def end_of(day: date, minute: int) -> int:
    """Midnight is the next day's."""
    return hours.moment_of(day + timedelta(days=minute // 1440), minute % 1440)
