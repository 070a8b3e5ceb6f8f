"""Escalations: the rooms in which specialists help."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key


class Room(Base):
    """An escalation and the Slack channel opened for it.

    `state`: `opening` (its steps are being done), `asked`, `accepted`, `returned` (handed back), `closing`, `closed`. `done` holds what
    each finished step gave, by the step's name, so that a process that dies goes on where it stood; `problems` what could not be done,
    in words. `key` makes a form that is sent twice one room. `shared` names what of the account is told there; `need` is what is asked.
    `answer_by` is when the specialist must have answered; `version` rises with every change that its brief must show.
    """

    __tablename__ = "rooms"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    specialist: Mapped[str]
    topic: Mapped[str] = mapped_column(default="", server_default="")
    urgency: Mapped[str]
    need: Mapped[str] = mapped_column(Text)
    shared: Mapped[list[Any]] = mapped_column(default=list)
    channel_id: Mapped[str | None] = mapped_column(index=True)
    channel_name: Mapped[str | None]
    done: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    problems: Mapped[list[Any]] = mapped_column(default=list)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    attempted_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    reminded_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    outcome: Mapped[str | None]
    summary: Mapped[str | None] = mapped_column(Text)
