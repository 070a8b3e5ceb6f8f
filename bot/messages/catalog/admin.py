"""`/stay admin`: what admins see and change, visible to the asker only."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from bot.messages.actions import AdminSection, Callback
from bot.messages.catalog.answers import DeadLetter, SourceLine
from bot.messages.catalog.cards import BreakerNotice
from bot.messages.catalog.facts import Person
from bot.messages.catalog.message import Message, Modal


@dataclass(frozen=True, kw_only=True)
class AdminAnswer(Message):
    """`said`: what the last click or form did."""

    section: AdminSection
    said: str = ""


@dataclass(frozen=True)
class SettingLine:
    """A setting. `place` is its line in the file (empty: it is not there); `by` and `at` who changed it in Slack and when.

    `shown` is the fingerprint of the value, `in_file` what counts when it is set back.
    """

    key: str
    label: str
    value: tuple[str, ...]
    shown: str
    place: str = ""
    by: Person | None = None
    at: datetime | None = None
    in_file: str = ""

    @property
    def reset_value(self) -> str:
        return f"{self.key}@{self.shown}"


@dataclass(frozen=True, kw_only=True)
class AdminOverview(AdminAnswer):
    """`ignored`: changes that no longer fit, a sentence each. The figures count what needs an admin."""

    template: ClassVar[str] = "admin-overview"
    section: AdminSection = AdminSection.OVERVIEW
    changed: tuple[SettingLine, ...] = ()
    ignored: tuple[str, ...] = ()
    sources_bad: int = 0
    held: int = 0
    dead: int = 0
    waiting: int = 0


@dataclass(frozen=True, kw_only=True)
class AdminSettings(AdminAnswer):
    template: ClassVar[str] = "admin-settings"
    lines: tuple[SettingLine, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConnectorLine:
    """A source, with the rows of its last reading that were no good."""

    source: SourceLine
    bad_rows: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AdminConnectors(AdminAnswer):
    template: ClassVar[str] = "admin-connectors"
    section: AdminSection = AdminSection.CONNECTORS
    now: datetime
    sources: tuple[ConnectorLine, ...] = ()
    lines: tuple[SettingLine, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AdminBreakers(AdminAnswer):
    SHOWN: ClassVar[int] = 10
    template: ClassVar[str] = "admin-breakers"
    section: AdminSection = AdminSection.BREAKERS
    held: tuple[BreakerNotice, ...] = ()
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class AdminLetters(AdminAnswer):
    """One page of what could not be sent, newest first."""

    PAGE_SIZE: ClassVar[int] = 8
    template: ClassVar[str] = "admin-letters"
    section: AdminSection = AdminSection.LETTERS
    letters: tuple[DeadLetter, ...] = ()
    total: int = 0
    page: int = 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.PAGE_SIZE))


@dataclass(frozen=True, kw_only=True)
class AdminEditModal(Modal):
    """`typed` stands in the input; `now` is what counts when it differs. `shown` is the fingerprint of what counts.

    `warning`: why the form came back; with `sure` the same text sent again is meant. `choices`: value and label of each.
    """

    template: ClassVar[str] = "admin-edit"
    callback: ClassVar[Callback] = Callback.ADMIN_EDIT
    key: str
    label: str
    hint: str
    typed: str
    shown: str
    lines: bool = False
    optional: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    warning: str = ""
    now: str = ""
    by: Person | None = None
    sure: str = ""
    reply_to: str = ""

    @property
    def metadata(self) -> str:
        return json.dumps({"key": self.key, "shown": self.shown, "sure": self.sure, "reply_to": self.reply_to})


@dataclass(frozen=True, kw_only=True)
class AdminDropModal(Modal):
    """A message that could not be sent is given up for good. `letter`: whether a customer is not written to."""

    template: ClassVar[str] = "admin-drop"
    callback: ClassVar[Callback] = Callback.ADMIN_DROP
    letter: DeadLetter
    page: int = 1
    reply_to: str = ""

    @property
    def metadata(self) -> str:
        return json.dumps({"id": self.letter.outbox_id, "page": self.page, "reply_to": self.reply_to})


def read_metadata(metadata: str) -> dict[str, Any]:
    """Of the forms of admins."""
    found: dict[str, Any] = json.loads(metadata)
    return found
