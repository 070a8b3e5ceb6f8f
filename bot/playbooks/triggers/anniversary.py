"""`{anniversary: started_on}` — the same day and month, every later year."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import Date, and_, case, literal

from bot.accounts.signals import Signals
from bot.playbooks.condition import compile_date
from bot.playbooks.triggers.trigger import Context, Firing, Instant, Problem, Trigger, unreadable_date
from bot.playbooks.triggers.written import month_and_day


class AnniversaryTrigger(Trigger):
    """A day that no sweep saw is made up for. 29 February has its anniversary on 28 February in common years."""

    anniversary: str

    def problems(self, context: Context) -> Iterable[Problem]:
        return unreadable_date("anniversary", self.anniversary, context)

    def firing(self, signals: Signals, instant: Instant) -> Firing | None:
        """There are few enough days that count to name them all. None when none does."""
        first = compile_date(self.anniversary, signals.catalogue).expression
        written = month_and_day(first)
        days = [instant.since + timedelta(days=at) for at in range((instant.day - instant.since).days + 1)]
        if not days:
            return None
        whens = [(and_(written.in_(_birthdays(day)), first < literal(date(day.year, 1, 1), Date)), day.isoformat()) for day in days]
        occasion = case(*whens)
        return Firing(signals.table, occasion.is_not(None), occasion)

    def in_words(self) -> str:
        return f"every year on the day of {self.anniversary}"


def _birthdays(day: date) -> list[str]:
    """Which months and days are celebrated on `day`: `02-28`."""
    own = f"{day:%m-%d}"
    tomorrow = day + timedelta(days=1)
    return [own, "02-29"] if own == "02-28" and tomorrow.month == 3 else [own]
