"""Who is to do what by when: reminders, absences, owners that change, and tasks for oneself."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from bot.messages.actions import Callback
from bot.messages.catalog.answers import AlertLine
from bot.messages.catalog.facts import Person, Side
from bot.messages.catalog.message import Message
from bot.messages.catalog.modals import AlertModal


class Stage(StrEnum):
    """Whom a reminder is for: whoever looks after the alert, the managers, or the person whose task is due."""

    OWNER = "owner"
    MANAGERS = "managers"
    TASK = "task"


@dataclass(frozen=True, kw_only=True)
class Reminder(Message):
    """Nobody has taken an alert in time, or a task is due.

    `by`: until when it was to be taken, or done. `absent`: for whom the reader stands in. `reminded`, `reminded_at`: who was
    reminded before the managers, if anybody could be.
    """

    template: ClassVar[str] = "reminder"
    stage: Stage
    line: AlertLine
    by: datetime
    absent: Person | None = None
    reminded: Person | None = None
    reminded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReminderList(Message):
    """Several of one stage for one reader, the most valuable account first."""

    SHOWN: ClassVar[int] = 10
    template: ClassVar[str] = "reminder-list"
    stage: Stage
    lines: tuple[Reminder, ...]
    total: int


@dataclass(frozen=True, kw_only=True)
class MovedSummary(Message):
    """The CRM names another owner for accounts with open alerts. `others`: whose they were, or whose they are now."""

    SHOWN: ClassVar[int] = 10
    template: ClassVar[str] = "moved"
    side: Side
    lines: tuple[AlertLine, ...]
    total: int
    others: tuple[Person | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StandInSummary(Message):
    """For whoever stands in. `back_on`: the day on which the absent person is back, where they are; `until`, a moment within a day.
    `over`: they are back. `replaced`: they are not, and the reader stands in no longer, but `instead` (None: nobody does)."""

    SHOWN: ClassVar[int] = 10
    template: ClassVar[str] = "stand-in"
    absent: Person
    lines: tuple[AlertLine, ...] = ()
    total: int = 0
    back_on: date | None = None
    until: datetime | None = None
    over: bool = False
    replaced: bool = False
    instead: Person | None = None


@dataclass(frozen=True, kw_only=True)
class AwayAnswer(Message):
    """What happens while somebody is away. `absent` None: the reader. `moved`: how many open alerts the stand-in was given."""

    template: ClassVar[str] = "away"
    absence_id: int
    managers: str
    absent: Person | None = None
    stand_in: Person | None = None
    moved: int = 0
    back_on: date | None = None
    until: datetime | None = None
    by_status: bool = False


@dataclass(frozen=True, kw_only=True)
class BackSummary(Message):
    """For somebody who is back: which of their alerts the stand-in has in hand."""

    SHOWN: ClassVar[int] = 10
    template: ClassVar[str] = "back"
    stand_in: Person
    lines: tuple[AlertLine, ...]
    total: int


@dataclass(frozen=True, kw_only=True)
class TaskModal(AlertModal):
    """`key` makes a form that is sent twice one task; `due` is the day that stands in it at first."""

    template: ClassVar[str] = "task"
    callback: ClassVar[Callback] = Callback.ALERT_TASK
    key: str
    due: date

    @property
    def metadata(self) -> str:
        return task_metadata(self.alert_id, self.key)


def task_metadata(alert_id: int, key: str) -> str:
    """`read_task_metadata` is its inverse."""
    return json.dumps({"alert_id": alert_id, "key": key})


def read_task_metadata(metadata: str) -> tuple[int, str]:
    found = json.loads(metadata)
    return int(found["alert_id"]), str(found["key"])
