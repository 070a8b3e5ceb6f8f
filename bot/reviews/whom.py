"""Who hears of a meeting: its organizer, or somebody else once they have left us. What only they had is handed on then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.keys import handed_on_key, review_subject
from bot.reviews.means import zone_or
from bot.settings import Settings
from bot.team.directory import by_email, is_full_member, is_ours
from models import Account, OutboxMessage, Review, Teammate
from models.review import SCHEDULED


def has_left(session: Session, review: Review) -> bool:
    """Whether the organizer is no longer with us, as far as we know them."""
    organizer = session.get(Teammate, review.organizer)
    return organizer is not None and not is_full_member(organizer)


def organizers_zone(session: Session, review: Review, home: ZoneInfo) -> ZoneInfo:
    """Where the organizer is; else where the meeting was planned. `home`: the house's zone."""
    organizer = session.get(Teammate, review.organizer)
    return zone_or(organizer.timezone if organizer else None, zone_or(review.zone, home))


def whom(session: Session, review: Review, otherwise: str) -> str:
    """Where to write to: the organizer; once they have left us the account's CSM, or else `otherwise`, a channel."""
    if not has_left(session, review):
        return review.organizer
    account = session.get(Account, review.account_id)
    owner = account.owner_email if account else None
    csm = by_email(session, [owner]).get(owner or "")
    return csm.slack_id if csm else otherwise


@dataclass(frozen=True)
class HandingOn:
    """Meetings ahead whose organizer has left: their message, with *Move…* and *Cancel…*, comes to whoever looks after them now."""

    database: Database
    settings: Callable[[], Settings]
    now: Clock

    async def run(self) -> Mapping[str, int]:
        left = await self.database.read(_left_alone, self.settings().manager_channel, self.now())
        if left:
            await self.database.run(outbox.enqueue, left, self.now())
        return {"meetings_handed_on": len(left)}


def _left_alone(session: Session, otherwise: str, now: datetime) -> list[outbox.New]:
    """What is to be posted, and is not yet."""
    ahead = (Review.state == SCHEDULED, Review.starts_at > now, not_(is_ours()))
    reviews = session.scalars(select(Review).join(Teammate, Teammate.slack_id == Review.organizer).where(*ahead).order_by(Review.id))
    messages = {}
    for review in reviews:
        to = whom(session, review, otherwise)
        messages[handed_on_key(review.id, to)] = outbox.New(handed_on_key(review.id, to), review_subject(review.id), to, now)
    there = set(session.scalars(select(OutboxMessage.dedup_key).where(OutboxMessage.dedup_key.in_(messages))))
    return [message for key, message in messages.items() if key not in there]
