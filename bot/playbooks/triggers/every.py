"""`{every: 182d}` — again and again, each account on a day of its own within the period."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator
from sqlalchemy import case

from bot.accounts.signals import Signals
from bot.documents.words import shown, wrong
from bot.durations import describe, parse_duration
from bot.functions import id_number
from bot.playbooks.triggers.trigger import Firing, Instant, Trigger
from models import Account

SHORTEST, LONGEST = timedelta(days=1), timedelta(days=3650)
FIRST_DAY = date(1970, 1, 1)


def _period(value: Any) -> timedelta:
    try:
        length = parse_duration(str(value))
    except ValueError:
        length = timedelta()
    if not SHORTEST <= length <= LONGEST or length % SHORTEST:
        raise wrong(f"found {shown(value)}", "allowed: whole days from 1d to 3650d, such as 182d or 26w")
    return length


class EveryTrigger(Trigger):
    """The id of an account decides which day of the period is its own: so they are spread evenly, and stay where they are.

    A day that no sweep saw is made up for, of several the last one.
    """

    every: Annotated[timedelta, BeforeValidator(_period)]

    def firing(self, signals: Signals, instant: Instant) -> Firing | None:
        """There are few enough days that count to name them all. None when none does."""
        days = {place_of(day, self.every): day.isoformat() for day in self._days(instant)}
        if not days:
            return None
        own = id_number(Account.id) % self.every.days
        return Firing(signals.table, own.in_(days), case(days, value=own))

    def _days(self, instant: Instant) -> Iterable[date]:
        """Those that count, each at another place of the period."""
        count = min((instant.day - instant.since).days + 1, self.every.days)
        return (instant.day - timedelta(days=ago) for ago in range(count))

    def in_words(self) -> str:
        return f"every {describe(self.every)}, each account on a day of its own"


def place_of(day: date, period: timedelta) -> int:
    """Which day of its period a day is, counted from 0."""
    return (day - FIRST_DAY).days % period.days
