"""Messages to be seen in Slack: what they show, and what they should show."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class OutboxMessage(Base):
    """One Slack message through its whole life. It needs work while `shown_version` is behind `wanted_version`.

    `subject` names what it shows (`alert:12`, `breaker:3`); the text is made when it is sent. `due_at` is business time (an
    owner's hours), `retry_at` and `claimed_until` are the machine's. `uncertain`: an attempt began and no clear answer is known,
    so the channel is searched for our id before anything is posted again. `dead_at`: given up, until a person resends it.
    """

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(primary_key=True)
    dedup_key: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str] = mapped_column(index=True)
    channel: Mapped[str]
    channel_id: Mapped[str | None]
    ts: Mapped[str | None]
    wanted_version: Mapped[int] = mapped_column(default=1)
    shown_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    retry_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    uncertain: Mapped[bool] = mapped_column(default=False)
    attempted_at: Mapped[datetime | None]
    shown_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(
            "ix_outbox_behind",
            "due_at",
            sqlite_where=text("shown_version < wanted_version AND dead_at IS NULL"),
            postgresql_where=text("shown_version < wanted_version AND dead_at IS NULL"),
        ),
        Index("ix_outbox_dead", "dead_at", sqlite_where=text("dead_at IS NOT NULL"), postgresql_where=text("dead_at IS NOT NULL")),
    )
