"""Playbooks as they were when first seen, how they stand, whom they match now, and their plays."""

from datetime import date, datetime
from typing import Any

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


class PlaybookStatus(Base):
    """How a playbook stands. `mode` is that of its file until an admin promotes it; a new version begins with its file's again.

    Paused: no play starts, running ones stand still; `paused_by` is a Slack user, or `staysail` when the file is gone.
    `fired_at` is the last moment of a `schedule` trigger that was acted on. `demoted_at`: its cards were too often wrong, so its
    alerts are lines of the digest until an admin restores it; verdicts before `restored_at` no longer count.
    """

    __tablename__ = "playbook_statuses"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    mode: Mapped[str]
    canary: Mapped[list[Any]] = mapped_column(default=list)
    first_seen_at: Mapped[datetime]
    mode_by: Mapped[str | None]
    mode_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str | None]
    fired_at: Mapped[datetime | None]
    demoted_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    restored_by: Mapped[str | None]


class Match(Base):
    """An account (or, for a playbook about contacts, a contact) that a playbook would begin a play for now.

    `held` is why none starts (None: one does); `occasion` is what set it off, so that the same occasion starts no second one.
    """

    __tablename__ = "matches"

    playbook: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    contact_id: Mapped[str] = mapped_column(primary_key=True, default="", server_default="")
    occasion: Mapped[str | None]
    since: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    held: Mapped[str | None]
    owner_email: Mapped[str | None]
    priority: Mapped[float | None] = mapped_column(Double)
    severity: Mapped[float | None] = mapped_column(Double)


class Play(Base):
    """One run of a playbook for one account, or for one contact there (`contact_id`, empty otherwise).

    `step` is the place in the playbook's program, `progress` what else the engine must remember (loops, variants, deadlines).
    Due plays are advanced. `waiting` says what besides `due_at` moves a play on: `alert` (its cards are to be closed),
    `condition`, or `event:NAME`. `silent` says why it touches nobody: `holdout` or `shadow`. `stratum` is the group in which
    its holdout was drawn. `occasion` is what set it off (a date, an event, an entry into a segment). `end_severity` is how bad it was
    when its alert was closed.
    """

    __tablename__ = "plays"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    playbook: Mapped[str]
    version: Mapped[int]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[str] = mapped_column(default="", server_default="")
    occasion: Mapped[str | None]
    silent: Mapped[str | None]
    stratum: Mapped[str | None]
    step: Mapped[int] = mapped_column(default=0)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    priority: Mapped[float | None] = mapped_column(Double)
    severity: Mapped[float | None] = mapped_column(Double)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    waiting: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    ended_by: Mapped[str | None]
    end_severity: Mapped[float | None] = mapped_column(Double)

    __table_args__ = (
        Index(
            "uq_plays_running",
            "playbook",
            "account_id",
            "contact_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("uq_plays_occasion", "playbook", "account_id", "contact_id", "occasion", unique=True),
        Index("ix_plays_due", "due_at", sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_plays_waiting", "waiting", sqlite_where=text("waiting IS NOT NULL"), postgresql_where=text("waiting IS NOT NULL")),
        Index("ix_plays_started", "started_at"),
        Index("ix_plays_account", "account_id", "playbook", "ended_at"),
        Index(
            "ix_plays_holdout",
            "playbook",
            "stratum",
            sqlite_where=text("stratum IS NOT NULL"),
            postgresql_where=text("stratum IS NOT NULL"),
        ),
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
