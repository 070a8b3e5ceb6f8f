"""The Slack workspace as we know it, and what keeps several processes out of each other's way."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key


class Teammate(Base):
    """A Slack user, as Slack last described them. `groups` are the handles of the user groups that settings give roles to.

    `status_emoji` and `status_until` are their Slack status and when it runs out (None: it does not).
    """

    __tablename__ = "teammates"

    slack_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    timezone: Mapped[str | None]
    is_guest: Mapped[bool] = mapped_column(default=False)
    is_foreign: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    groups: Mapped[list[Any]] = mapped_column(default=list)
    status_emoji: Mapped[str | None]
    status_until: Mapped[datetime | None]
    read_at: Mapped[datetime]


class Absence(Base):
    """A teammate's time away. `stand_in` is the Slack user who looks after their accounts meanwhile.

    `source` is `command` or `status` (their Slack status says so). `until` None: until they are back; `ended_at`: they are.
    """

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    slack_id: Mapped[str] = mapped_column(index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    stand_in: Mapped[str | None]
    source: Mapped[str]
    ended_at: Mapped[datetime | None]


class Channel(Base):
    """A Slack channel that Staysail may see. `is_external`: people of other organisations are in it."""

    __tablename__ = "channels"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    is_private: Mapped[bool] = mapped_column(default=False)
    is_external: Mapped[bool] = mapped_column(default=False)
    is_archived: Mapped[bool] = mapped_column(default=False)
    read_at: Mapped[datetime]


class Override(Base):
    """A setting that an admin changed in Slack; it takes the place of what staysail.yml says under `key` (`limits.cards_a_day`)."""

    __tablename__ = "overrides"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    by: Mapped[str]
    at: Mapped[datetime]


class Receipt(Base):
    """An event of Slack's that was taken in: the same id again changes nothing."""

    __tablename__ = "receipts"

    id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)


class Job(Base):
    """The last run of a scheduled job, and the lease of the process that runs it now."""

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
    report: Mapped[dict[str, Any] | None]
