"""The form that says what came of a meeting: as it is opened, as it comes back, and what is wrong with it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.alerts.tasks import wrong_day
from bot.clock import day_of
from bot.messages import catalog as m
from bot.messages.actions import Input, InputError
from bot.reviews.means import Means
from bot.team.directory import is_full_member
from models import Participant, Teammate

LONGEST, LONGEST_TASK = 3000, 300
DECLINED = "declined"
Wrong = dict[str, str]
"""What is wrong with the form, by its blocks: an input, or an input and the number of its row (`task_due:2`)."""


@dataclass(frozen=True)
class Row:
    """A task as it was typed: `owner` is a Slack user, `due` a day as Slack writes it."""

    what: str = ""
    owner: str | None = None
    due: str | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.what or self.owner or self.due)


@dataclass(frozen=True)
class HeldForm:
    """`came` are the participants' numbers; `mood` 1 to 5, if any was chosen; `crm` and `minutes`: whether the boxes are ticked."""

    review_id: int
    came: tuple[int, ...]
    note: str = ""
    decisions: str = ""
    mood: int | None = None
    rows: tuple[Row, ...] = (Row(), Row())
    crm: bool = True
    minutes: bool = False

    def with_more_rows(self) -> Self:
        return replace(self, rows=(*self.rows, Row())[: m.HeldModal.MOST_TASKS])

    @property
    def tasks(self) -> Sequence[tuple[int, Row]]:
        """Those that say anything, by the number of their row."""
        return [(number, row) for number, row in enumerate(self.rows, start=1) if not row.is_empty]


@dataclass(frozen=True)
class Ticket:
    """The form's `private_metadata`: which review, and how many rows of tasks the form has."""

    review_id: int
    rows: int = 2

    def dump(self) -> str:
        return json.dumps(vars(self))

    @classmethod
    def read(cls, text: str) -> Self:
        return cls(**json.loads(text))


def first_form(review_id: int, people: Sequence[Participant]) -> HeldForm:
    """Everybody is taken to have come but those who declined."""
    return HeldForm(review_id, tuple(one.id for one in people if one.answer != DECLINED))


@dataclass
class Read:
    """What a form says. `owners` are those of its tasks, by Slack id."""

    wrong: Wrong = field(default_factory=dict)
    owners: dict[str, Teammate] = field(default_factory=dict)


def read_form(session: Session, means: Means, form: HeldForm) -> Read:
    read = Read(_wrong_text(form))
    for number, row in form.tasks:
        read.wrong |= {f"{name}:{number}": text for name, text in _wrong_task(session, means, row, read.owners).items()}
    return read


def _wrong_text(form: HeldForm) -> Wrong:
    wrong: Wrong = {}
    if not form.came:
        wrong[Input.CAME] = InputError.CAME_MISSING
    if not (form.decisions or form.note):
        wrong[Input.AGREED] = "What was agreed, or what did you note? A few words of either, please."
    elif form.minutes and not (form.decisions or form.tasks):
        wrong[Input.AGREED] = "There is nothing to send: minutes say what was agreed and the tasks."
    for name, text in ((Input.AGREED, form.decisions), (Input.NOTE, form.note)):
        if len(text) > LONGEST:
            wrong[name] = InputError.BODY_LONG
    return wrong


def _wrong_task(session: Session, means: Means, row: Row, owners: dict[str, Teammate]) -> Mapping[str, str]:
    """By input. Who is found to be fit for it is added to the owners."""
    wrong: Wrong = {}
    if not row.what:
        wrong[Input.TASK_WHAT] = InputError.TASK_MISSING
    elif len(row.what) > LONGEST_TASK:
        wrong[Input.TASK_WHAT] = f"At most {LONGEST_TASK} characters, please."
    owner = session.get(Teammate, row.owner) if row.owner else None
    if owner and is_full_member(owner):
        owners[owner.slack_id] = owner
    else:
        wrong[Input.TASK_OWNER] = InputError.TEAMMATE_NOT_OURS if row.owner else InputError.TEAMMATE_MISSING
    zone = zone_or(owner.timezone if owner else None, means.zone)
    if mistake := wrong_day(row.due, day_of(means.now, zone)):
        wrong[Input.TASK_DUE] = mistake
    return wrong
