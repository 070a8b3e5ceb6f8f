"""What leaves a play for somebody other than a card: dispatches, the contact ledger, and the events and segments that move plays."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key


class Dispatch(Base):
    """A letter, a notice in Slack or a webhook call, once, as it was written when it was decided (`content`).

    `kind` says what it is (`letter`, `notice`, `webhook`, `digest`, …). The outbox row with the subject `dispatch:ID`, or one of its
    own kind, sends it. `key` makes a repetition harmless where no play does. `version` rises with every change of what it shows.
    `opened` and `clicked` count people, not scanners, and only where tracking is switched on.
    """

    __tablename__ = "dispatches"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    play_id: Mapped[int | None] = mapped_column(ForeignKey("plays.id"))
    effect: Mapped[int] = mapped_column(default=0)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[str] = mapped_column(default="", server_default="")
    recipient: Mapped[str]
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    opened: Mapped[int] = mapped_column(default=0, server_default="0")
    clicked: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (
        Index("uq_dispatches_effect", "play_id", "effect", unique=True),
        Index("ix_dispatches_account", "account_id", "created_at"),
    )


class Touch(Base):
    """The contact ledger: one row for everything that reaches a customer, whatever playbook or person it came from."""

    __tablename__ = "touches"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[str]
    channel: Mapped[str]
    what: Mapped[str]
    playbook: Mapped[str | None]
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatches.id"))

    __table_args__ = (Index("ix_touches_account", "account_id", "at"), Index("ix_touches_contact", "contact_id", "at"))


class Event(Base):
    """Something that happened to an account: a webhook, a ticket, a click, an unsubscribing. `key` makes a repetition harmless."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    at: Mapped[datetime]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[str] = mapped_column(default="", server_default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    handled_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_events_new", "name", sqlite_where=text("handled_at IS NULL"), postgresql_where=text("handled_at IS NULL")),
        Index("ix_events_account", "account_id", "name", "at"),
    )


class Membership(Base):
    """An account's time in a segment. `left_at` None: it is in it now."""

    __tablename__ = "memberships"

    segment: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    entered_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
