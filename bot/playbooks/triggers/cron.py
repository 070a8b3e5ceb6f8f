"""Cron lines with cron's own meaning, in a zone whose clocks change.

A time that the clocks skip in spring comes as much later; of one that they repeat in autumn the first counts. So a daily line
comes once on every day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

NAMES: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MARGIN: Final = timedelta(hours=3)
"""More than clocks ever change."""
WINDOWS: Final = (timedelta(hours=2), timedelta(days=1), timedelta(days=32), timedelta(days=366 * 9))


@dataclass(frozen=True)
class Cron:
    """It comes when one of `lines` does. They count wall time, for which UTC stands: it never changes."""

    lines: tuple[CronTrigger, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """ValueError says in one sentence what is wrong. A day of the month and a day of the week together mean either, as in cron."""
        fields = text.split()
        if len(fields) != 5:
            raise ValueError(f"found {len(fields)} fields")
        minute, hour, day, month, weekday = fields
        days = [(day, _weekdays(weekday))]
        if not day.startswith("*") and not weekday.startswith("*"):
            days = [(day, "*"), ("*", _weekdays(weekday))]
        lines = tuple(CronTrigger(minute=minute, hour=hour, day=d, month=month, day_of_week=w, timezone=UTC) for d, w in days)
        if not any(line.get_next_fire_time(None, datetime(2024, 1, 1, tzinfo=UTC)) for line in lines):
            raise ValueError(f"`{text}` never comes")
        return cls(lines)

    def latest(self, zone: ZoneInfo, after: datetime, until: datetime) -> datetime | None:
        """The last time later than `after` and not later than `until`, in UTC. Looks at the near past first: most lines come often."""
        for length in WINDOWS:
            start = max(after, until - length)
            times = [
                at
                for wall in self._wall_times(start.astimezone(zone), until.astimezone(zone))
                if start < (at := _instant(wall, zone)) <= until
            ]
            if times:
                return max(times)
            if start == after:
                return None
        return None

    def _wall_times(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Every time that may lie between, and some around."""
        last = end.replace(tzinfo=UTC) + MARGIN
        for line in self.lines:
            at = line.get_next_fire_time(None, start.replace(tzinfo=UTC) - MARGIN)
            while at is not None and at <= last:
                yield at
                at = line.get_next_fire_time(None, at + timedelta(minutes=1))


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """A skipped time is read with the distance to UTC from before the change; of a repeated one the first counts."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _weekdays(field: str) -> str:
    """Names in place of numbers: in cron 0 and 7 are Sunday, elsewhere 0 is Monday."""
    days = {day % 7 for part in field.split(",") for day in _days(part)}
    return "*" if len(days) == 7 else ",".join(NAMES[day] for day in sorted(days))


def _days(part: str) -> range:
    """`*`, `1-5`, `MON-FRI`, `*/2`."""
    span, _, written_step = part.partition("/")
    step = int(written_step) if written_step.isdecimal() else 1
    if not step or ("/" in part and not written_step.isdecimal()):
        raise ValueError(f"found `{part}` where a day of the week is needed")
    if span == "*":
        return range(0, 7, step)
    first, dash, last = span.partition("-")
    start = _day(first, part)
    end = _day(last, part) if dash else 6 if written_step else start
    if end == 0 and start:
        end = 7  # FRI-SUN
    if end < start:
        raise ValueError(f"found `{part}`, whose end comes before its start")
    return range(start, end + 1, step)


def _day(name: str, part: str) -> int:
    if name.lower() in NAMES:
        return NAMES.index(name.lower())
    if name in tuple("01234567"):
        return int(name)
    raise ValueError(f"found `{part}` where a day of the week is needed")
