"""What all triggers share: the spec as it stands in the file, and what sets a playbook off now."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from sqlalchemy import FromClause, Text, cast, literal, null
from sqlalchemy.sql.elements import ColumnElement

from bot.accounts.catalogue import Catalogue
from bot.accounts.signals import Signals
from bot.clock import day_of
from bot.documents.words import one_of
from bot.errors import InvalidInput
from bot.playbooks.condition import compile_date

CATCH_UP: Final = timedelta(days=14)
"""For so long a day that no sweep saw is made up for. What is older has lost its occasion."""


@dataclass(frozen=True)
class Instant:
    """The moment of a pass, and what it must know of a playbook's past.

    `day` is the calendar day of `now` in the workspace's `zone`. `fired_at`: the last `now` at which a schedule was acted on.
    """

    now: datetime
    day: date
    zone: ZoneInfo
    first_seen_at: datetime
    fired_at: datetime | None = None

    @property
    def since(self) -> date:
        """The first day that still counts: never one from before the playbook was there."""
        return max(day_of(self.first_seen_at, self.zone), self.day - CATCH_UP)


@dataclass(frozen=True)
class Firing:
    """Whom a trigger means now: rows of `table` (the signals' own, perhaps joined) where `where` holds.

    `occasion` is what a play is begun for, NULL when it is only a state; the same occasion begins no second one. `contact` is the
    contact's id, empty when it is about the account. One row for each account and contact.
    """

    table: FromClause
    where: ColumnElement[bool]
    occasion: ColumnElement[Any] = field(default_factory=lambda: cast(null(), Text))
    contact: ColumnElement[str] = field(default_factory=lambda: literal(""))


@dataclass(frozen=True)
class Context:
    """What a trigger may name: signals, and segments as staysail.yml writes them."""

    catalogue: Catalogue
    segments: AbstractSet[str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with the value of `key`."""

    key: str
    problem: str
    cure: str


class Trigger(BaseModel):
    """The spec of one trigger, as it stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def problems(self, context: Context) -> Iterable[Problem]:
        """What only those who know the signals can see."""
        return ()

    def segments(self) -> frozenset[str]:
        """Segments whose entries and exits set it off."""
        return frozenset()

    def firing(self, signals: Signals, instant: Instant) -> Firing | None:
        """None: nobody now."""
        raise NotImplementedError

    def in_words(self) -> str:
        raise NotImplementedError


def unknown_segment(key: str, name: str, context: Context) -> Iterable[Problem]:
    if name not in context.segments:
        yield Problem(key, f"no segment is called `{name}`", one_of(name, context.segments))
    elif (found := context.catalogue.segments().get(name)) and found.broken:
        yield Problem(key, f"the segment `{name}` cannot be used", f"mend it first: {found.broken}")


def unreadable_date(key: str, text: str, context: Context) -> Iterable[Problem]:
    try:
        compile_date(text, context.catalogue)
    except InvalidInput as error:
        for finding in error.findings:
            yield Problem(key, finding.problem, finding.cure)
