"""The workspace's channels: which of them people of other organisations read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from bot.bulk import upsert
from bot.database import Database
from bot.errors import SendFailed
from bot.log import log
from bot.team.directory import FRESH, LONG_AGO
from models import Channel, OutboxMessage

COLUMNS = ("id", "name", "is_private", "is_external", "is_archived", "read_at")


@dataclass(frozen=True)
class Seen:
    """A channel as Slack describes it."""

    id: str
    name: str
    is_private: bool
    is_external: bool
    is_archived: bool


class ChannelList(Protocol):
    """Every channel that the app may see. Raises SendFailed."""

    async def channels(self) -> list[Seen]: ...


class Channels:
    def __init__(self, database: Database, listing: ChannelList) -> None:
        self._database, self._listing = database, listing

    async def refresh(self, now: datetime) -> int:
        """Reads all of them. Returns how many there are."""
        seen = await self._listing.channels()
        await self._database.run(store, seen, now)
        return len(seen)

    async def refresh_quietly(self, now: datetime) -> None:
        """Reads all of them if that is old. Without an answer what was known before counts."""
        if (await self._database.read(newest) or LONG_AGO) > now - FRESH:
            return
        try:
            await self.refresh(now)
        except SendFailed as error:
            log.warning("channels_not_read", problem=str(error))


def newest(session: Session) -> datetime | None:
    return session.scalar(select(func.max(Channel.read_at)))


def store(session: Session, seen: Sequence[Seen], now: datetime) -> None:
    rows = [(one.id, one.name, one.is_private, one.is_external, one.is_archived, now) for one in seen]
    upsert(session, Channel.__table__, COLUMNS, rows)  # type: ignore[arg-type]


def mark_external(session: Session, channel_id: str, external: bool) -> None:
    """People of other organisations were let in, or are gone."""
    session.execute(update(Channel).where(Channel.id == channel_id).values(is_external=external))


def is_of(channel: ColumnElement[str] | str, channel_id: ColumnElement[str | None] | str | None = None) -> ColumnElement[bool]:
    """The channel that a message names: by `#name` or id, or by the id that Slack gave when it was posted."""
    return or_(Channel.id == channel_id, Channel.id == channel, "#" + Channel.name == channel)


def is_external(session: Session, channel: str) -> bool:
    """Whether people of other organisations read it, as far as is known."""
    return session.scalar(select(Channel.id).where(is_of(channel), Channel.is_external).limit(1)) is not None


def read_by_strangers(session: Session, subjects: Sequence[str]) -> Mapping[str, bool]:
    """Of these subjects of the outbox, those whose message is read by people of other organisations."""
    shown = select(OutboxMessage.subject).join(Channel, is_of(OutboxMessage.channel.expression, OutboxMessage.channel_id.expression))
    return dict.fromkeys(session.scalars(shown.where(OutboxMessage.subject.in_(subjects), Channel.is_external)), True)
