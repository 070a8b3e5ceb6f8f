"""The directory: who is who in the Slack workspace, kept in the database and read again when it is old or a person is unknown."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from bot.bulk import upsert
from bot.database import Database
from bot.errors import SendFailed
from bot.log import log
from bot.team.member import Member
from models import Teammate

FRESH = timedelta(hours=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = (
    "slack_id", "email", "name", "timezone", "is_guest", "is_foreign", "is_active", "groups", "status_emoji", "status_until", "read_at"
)  # fmt: skip


class People(Protocol):
    """The workspace's people. Raises SendFailed."""

    async def everyone(self) -> list[Member]: ...

    async def one(self, slack_id: str) -> Member: ...

    async def groups(self, handles: Sequence[str]) -> dict[str, list[str]]:
        """Members' ids of each user group that exists."""
        ...


class Directory:
    """`handles` gives the user groups that settings give roles to."""

    def __init__(self, database: Database, people: People, handles: Callable[[], Sequence[str]]) -> None:
        self._database, self._people, self._handles = database, people, handles

    async def refresh(self, now: datetime) -> int:
        """Reads everybody. Returns how many there are."""
        members = await self._people.everyone()
        groups = await self.groups(self._handles())
        await self._database.run(store, members, groups, now)
        return len(members)

    async def groups(self, handles: Sequence[str]) -> dict[str, list[str]]:
        """Members' ids of each of these user groups that exists."""
        return await self._people.groups(handles) if handles else {}

    async def refresh_quietly(self, now: datetime) -> None:
        """Reads everybody if that is old. Cards can do without: an owner is then named by e-mail address."""
        if await self._database.read(newest) > now - FRESH:
            return
        try:
            await self.refresh(now)
        except SendFailed as error:
            log.warning("directory_not_read", problem=str(error))

    async def lookup(self, slack_id: str, now: datetime) -> Teammate:
        """One person, from the database when that was read within the hour."""
        known = await self._database.read(find, slack_id)
        if known and now - known.read_at < FRESH:
            return known
        member = await self._people.one(slack_id)
        groups = await self.groups(self._handles())
        await self._database.run(store, [member], groups, now)
        found = await self._database.read(find, slack_id)
        assert found is not None
        return found


def newest(session: Session) -> datetime:
    return session.scalar(select(func.max(Teammate.read_at))) or LONG_AGO


def find(session: Session, slack_id: str) -> Teammate | None:
    return session.get(Teammate, slack_id)


def store(session: Session, members: Sequence[Member], groups: dict[str, list[str]] | None, now: datetime) -> None:
    """`groups` None: they were not read, everybody stays in theirs."""
    kept = _groups_of(session, members) if groups is None else {}
    rows = [
        (
            member.slack_id,
            member.email.lower() if member.email else None,
            member.name,
            member.timezone,
            member.is_guest,
            member.is_foreign,
            member.is_active,
            [handle for handle, ids in groups.items() if member.slack_id in ids] if groups is not None else kept.get(member.slack_id, []),
            member.status_emoji,
            member.status_until,
            now,
        )
        for member in members
    ]
    upsert(session, Teammate.__table__, COLUMNS, rows)  # type: ignore[arg-type]


def _groups_of(session: Session, members: Sequence[Member]) -> dict[str, list[str]]:
    known = select(Teammate.slack_id, Teammate.groups).where(Teammate.slack_id.in_([member.slack_id for member in members]))
    return {row.slack_id: row.groups for row in session.execute(known)}


def is_ours() -> ColumnElement[bool]:
    """A full, active member of our own workspace."""
    return and_(Teammate.is_active, ~Teammate.is_guest, ~Teammate.is_foreign)


def is_full_member(teammate: Teammate) -> bool:
    """The same of one who was read."""
    return teammate.is_active and not teammate.is_guest and not teammate.is_foreign


def by_email(session: Session, emails: Iterable[str | None]) -> dict[str, Teammate]:
    """Active teammates of ours by e-mail address."""
    wanted = {email for email in emails if email}
    statement = select(Teammate).where(Teammate.email.in_(wanted), is_ours())
    return {teammate.email: teammate for teammate in session.scalars(statement) if teammate.email}
