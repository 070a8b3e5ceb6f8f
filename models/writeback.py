"""What goes back to the CRM, and notes on accounts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key


class Writeback(Base):
    """A change of an account's record in the CRM, decided by a person.

    `old` is what the preview showed, `new` what is to stand there, `found` what stood there instead when it was refused; each by field
    (`outcome`, `note`, `next_step`). `state`: `offered` (a preview, which asks for nothing yet), `waiting`, `written`, `refused` (the
    record had changed), `failed`, `undoing`, `undone`.
    `key` makes a form that is sent twice one change. `retry_at` is the machine's time, `undo_until` business time.
    """

    __tablename__ = "writebacks"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id"))
    by: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    old: Mapped[dict[str, Any]]
    new: Mapped[dict[str, Any]]
    found: Mapped[dict[str, Any] | None]
    problem: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    retry_at: Mapped[datetime | None]
    written_at: Mapped[datetime | None]
    undo_until: Mapped[datetime | None]
    undone_by: Mapped[str | None]

    __table_args__ = (
        Index(
            "ix_writebacks_waiting",
            "retry_at",
            sqlite_where=text("state IN ('waiting', 'undoing')"),
            postgresql_where=text("state IN ('waiting', 'undoing')"),
        ),
    )


class Note(Base):
    """What somebody wrote down about an account. `link` leads to the Slack message that it came from."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    by: Mapped[str]
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None]

    __table_args__ = (Index("ix_notes_account", "account_id", "at"),)
