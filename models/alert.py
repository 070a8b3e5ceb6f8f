"""Alerts: something that needs a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Double, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key


class Alert(Base):
    """Something that needs a person. `version` rises with every change that its card must show.

    `facts` are the values of the signals that its story needs, when it was last measured; `trend` its metric's last 13 weeks,
    oldest first. `cause` is what the playbook said at the opening: reason, metric, about, terms of the condition, first values.
    `assigned_to` is a Slack user who stands in for the CRM's owner. `worst` is the highest severity seen. `effect` is the number of
    the play's effect that opened it. `deadline` is when what is asked for is to be done.
    """

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    play_id: Mapped[int] = mapped_column(ForeignKey("plays.id"))
    effect: Mapped[int] = mapped_column(default=0, server_default="0")
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    playbook: Mapped[str]
    playbook_version: Mapped[int]
    card: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    opened_at: Mapped[datetime]
    measured_at: Mapped[datetime]
    cause: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    trend: Mapped[list[Any]]
    priority: Mapped[float | None] = mapped_column(Double)
    severity: Mapped[float | None] = mapped_column(Double)
    worst: Mapped[float | None] = mapped_column(Double)
    got_worse: Mapped[bool] = mapped_column(default=False)
    owner_email: Mapped[str | None]
    assigned_to: Mapped[str | None]
    taken_by: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    outcome: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)
    deadline: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_alerts_effect", "play_id", "effect", unique=True),
        Index(
            "ix_alerts_open", "playbook", "account_id", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")
        ),
        Index("ix_alerts_account", "account_id", "playbook", "closed_at"),
        Index("ix_alerts_opened", "opened_at"),
    )


class Trace(Base):
    """One decision or deed, never changed afterwards: what, why, which rule and version, who (`actor`: a Slack user, or `staysail`).

    `step` is the place of a playbook's step in its file, as `3.then.1`.
    """

    __tablename__ = "traces"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    what: Mapped[str]
    account_id: Mapped[str | None]
    playbook: Mapped[str | None]
    playbook_version: Mapped[int | None]
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id"), index=True)
    play_id: Mapped[int | None] = mapped_column(Key, index=True)
    step: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        Index("ix_traces_account", "account_id", "at"),
        Index("ix_traces_funnel", "playbook", "what", "step"),
    )
