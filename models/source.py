"""Where numbers come from: the sources, and what the last measuring of each metric read."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Double, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Source(Base):
    """One thing that is read: `crm.accounts`, `crm.contacts`, `usage.<metric>`.

    `read_at` is the last reading that worked, `tried_at` the last attempt, `problem` why that one failed (None: it worked).
    `measured_for` is the day for which a metric was measured: its windows end before it.
    """

    __tablename__ = "sources"

    name: Mapped[str] = mapped_column(primary_key=True)
    tried_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    newest_day: Mapped[date | None]
    measured_for: Mapped[date | None]
    rows: Mapped[int] = mapped_column(default=0)
    bad_rows: Mapped[int] = mapped_column(default=0)
    bad_examples: Mapped[list[Any]] = mapped_column(default=list)
    problem: Mapped[str | None] = mapped_column(Text)


class Field(Base):
    """A CRM column that we have no name for, with the kind of value seen in it (number, text, date, boolean)."""

    __tablename__ = "fields"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]


class Reading(Base):
    """What the usage table said of one account: aggregates over both windows, not yet divided by days.

    A row measured before its source was last read belongs to an account that had no usage row in both windows since.
    """

    __tablename__ = "readings"

    metric: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(primary_key=True)
    measured_at: Mapped[datetime]
    recent: Mapped[float] = mapped_column(Double)
    baseline: Mapped[float] = mapped_column(Double)
    last_day: Mapped[date | None]

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it)
