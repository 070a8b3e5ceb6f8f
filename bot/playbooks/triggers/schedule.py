"""`{schedule: "0 9 * * MON", segment: NAME}` — at the times of a cron line, for all accounts or those of a segment."""

from collections.abc import Iterable

from pydantic import field_validator
from sqlalchemy import literal, true

from bot.accounts.signals import Signals
from bot.documents.words import wrong
from bot.playbooks.triggers.cron import Cron
from bot.playbooks.triggers.trigger import Context, Firing, Instant, Problem, Trigger, unknown_segment


class ScheduleTrigger(Trigger):
    """Times of the workspace's zone. Of several that no sweep saw only the last is made up for."""

    schedule: str
    segment: str | None = None

    @field_validator("schedule")
    @classmethod
    def is_cron(cls, schedule: str) -> str:
        try:
            Cron.parse(schedule)
        except ValueError as error:
            cure = "allowed: minute, hour, day of month, month, day of week, as in cron: 0 9 * * MON"
            raise wrong(str(error), cure) from None
        return schedule

    def problems(self, context: Context) -> Iterable[Problem]:
        return unknown_segment("segment", self.segment, context) if self.segment else ()

    def firing(self, signals: Signals, instant: Instant) -> Firing | None:
        after = max(instant.first_seen_at, instant.fired_at or instant.first_seen_at)
        at = Cron.parse(self.schedule).latest(instant.zone, after, instant.now)
        if at is None:
            return None
        where = signals.catalogue.segments()[self.segment].expression if self.segment else true()
        return Firing(signals.table, where, literal(at.isoformat()))

    def in_words(self) -> str:
        return f"at the times {self.schedule}" + (f", for {self.segment}" if self.segment else "")
