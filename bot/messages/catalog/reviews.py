"""Meetings with a customer: the form that plans one, and the message that its organizer has."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from bot.messages.actions import Callback
from bot.messages.catalog.facts import Account, Cause, Person
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.writing import Language, Recipient


class ReviewType(StrEnum):
    QBR = "qbr"
    EBR = "ebr"
    KICK_OFF = "kick_off"
    RENEWAL = "renewal"
    CALL = "call"


def city(zone: str) -> str:
    """What people call a zone: America/New_York → New York."""
    return zone.rpartition("/")[2].replace("_", " ")


@dataclass(frozen=True)
class Elsewhere:
    """The same moment in another zone. `outside`: the minutes by which it lies outside the hours there."""

    zone: str
    at: datetime
    outside: int = 0

    @property
    def words(self) -> str:
        """09:00 in New York."""
        return f"{self.at:%H:%M} in {city(self.zone)}"


@dataclass(frozen=True)
class ProposedTime:
    """`at` in the zone of whoever fills the form in. `outside`: the minutes by which it lies outside the organizer's own hours."""

    at: datetime
    elsewhere: tuple[Elsewhere, ...] = ()
    outside: int = 0

    @property
    def value(self) -> str:
        return self.at.astimezone(ZoneInfo("UTC")).isoformat()

    @property
    def words(self) -> str:
        """Thu 26 Nov at 15:00."""
        return f"{self.at:%a} {self.at.day} {self.at:%b} at {self.at:%H:%M}"


class Doubt(StrEnum):
    """What the person is warned of: outside the hours, on a day off, or somebody has another meeting, or is taken by their calendar."""

    OUTSIDE = "outside"
    DAY_OFF = "day_off"
    BUSY = "busy"
    TAKEN = "taken"


@dataclass(frozen=True)
class Warned:
    """`zone`: where it is outside the hours or a day off, `at` by the clocks there. `who`: has the meeting `other` then, or is taken."""

    doubt: Doubt
    at: datetime
    zone: str = ""
    who: tuple[str, ...] = ()
    other: Account | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewModal(Modal):
    """The form. `turn` and `drawing` rise when its times, or its agenda, are to be shown anew.

    `times` are proposed, `when` is the chosen one's value or `OWN`: then `day` and `clock` count, in `zone`. `meets` False: the hours of
    those who are to come never meet. `contacts` and `teammates` are those chosen. `tasks` are open tasks about the account, which the
    agenda does not name. `moving`: the meeting stands already. `warned`: it was not sent, for this; sent again it goes.
    `unread`: whose calendars could not be read.
    """

    template: ClassVar[str] = "review"
    callback: ClassVar[Callback] = Callback.REVIEW_SCHEDULE
    OWN: ClassVar[str] = "own"
    LENGTHS: ClassVar[tuple[int, ...]] = (15, 30, 45, 60, 90)
    account: Account
    cause: Cause | None = None
    metadata: str = "{}"
    turn: int = 0
    drawing: int = 0
    type: str = ReviewType.CALL
    times: tuple[ProposedTime, ...] = ()
    when: str = OWN
    day: str | None = None
    clock: str | None = None
    zone: str
    meets: bool = True
    minutes: int = 30
    place: str = ""
    contacts: tuple[Recipient, ...] = ()
    teammates: tuple[str, ...] = ()
    agenda: str = ""
    languages: tuple[Language, ...]
    language: str
    tasks: tuple[str, ...] = ()
    moving: bool = False
    warned: tuple[Warned, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def city(self) -> str:
        return city(self.zone)

    @property
    def written_in(self) -> Language:
        return next((one for one in self.languages if one.code == self.language), self.languages[0])


@dataclass(frozen=True)
class Invited:
    """Somebody who is to come. `slack_id` for one of ours. `answer`: needs-action, accepted, declined, tentative or delegated.

    `comment` is what they wrote beside it.
    """

    name: str
    email: str
    slack_id: str = ""
    answer: str = "needs-action"
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewMessage(Message):
    """A meeting as it stands, for its organizer. `state`: scheduled, cancelled or whatever became of it. `answers`: those of the people
    become known here. `asked`: it is over, and a message of its own asks whether it was held.
    `in_calendar`: their own entry is written into their calendar, and comes by no mail. `left`: the organizer is no longer with us; whoever
    looks after the account reads it now. `csm` has the account since it was planned, and reads it too.
    `customer`: `churned`, or `gone` from the CRM."""

    template: ClassVar[str] = "review-message"
    review_id: int
    state: str
    type: str
    account: Account
    at: datetime
    minutes: int
    place: str = ""
    people: tuple[Invited, ...] = ()
    agenda: str = ""
    answers: bool = False
    asked: bool = False
    in_calendar: bool = False
    moved: bool = False
    cancelled_at: datetime | None = None
    cancelled_by: Person | None = None
    organizer: Person | None = None
    left: bool = False
    csm: Person | None = None
    customer: str = ""


@dataclass(frozen=True, kw_only=True)
class CancelReviewModal(Modal):
    """`people`: how many are told."""

    template: ClassVar[str] = "review-cancel"
    callback: ClassVar[Callback] = Callback.REVIEW_CANCEL
    review_id: int
    version: int
    type: str
    account: Account
    at: datetime
    people: int

    @property
    def metadata(self) -> str:
        return json.dumps({"review_id": self.review_id, "version": self.version})


@dataclass(frozen=True)
class NextReview:
    """The account's next meeting. `who` are those of the customer."""

    type: str
    at: datetime
    organizer: Person
    who: Sequence[str] = ()
