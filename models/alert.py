"""Alerts: something that needs a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import Double, ForeignKey, Index, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key

JUDGED = "ended IN ('resolved', 'dismissed')"
"""Reasons that stood when a person closed their alert. Written out: a database that gets the states apart does not see its index fit."""


class Alert(Base):
    """Something that needs a person. `version` rises with every change that its card must show. Why it stands say its reasons.

    `playbook`, `play_id` and `effect` (the number of the play's effect) tell what opened it; a task that a person set has none.
    `assigned_to` is a Slack user who stands in for the CRM's owner. `deadline` is when what is asked for is to be done; `take_by`
    when somebody must have taken it, `reminded_at` and `told_at` when its owner and then the managers were told that nobody had.
    `quiet`: it has no card, only a line in the digest. `reopens_id` is the alert, closed before, of which this is a worse return.
    """

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    play_id: Mapped[int | None] = mapped_column(ForeignKey("plays.id"))
    effect: Mapped[int] = mapped_column(default=0, server_default="0")
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    playbook: Mapped[str] = mapped_column(default="", server_default="")
    playbook_version: Mapped[int] = mapped_column(default=0, server_default="0")
    card: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    opened_at: Mapped[datetime]
    priority: Mapped[float | None] = mapped_column(Double)
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
    take_by: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    quiet: Mapped[bool] = mapped_column(default=False, server_default=false())
    reopens_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id"))

    __table_args__ = (
        Index("uq_alerts_effect", "play_id", "effect", unique=True),
        Index("ix_alerts_open", "account_id", "kind", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
        Index("ix_alerts_account", "account_id", "playbook", "closed_at"),
        Index("ix_alerts_opened", "opened_at"),
        Index("ix_alerts_take_by", "take_by", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")),
    )


class Reason(Base):
    """Why an alert stands: what one play of a playbook saw. The first one opened the alert, further ones joined it.

    `facts` are the values of the signals that its story needs, when it was last measured; `trend` its metric's last 13 weeks,
    oldest first. `cause` is what the playbook said at its beginning: reason, metric, about, terms of the condition, first values.
    `worst` is the highest severity seen. `ended` is how it ended: `recovered`, `not_true`, or the state in which its alert was closed.
    """

    __tablename__ = "reasons"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id"), index=True)
    play_id: Mapped[int | None] = mapped_column(ForeignKey("plays.id"))
    effect: Mapped[int] = mapped_column(default=0, server_default="0")
    playbook: Mapped[str] = mapped_column(default="", server_default="")
    playbook_version: Mapped[int] = mapped_column(default=0, server_default="0")
    began_at: Mapped[datetime]
    measured_at: Mapped[datetime]
    cause: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    trend: Mapped[list[Any]]
    severity: Mapped[float | None] = mapped_column(Double)
    worst: Mapped[float | None] = mapped_column(Double)
    got_worse: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]
    ended: Mapped[str | None]

    __table_args__ = (
        Index("uq_reasons_effect", "play_id", "effect", unique=True),
        Index("ix_reasons_open", "playbook", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
        Index("ix_reasons_ended", "playbook", "ended_at"),
        Index("ix_reasons_judged", "playbook", "ended_at", sqlite_where=text(JUDGED), postgresql_where=text(JUDGED)),
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
        Index("ix_traces_at", "at"),
        Index("ix_traces_funnel", "playbook", "what", "step"),
    )
