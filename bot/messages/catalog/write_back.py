"""What goes back to the CRM: the preview before, the receipt after."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from bot.messages.actions import Callback
from bot.messages.catalog.facts import Account, Person
from bot.messages.catalog.message import Message, Modal


class WritebackState(StrEnum):
    """Of a change. `refused` and `failed` with somebody who takes it back: it was the taking back."""

    OFFERED = "offered"
    WAITING = "waiting"
    WRITTEN = "written"
    REFUSED = "refused"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True)
class FieldChange:
    """A field of the record: what stood there, what is to stand there, and what was found there instead.

    `written` False: it was to stay as it was, and is told because somebody else has changed it.
    """

    name: str
    old: str | None
    new: str | None
    found: str | None = None
    written: bool = True

    @property
    def differs(self) -> bool:
        return (self.old or "").rstrip() != (self.new or "").rstrip()

    @property
    def changed_meanwhile(self) -> bool:
        return (self.old or "").rstrip() != (self.found or "").rstrip()


@dataclass(frozen=True, kw_only=True)
class WritebackModal(Modal):
    """The preview. `seen` False: the CRM did not answer, for the reason `problem`. `sees` False: what stands there is not shown."""

    template: ClassVar[str] = "write-back"
    callback: ClassVar[Callback] = Callback.WRITEBACK
    writeback_id: int
    account: Account
    changes: tuple[FieldChange, ...]
    seen: bool = True
    sees: bool = True
    problem: str = ""

    @property
    def metadata(self) -> str:
        return str(self.writeback_id)


@dataclass(frozen=True, kw_only=True)
class WritebackReceipt(Message):
    """What became of it. `undo_until` None: it cannot be taken back (any more)."""

    template: ClassVar[str] = "write-back-receipt"
    writeback_id: int
    account: Account
    state: WritebackState
    changes: tuple[FieldChange, ...]
    seen: bool = True
    sees: bool = True
    problem: str = ""
    undo_until: datetime | None = None
    undone_by: Person | None = None
