"""Looking an account up in a conversation, and noting something on it."""

import json
from dataclasses import dataclass
from typing import ClassVar

from bot.messages.actions import Callback
from bot.messages.catalog.answers import Hit
from bot.messages.catalog.facts import Account
from bot.messages.catalog.home import AccountSummary
from bot.messages.catalog.message import Message, Modal


@dataclass(frozen=True, kw_only=True)
class AccountUnfurl(Message):
    """A link to an account in the CRM, unfolded for everybody who reads the channel. `guarded`: people from outside read it too."""

    template: ClassVar[str] = "unfurl"
    summary: AccountSummary
    guarded: bool = False


@dataclass(frozen=True, kw_only=True)
class SummaryAnswer(Message):
    """The answer to a mention that one account fits."""

    template: ClassVar[str] = "summary"
    summary: AccountSummary


@dataclass(frozen=True, kw_only=True)
class SummaryChoice(Message):
    """The answer to a mention that several accounts fit. What is chosen opens for whoever chose it."""

    SHOWN: ClassVar[int] = 25
    template: ClassVar[str] = "summary-choice"
    query: str
    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True)
class NoteOrigin:
    """The message that a note is made of. `nonce` is of the opened form: sent twice, it makes one note."""

    channel: str
    ts: str
    nonce: str

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.ts}:{self.nonce}"

    @property
    def metadata(self) -> str:
        return json.dumps([self.channel, self.ts, self.nonce])

    @classmethod
    def read(cls, metadata: str) -> "NoteOrigin":
        return cls(*json.loads(metadata))


@dataclass(frozen=True, kw_only=True)
class LogModal(Modal):
    """Notes a message on an account. `text` is what the message said; `guess` the account that it seems to be about."""

    TEXT_LIMIT: ClassVar[int] = 3000
    template: ClassVar[str] = "log"
    callback: ClassVar[Callback] = Callback.LOG_TO_ACCOUNT
    origin: NoteOrigin
    text: str = ""
    guess: Account | None = None

    @property
    def metadata(self) -> str:
        return self.origin.metadata
