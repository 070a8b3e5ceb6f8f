"""When people are busy by their own calendars. A form waits for that, but not for long: what was not read in time is said there."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.accounts.business_hours import Span
from bot.connectors.ports import Busy, CalendarFailed, Calendars
from bot.log import log

AT_ONCE = 8
KEPT, KEPT_FAILED = 60.0, 10.0
"""Seconds for which an answer, or that there was none, serves: a form is drawn anew at each choice."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Owner:
    """Whose calendar is read. `zone` is where whole days begin for them."""

    email: str
    name: str
    zone: ZoneInfo


@dataclass(frozen=True)
class Taken:
    """What is known: spans by whoever is busy then. `unread`: names of those whose calendar could not be read."""

    busy: Mapping[Owner, Sequence[Busy]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    @property
    def uids(self) -> set[str]:
        return {one.uid for spans in self.busy.values() for one in spans if one.uid}

    def but(self, uids: set[str]) -> "Taken":
        """Without these events: of our own meetings more is known here."""
        return Taken({who: [one for one in spans if one.uid not in uids] for who, spans in self.busy.items()}, self.unread)

    @property
    def spans(self) -> list[Span]:
        return sorted({(one.start, one.end) for spans in self.busy.values() for one in spans})

    def at(self, span: Span) -> tuple[str, ...]:
        """Who has something on then."""
        taken = (who.name for who, spans in self.busy.items() if any(one.start < span[1] and span[0] < one.end for one in spans))
        return tuple(sorted(taken))


NOTHING = Taken()


@dataclass(frozen=True)
class _Reading:
    """`since` on the machine's monotonic clock."""

    task: "asyncio.Future[list[Busy] | None]"
    since: float

    @property
    def serves(self) -> bool:
        failed = self.task.done() and self.task.result() is None
        return time.monotonic() - self.since < (KEPT_FAILED if failed else KEPT)


class Diaries:
    """Reads calendars side by side, each at most once a minute. `within`: the seconds that a form waits for all of them together."""

    def __init__(self, calendars: Calendars, within: float) -> None:
        self._calendars, self._within = calendars, within
        self._threads = ThreadPoolExecutor(AT_ONCE, "calendar-read")
        self._readings: dict[tuple[str, datetime, datetime], _Reading] = {}

    async def read(self, owners: Sequence[Owner], window: Span) -> Taken:
        """A reading that comes too late goes on: the form's next drawing has it."""
        self._readings = {key: one for key, one in self._readings.items() if one.serves}
        start, end = _midnight(window[0]), _midnight(window[1]) + DAY
        tasks = {owner: self._reading(owner, start, end) for owner in owners}
        if tasks:
            await asyncio.wait(set(tasks.values()), timeout=self._within)
        known = {owner: task.result() if task.done() else None for owner, task in tasks.items()}
        busy = {owner: spans for owner, spans in known.items() if spans is not None}
        return Taken(busy, tuple(owner.name for owner, spans in known.items() if spans is None))

    def _reading(self, owner: Owner, start: datetime, end: datetime) -> "asyncio.Future[list[Busy] | None]":
        key = (owner.email.lower(), start, end)
        if key not in self._readings:
            self._readings[key] = _Reading(asyncio.ensure_future(self._asked(owner, start, end)), time.monotonic())
        return self._readings[key].task

    async def _asked(self, owner: Owner, start: datetime, end: datetime) -> list[Busy] | None:
        work = partial(self._calendars.busy, owner.email, start, end, owner.zone)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except CalendarFailed as error:
            log.warning("calendar_not_read", of=owner.email, problem=str(error))
        except Exception as error:  # a form must open whatever somebody's calendar holds
            log.error("calendar_not_read", of=owner.email, problem=str(error), exc_info=True)
        return None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _midnight(moment: datetime) -> datetime:
    """Whole days: a form that is drawn a minute later asks for the same."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
