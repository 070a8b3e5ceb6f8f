"""Writing to a contact: the form, the preview of what leaves, and what its writer is told when it could not leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from bot.messages.actions import Callback
from bot.messages.catalog.facts import Account, Cause, Person
from bot.messages.catalog.message import Message, Modal


@dataclass(frozen=True)
class Recipient:
    """A contact who may be written to."""

    id: str
    name: str
    role: str = ""


@dataclass(frozen=True)
class Barred:
    """A contact who is not written to: `why` in words."""

    name: str
    why: str


@dataclass(frozen=True)
class LetterChoice:
    """A letter that one may begin with. `name` is its folder's."""

    name: str
    about: str = ""


@dataclass(frozen=True)
class Language:
    code: str
    name: str


@dataclass(frozen=True)
class LastLetter:
    """The newest letter to the chosen contact. `who` None: no person wrote it. `at` may lie ahead: it waits for its morning."""

    who: Person | None
    subject: str
    at: datetime


@dataclass(frozen=True)
class Fullness:
    """Somebody has had `count` letters within `length`, where `allowed` are the limit. `whom` is empty for the account."""

    whom: str
    count: int
    allowed: int
    length: timedelta


@dataclass(frozen=True, kw_only=True)
class WriteModal(Modal):
    """The form. `turn` and `drawing` rise when its choices, or its text, are to be shown anew.

    `fitting` letters fit the alert, `others` do not; `letter` is the chosen one's name, or `BLANK`. `kept_from` names the contact for whom
    the text was written that the person then changed, when it no longer follows the choices; `problem` says why a letter could not be
    written. `morning` is the chosen contact's, in their zone. `unlisted`: how many contacts do not fit into the list. `faster`: somebody
    wrote to them while the form was open; `hasty`: it was sent off before it showed what the last choice led to.
    """

    template: ClassVar[str] = "write"
    callback: ClassVar[Callback] = Callback.ALERT_WRITE
    BLANK: ClassVar[str] = "-"
    account: Account
    cause: Cause | None = None
    metadata: str = ""
    turn: int = 0
    drawing: int = 0
    recipients: tuple[Recipient, ...]
    contact: str
    unlisted: int = 0
    barred: tuple[Barred, ...] = ()
    fitting: tuple[LetterChoice, ...] = ()
    others: tuple[LetterChoice, ...] = ()
    letter: str = BLANK
    languages: tuple[Language, ...]
    language: str
    subject: str = ""
    body: str = ""
    reply_to: str = ""
    morning: datetime
    later: bool = False
    now: datetime
    full: tuple[Fullness, ...] = ()
    last: LastLetter | None = None
    kept_from: str = ""
    cut: bool = False
    problem: str = ""
    faster: bool = False
    hasty: bool = False

    @property
    def recipient(self) -> Recipient:
        return next(one for one in self.recipients if one.id == self.contact)

    @property
    def begun_with(self) -> LetterChoice | None:
        return next((one for one in self.fitting + self.others if one.name == self.letter), None)

    @property
    def written_in(self) -> Language:
        return next(one for one in self.languages if one.code == self.language)

    @property
    def morning_words(self) -> str:
        """Thu 19 Nov at 09:00, Europe/Prague."""
        return f"{self.morning:%a} {self.morning.day} {self.morning:%b} at {self.morning:%H:%M}, {self.morning.tzinfo}"


@dataclass(frozen=True, kw_only=True)
class WritePreviewModal(Modal):
    """What leaves, as it leaves. `at` None: at once. `reply_to` empty: answers go to the sender."""

    template: ClassVar[str] = "write-preview"
    callback: ClassVar[Callback] = Callback.NOTICE
    sender: str
    to: str
    reply_to: str
    subject: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LetterWaitingNotice(Message):
    """To whoever wrote a letter that leaves in its reader's morning. It `waits` until then, unless somebody withdraws it."""

    template: ClassVar[str] = "letter-waiting"
    letter_id: int
    account: Account | None
    to: str
    subject: str
    text: str
    leaves: datetime
    waits: bool = True
    withdrawn_by: Person | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LetterUnsentNotice(Message):
    """To whoever wrote a letter that did not leave, or came back: `why` in words."""

    template: ClassVar[str] = "letter-unsent"
    account: Account | None
    to: str
    subject: str
    why: str
