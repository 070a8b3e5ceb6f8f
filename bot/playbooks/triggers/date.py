"""`{date: "renewal_on - 30d"}` — the day that the expression gives is reached."""

from collections.abc import Iterable

from sqlalchemy import Date, literal

from bot.accounts.signals import Signals
from bot.playbooks.condition import compile_date
from bot.playbooks.triggers.trigger import Context, Firing, Instant, Problem, Trigger, unreadable_date
from bot.playbooks.triggers.written import iso_day


class DateTrigger(Trigger):
    """An expression over date signals. A day that no sweep saw is made up for."""

    date: str

    def problems(self, context: Context) -> Iterable[Problem]:
        return unreadable_date("date", self.date, context)

    def firing(self, signals: Signals, instant: Instant) -> Firing:
        day = compile_date(self.date, signals.catalogue).expression
        return Firing(signals.table, day.between(literal(instant.since, Date), literal(instant.day, Date)), iso_day(day))

    def in_words(self) -> str:
        return f"on the day {self.date}"
