"""Who hears of a meeting: its organizer, or somebody else once they have left us. What changes around one that is ahead is told once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, not_, or_, select
from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.clock import Clock, day_of
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.keys import customer_left_key, handed_on_key, read_subject, review_subject
from bot.playbooks.moves import left_because
from bot.settings import Settings
from bot.team.directory import by_email, is_full_member, is_ours
from models import Account, OutboxMessage, Review, Teammate
from models.review import SCHEDULED


def _has_left(organizer: Teammate | None) -> bool:
    """Whether they are no longer with us, as far as we know them."""
    return organizer is not None and not is_full_member(organizer)


def organizers_zone(session: Session, review: Review, home: ZoneInfo) -> ZoneInfo:
    """Where the organizer is; else where the meeting was planned. `home`: the house's zone."""
    organizer = session.get(Teammate, review.organizer)
    return zone_or(organizer.timezone if organizer else None, zone_or(review.zone, home))


def whom(session: Session, review: Review, otherwise: str) -> str:
    """Where to write to: the organizer; once they have left us the account's CSM, or else `otherwise`, a channel."""
    if not _has_left(session.get(Teammate, review.organizer)):
        return review.organizer
    account = session.get(Account, review.account_id)
    owner = account.owner_email if account else None
    csm = by_email(session, [owner]).get(owner or "")
    return csm.slack_id if csm else otherwise


# --- what has changed around it


@dataclass(frozen=True)
class Around:
    """How things stand around a meeting. `left`: its organizer is no longer with us. `csm` looks after the account, and `is_new`: since it
    was planned, by others. `customer`: `churned`, or `gone` from the CRM; empty: as ever."""

    left: bool
    csm: Teammate | None
    is_new: bool
    customer: str


def around(session: Session, review: Review, day: date) -> Around:
    """`day`: today."""
    row = session.execute(_standing(day).where(Review.id == review.id)).one()
    return _around(row, by_email(session, [row.owner]))


def _standing(day: date) -> Select[Review, Teammate, str | None, str]:
    """Meetings with their organizer, the address of the account's `owner`, and whether the `customer` has left."""
    columns = (Review, Teammate, Account.owner_email.label("owner"), left_because(day).label("customer"))
    joined = select(*columns).join(Account, Account.id == Review.account_id)
    return joined.outerjoin(Teammate, Teammate.slack_id == Review.organizer)


def _around(row: Any, people: Mapping[str, Teammate]) -> Around:
    review, organizer, csm = row.Review, row.Teammate, people.get(row.owner or "")
    is_new = csm is not None and row.owner != review.owner_email and csm.slack_id not in (review.organizer, review.created_by)
    return Around(_has_left(organizer), csm, is_new, row.customer or "")


@dataclass(frozen=True)
class HandingOn:
    """Meetings ahead around which something has changed: their message, with *Move…* and *Cancel…*, says what, and is posted once to
    whomever it concerns, in their hours. The organizer has left us: to whoever looks after the meeting now. The account has another CSM: to
    them. The customer has left: to the organizer, or whoever stands in."""

    database: Database
    settings: Callable[[], Settings]
    now: Clock

    async def run(self) -> Mapping[str, int]:
        settings, now = self.settings(), self.now()
        news = await self.database.read(_news, settings, now)
        if news:
            await self.database.run(_post, news, now)
        return {"meetings_handed_on": sum(len(posts) for posts in news.values())}


def _news(session: Session, settings: Settings, now: datetime) -> dict[int, dict[str, str]]:
    """By meeting: the keys of what is to be posted now and is not yet, with where to."""
    day = day_of(now, settings.zone)
    changed = or_(not_(is_ours()), Account.owner_email.is_distinct_from(Review.owner_email), left_because(day).is_not(None))
    rows = session.execute(_standing(day).where(Review.state == SCHEDULED, Review.starts_at > now, changed).order_by(Review.id)).all()
    people, posted = by_email(session, [row.owner for row in rows]), _posted(session, [row.Review.id for row in rows])
    zones = {one.slack_id: one.timezone for one in (*people.values(), *(row.Teammate for row in rows if row.Teammate))}
    news = {}
    for row in rows:
        posts = _posts(row.Review, _around(row, people), posted[row.Review.id], settings.manager_channel)
        news[row.Review.id] = {key: to for key, to in posts.items() if _is_time(settings, row.Review, zones.get(to), now)}
    return {review_id: posts for review_id, posts in news.items() if posts}


def _posted(session: Session, reviews: Sequence[int]) -> dict[int, dict[str, str]]:
    """The messages of each of these meetings that there are: key → where."""
    found: dict[int, dict[str, str]] = {review_id: {} for review_id in reviews}
    rows = select(OutboxMessage.subject, OutboxMessage.dedup_key, OutboxMessage.channel)
    for subject, key, channel in session.execute(rows.where(OutboxMessage.subject.in_([review_subject(one) for one in reviews]))):
        found[read_subject(subject)[1]][key] = channel
    return found


def _posts(review: Review, found: Around, posted: Mapping[str, str], otherwise: str) -> dict[str, str]:
    """Whoever has the message of the meeting already gets another one only when the customer has left."""
    looks_after = (found.csm.slack_id if found.csm else otherwise) if found.left else review.organizer
    posts: dict[str, str] = {}
    if found.customer and customer_left_key(review.id) not in posted:
        posts[customer_left_key(review.id)] = looks_after
    new_csm = found.csm.slack_id if found.csm and found.is_new else None
    for reader in (looks_after if found.left else None, new_csm):
        if reader and reader not in (*posted.values(), *posts.values()):
            posts[handed_on_key(review.id, reader)] = reader
    return posts


def _is_time(settings: Settings, review: Review, zone: str | None, now: datetime) -> bool:
    """Whether people work there, or will not before it begins."""
    return not now < settings.hours.opens_at(now, zone) < review.starts_at


def _post(session: Session, news: Mapping[int, Mapping[str, str]], now: datetime) -> None:
    """Those that stand already are brought up to date, too."""
    for review_id, posts in news.items():
        subject = review_subject(review_id)
        outbox.enqueue(session, [outbox.New(key, subject, to, now) for key, to in posts.items()], now)
        review = session.get_one(Review, review_id, with_for_update=True)
        review.version += 1
        outbox.refresh(session, subject, review.version)
