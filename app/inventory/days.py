"""Days of the shop: in its own time zone, from midnight to midnight, 23 or 25 hours long when the clocks change."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

from app.core import clock

ONE = timedelta(days=1)


def zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["SETTINGS"].SHOP_TIMEZONE)


def day_of(moment: int) -> date:
    return clock.from_ms(moment).astimezone(zone()).date()


def today() -> date:
    """For display."""
    return day_of(clock.now_ms())


def begin_of(day: date) -> int:
    """The first millisecond of the day. Where the clocks skip midnight, the moment at which they do."""
    return int(datetime.combine(day, time.min, zone()).timestamp() * 1000)
