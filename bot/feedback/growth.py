"""Themes that grow, and themes that come back: the managers are told, once for each occasion.

A theme grows when at least three answers of the last 30 days are marked with it, and at least twice as many as of the 30 days before.
It has come back when it was closed and an answer is marked with it that is newer than the closing; it is open again then.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL
from bot.database import Database
from bot.delivery.composed import WITHHELD, Aftermath
from bot.delivery.keys import theme_key
from bot.feedback.theme_notice import GROWS, RETURNED, STANDS, Place, tell
from bot.feedback.themes import open_again
from bot.settings import Settings
from models import Dispatch, Response, Theme, ThemeMark, Trace

MONTH = timedelta(days=30)
LEAST, TIMES = 3, 2


class Counts(NamedTuple):
    """Marked answers of the last 30 days, and of the 30 before."""

    recent: int = 0
    before: int = 0

    @property
    def grow(self) -> bool:
        return self.recent >= LEAST and self.recent >= TIMES * self.before


async def follow_themes(database: Database, settings: Settings, now: datetime) -> int:
    """Tells what there is to tell. Returns of how many themes. Three short questions when there is nothing."""
    if not await database.read(to_tell, now):
        return 0
    return await database.run(tell_growth, settings, now)


def to_tell(session: Session, now: datetime) -> list[int]:
    """Ids of the themes that the managers are to be told of."""
    found = set(session.scalars(_returned()))
    quiet = (Theme.closed_at.is_(None), or_(Theme.told_at.is_(None), Theme.told_at < now - STANDS))
    waiting = set(session.scalars(select(Theme.id).where(*quiet)))
    found |= {theme_id for theme_id, counts in counts_of(session, waiting, now).items() if counts.grow}
    return sorted(found)


def _returned() -> Select[int]:
    """Closed themes with an answer that is newer than their closing."""
    newer = exists().where(ThemeMark.theme_id == Theme.id, ThemeMark.response_id == Response.id, Response.at > Theme.closed_at)
    return select(Theme.id).where(Theme.closed_at.is_not(None), newer)


def counts_of(session: Session, theme_ids: Collection[int], now: datetime) -> dict[int, Counts]:
    """Themes without a marked answer of these two months are left out."""
    if not theme_ids:
        return {}
    recent = func.count().filter(Response.at > now - MONTH)
    joined = select(ThemeMark.theme_id, recent, func.count()).join(Response, Response.id == ThemeMark.response_id)
    within = (ThemeMark.theme_id.in_(theme_ids), Response.at > now - 2 * MONTH, Response.at <= now)
    rows = session.execute(joined.where(*within).group_by(ThemeMark.theme_id))
    return {theme_id: Counts(recent, both - recent) for theme_id, recent, both in rows}


def tell_growth(session: Session, settings: Settings, now: datetime) -> int:
    """The rows are held and looked at again: of two processes only one tells. It waits for the workspace's hours."""
    place = Place(settings.manager_channel, settings.hours.opens_at(now))
    themes = session.scalars(select(Theme).where(Theme.id.in_(to_tell(session, now))).order_by(Theme.id).with_for_update()).all()
    still = set(to_tell(session, now))
    chosen = [theme for theme in themes if theme.id in still]
    for theme in chosen:
        _tell(session, theme, place, now)
    return len(chosen)


def _tell(session: Session, theme: Theme, place: Place, now: datetime) -> None:
    why, before = GROWS, None
    if theme.closed_at:
        why, before = RETURNED, {"at": theme.closed_at.isoformat(), "by": theme.closed_by, "done": theme.done}
        open_again(session, theme.id, STAYSAIL, now)
    tell(session, theme, why, place, now, before)
    session.add(Trace(at=now, actor=STAYSAIL, what="theme_told", detail={"theme": theme.name, "why": why}))


def theme_aftermath() -> Aftermath:
    """A card that was moot before it could leave: its theme counts as not told, and is closed as it was before."""

    def settle(session: Session, dispatch_id: int, what: str, why: str) -> None:
        card = session.get(Dispatch, dispatch_id) if what == WITHHELD else None
        theme = session.get(Theme, card.content["theme"], with_for_update=True) if card else None
        if card is None or theme is None or theme.told_at is None or card.key != theme_key(theme.id, theme.told_at):
            return
        theme.told_at, card.key = None, None
        before = card.content["before"]
        if before and theme.closed_at is None:
            theme.closed_at, theme.closed_by, theme.done = datetime.fromisoformat(before["at"]), before["by"], before["done"]

    return settle
