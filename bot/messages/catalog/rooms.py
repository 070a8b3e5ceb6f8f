"""Escalations: the form, the room's brief, and what is said about a room elsewhere."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from bot.messages.actions import Callback
from bot.messages.catalog.facts import Account, AccountFacts, Cause, Contact, HistoryLine, Person
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.modals import AlertModal, EarlierAlert


class Share(StrEnum):
    """What of an account may be told in its room. Money and comments only by those who see them."""

    FACTS = "facts"
    USAGE = "usage"
    CONTACTS = "contacts"
    HISTORY = "history"
    MONEY = "money"
    COMMENTS = "comments"


@dataclass(frozen=True)
class Helper:
    """A specialist who can be asked. `away`: they said so, or their Slack status does."""

    person: Person
    away: bool = False


@dataclass(frozen=True)
class Urgency:
    """`due`: until when an answer is expected, in the zone of whoever is asked; None while nobody is chosen."""

    name: str
    label: str
    due: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class EscalateModal(AlertModal):
    """`topics` are empty when settings name none; `whom` is the chosen specialist, None: somebody else, whom the form asks for.

    `key` makes a form that is sent twice one room.
    """

    SOMEBODY_ELSE: ClassVar[str] = "else"
    template: ClassVar[str] = "escalate"
    callback: ClassVar[Callback] = Callback.ALERT_ESCALATE
    key: str
    topics: tuple[str, ...] = ()
    topic: str = ""
    helpers: tuple[Helper, ...] = ()
    whom: Person | None = None
    urgencies: tuple[Urgency, ...] = ()
    offered: tuple[Share, ...] = tuple(Share)

    @property
    def metadata(self) -> str:
        who = self.whom.slack_id if self.whom else None
        return json.dumps({"alert_id": self.alert_id, "key": self.key, "topic": self.topic, "whom": who})


class RoomState(StrEnum):
    OPENING = "opening"
    ASKED = "asked"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True)
class Picture:
    """A chart that was given to Slack: its file's id, and its numbers in words."""

    file: str
    alt: str


@dataclass(frozen=True)
class RoomEnd:
    by: Person | None
    at: datetime
    outcome: str
    summary: str = ""
    next_step: str = ""


@dataclass(frozen=True)
class Told:
    """What of the account is told in the room; what was not to be shared is empty here."""

    facts: AccountFacts | None = None
    contacts: tuple[Contact, ...] = ()
    earlier: tuple[EarlierAlert, ...] = ()
    timeline: tuple[HistoryLine, ...] = ()
    comments: tuple[str, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, kw_only=True)
class RoomBrief(Message):
    """The first message of a room, pinned: who asks what of whom, and what is known. Also the facts of its canvas.

    `canvas` False: there is none, so this message tells what would stand there. `problems`: what could not be done for the room.
    """

    template: ClassVar[str] = "room"
    CANVAS: ClassVar[str] = "room/canvas.md.j2"
    room_id: int
    state: RoomState
    account: Account
    cause: Cause
    since: datetime
    asker: Person
    specialist: Person
    urgency: str
    topic: str = ""
    need: str
    asked_at: datetime
    answer_by: datetime | None = None
    zone: str = "UTC"
    answered_at: datetime | None = None
    told: Told = Told()
    canvas: bool = True
    problems: tuple[str, ...] = ()
    end: RoomEnd | None = None


class Word(StrEnum):
    """REMINDER: to the specialist. OVERDUE: to the managers. RETURNED: to the asker. PASSED_ON: in the room, to the next specialist.
    SUMMARY: in the room, before it is archived. STUCK, GIVEN_UP: to the admins and the asker, when a step fails."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    RETURNED = "returned"
    PASSED_ON = "passed_on"
    SUMMARY = "summary"
    STUCK = "stuck"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, kw_only=True)
class RoomWord(Message):
    """One sentence or two about a room. `who` did it; `whom`: the specialist it is about; `note`: what somebody wrote.

    `step`: the step that failed, `problem` why; `due`: until when an answer was, or is, expected.
    """

    template: ClassVar[str] = "room-word"
    word: Word
    account: Account
    cause: Cause
    channel_id: str | None = None
    who: Person | None = None
    whom: Person | None = None
    need: str = ""
    note: str = ""
    due: datetime | None = None
    step: str = ""
    problem: str = ""
    end: RoomEnd | None = None


@dataclass(frozen=True, kw_only=True)
class RoomReturnModal(Modal):
    """Handing back, or, when it was handed back already (`returned`), asking somebody else."""

    template: ClassVar[str] = "room-return"
    callback: ClassVar[Callback] = Callback.ROOM_RETURN
    room_id: int
    account: Account
    cause: Cause
    need: str
    returned: bool = False

    @property
    def metadata(self) -> str:
        return json.dumps({"room_id": self.room_id})


class RoomOutcome(StrEnum):
    """How an escalation ended; also the words that go to the CRM."""

    SOLVED = "solved"
    PARTLY = "partly solved"
    NOT_SOLVED = "not solved"
    NOT_NEEDED = "no longer needed"


@dataclass(frozen=True, kw_only=True)
class RoomCloseModal(Modal):
    """`to_crm`: the end can be written to the CRM, and is unless somebody unticks it."""

    template: ClassVar[str] = "room-close"
    callback: ClassVar[Callback] = Callback.ROOM_CLOSE
    OUTCOMES: ClassVar[tuple[RoomOutcome, ...]] = tuple(RoomOutcome)
    room_id: int
    account: Account
    cause: Cause
    to_crm: bool = False

    @property
    def metadata(self) -> str:
        return json.dumps({"room_id": self.room_id})
