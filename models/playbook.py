"""Playbooks as they were when first seen, whom they match now, and their plays."""

from datetime import date, datetime

from sqlalchemy import Double, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key


class PlaybookVersion(Base):
    """The text of a playbook version: a play in flight keeps the version that it started with."""

    __tablename__ = "playbook_versions"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    first_seen_at: Mapped[datetime]


class Match(Base):
    """An account for which a playbook's condition holds now. `held` is why no play starts for it (None: one does)."""

    __tablename__ = "matches"

    playbook: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    since: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    held: Mapped[str | None]
    owner_email: Mapped[str | None]
    priority: Mapped[float | None] = mapped_column(Double)
    severity: Mapped[float | None] = mapped_column(Double)


class Play(Base):
    """One run of a playbook for one account. Due plays are advanced; a play whose card is open waits for its alert."""

    __tablename__ = "plays"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    playbook: Mapped[str]
    version: Mapped[int]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    step: Mapped[int] = mapped_column(default=0)
    priority: Mapped[float | None] = mapped_column(Double)
    severity: Mapped[float | None] = mapped_column(Double)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]

    __table_args__ = (
        Index(
            "uq_plays_running",
            "playbook",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_plays_due", "due_at", sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_plays_started", "started_at"),
        Index("ix_plays_account", "account_id", "playbook", "ended_at"),
    )


class Breaker(Base):
    """Why alerts of a playbook, or of everything that reads a source, are held as a whole. One open row per subject and kind.

    `subject` is a playbook (kind `mass_drop`) or a source (kind `stale`). `decision` is `release`, `keep` or None.
    """

    __tablename__ = "breakers"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    figure: Mapped[float] = mapped_column(Double)
    limit: Mapped[float] = mapped_column(Double)
    count: Mapped[int]
    eligible: Mapped[int]
    playbooks: Mapped[str]
    newest_day: Mapped[date | None]
    opened_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index(
            "uq_breakers_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
