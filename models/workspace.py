"""The Slack workspace as we know it, and what keeps several processes out of each other's way."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Teammate(Base):
    """A Slack user, as Slack last described them. `groups` are the handles of the user groups that settings give roles to."""

    __tablename__ = "teammates"

    slack_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    timezone: Mapped[str | None]
    is_guest: Mapped[bool] = mapped_column(default=False)
    is_foreign: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    groups: Mapped[list[Any]] = mapped_column(default=list)
    read_at: Mapped[datetime]


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
