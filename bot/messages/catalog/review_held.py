"""After a meeting: the question whether it was held, the forms that answer it, and what the question then shows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from bot.messages.actions import Callback
from bot.messages.catalog.facts import Account, Person
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.reviews import Invited
from bot.messages.catalog.writing import Language


@dataclass(frozen=True)
class AgreedTask:
    """`due` is a day where its owner is."""

    what: str
    owner: Person
    due: date


@dataclass(frozen=True, kw_only=True)
class HeldMessage(Message):
    """The question, and afterwards what came of the meeting. `state`: scheduled, moved, held, no_show or cancelled.

    `came` and `absent` are those of whom somebody said so, `invited` all. `who` said it, at `said_at`. `mood`: 1 to 5.
    """

    template: ClassVar[str] = "review-held"
    review_id: int
    state: str
    type: str
    account: Account
    at: datetime
    minutes: int
    came: tuple[Invited, ...] = ()
    absent: tuple[Invited, ...] = ()
    invited: tuple[Invited, ...] = ()
    decisions: str = ""
    note: str = ""
    mood: int | None = None
    tasks: tuple[AgreedTask, ...] = ()
    who: Person | None = None
    said_at: datetime | None = None


@dataclass(frozen=True)
class Attendee:
    """A participant in a form, by number. `ours`: a teammate. `answer` as the calendar has it."""

    number: int
    name: str
    ours: bool = False
    answer: str = "needs-action"


@dataclass(frozen=True)
class TaskRow:
    """What was typed into a row of the form: `owner` is a Slack user, `due` a day as Slack writes it."""

    what: str = ""
    owner: str | None = None
    due: str | None = None


@dataclass(frozen=True, kw_only=True)
class HeldModal(Modal):
    """What came of a meeting. `came` are the numbers of those who are ticked; `crm` None: nothing can be written there, else whether it is
    ticked; `minutes` the same of the letter, which is in `language`."""

    template: ClassVar[str] = "review-held-form"
    callback: ClassVar[Callback] = Callback.REVIEW_HELD
    MOST_TASKS: ClassVar[int] = 5
    BOXES: ClassVar[int] = 10
    """More people than Slack takes as boxes are chosen from a list."""
    metadata: str = "{}"
    review_id: int
    type: str
    account: Account
    at: datetime
    people: tuple[Attendee, ...] = ()
    came: tuple[int, ...] = ()
    note: str = ""
    decisions: str = ""
    mood: int | None = None
    rows: tuple[TaskRow, ...] = (TaskRow(), TaskRow())
    crm: bool | None = None
    minutes: bool | None = None
    language: Language | None = None


@dataclass(frozen=True, kw_only=True)
class NoShowModal(Modal):
    """Who of the customer did not come: everybody is ticked."""

    template: ClassVar[str] = "review-no-show"
    callback: ClassVar[Callback] = Callback.REVIEW_NO_SHOW
    BOXES: ClassVar[int] = HeldModal.BOXES
    review_id: int
    type: str
    account: Account
    at: datetime
    people: tuple[Attendee, ...] = ()

    @property
    def metadata(self) -> str:
        return str(self.review_id)
