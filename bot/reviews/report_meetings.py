"""The meetings behind `/stay reviews`: what is planned, what nobody has said the end of, and how often customers did not come."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.messages import catalog as m
from models import Account, Participant, Review
from models.review import HELD, NO_SHOW, SCHEDULED

NO_SHOWS_OVER: Final = timedelta(days=90)
AHEAD: Final = timedelta(weeks=4)
Planned = tuple[tuple[m.PlannedReview, ...], int]
"""The first of them, and how many there are."""


def planned_of_team(session: Session, now: datetime, zone: ZoneInfo) -> tuple[m.PlannedReview, ...]:
    """Every meeting of the next four weeks."""
    ahead = _planned(now).where(Review.starts_at < now + AHEAD)
    return _facts(session, session.execute(ahead).all(), zone)


def planned_with(session: Session, slack_id: str, now: datetime, zone: ZoneInfo, most: int) -> Planned:
    """The next meetings that somebody organizes or is to take part in."""
    ahead = _planned(now).where(or_(Review.organizer == slack_id, takes_part(slack_id)))
    total = session.scalar(select(func.count()).select_from(ahead.order_by(None).subquery())) or 0
    return _facts(session, session.execute(ahead.limit(most)).all(), zone), total


def takes_part(slack_id: str) -> Any:
    there = exists().where(Participant.review_id == Review.id, Participant.slack_id == slack_id, Participant.gone_at.is_(None))
    return there.correlate(Review)


def _planned(now: datetime) -> Select[Review, Account]:
    joined = select(Review, Account).join(Account, Account.id == Review.account_id)
    return joined.where(Review.state == SCHEDULED, Review.starts_at > now).order_by(Review.starts_at, Review.id)


def _facts(session: Session, rows: Sequence[Any], zone: ZoneInfo) -> tuple[m.PlannedReview, ...]:
    answers = _answers(session, [review.id for review, _ in rows])
    return tuple(_fact(review, account, answers.get(review.id, Counter()), zone) for review, account in rows)


def _fact(review: Review, account: Account, answers: Counter[str], zone: ZoneInfo) -> m.PlannedReview:
    return m.PlannedReview(
        type=review.type,
        account=_named(account),
        at=review.starts_at.astimezone(zone),
        organizer=m.Person(review.organizer, review.organizer_name, review.organizer_email),
        invited=answers.total(),
        accepted=answers["accepted"],
        declined=answers["declined"],
    )


def _answers(session: Session, reviews: Sequence[int]) -> Mapping[int, Counter[str]]:
    """How many of the customer's people have answered what, by review."""
    theirs = (Participant.review_id.in_(reviews), Participant.contact_id != "", Participant.gone_at.is_(None))
    counted = select(Participant.review_id, Participant.answer, func.count()).where(*theirs)
    found: dict[int, Counter[str]] = {}
    for review_id, answer, count in session.execute(counted.group_by(Participant.review_id, Participant.answer)):
        found.setdefault(review_id, Counter())[answer] += count
    return found


def unanswered(session: Session, slack_id: str, now: datetime) -> list[m.PastReview]:
    """What somebody has organized, is over, and of which nobody has said whether it was held; the oldest first."""
    begun = select(Review, Account).join(Account, Account.id == Review.account_id)
    mine = begun.where(Review.organizer == slack_id, Review.state == SCHEDULED, Review.starts_at <= now)
    rows = session.execute(mine.order_by(Review.starts_at, Review.id)).all()
    over = [(review, account) for review, account in rows if review.ends_at <= now]
    return [m.PastReview(review.id, review.type, _named(account), review.starts_at) for review, account in over]


def no_shows(session: Session, now: datetime) -> dict[str | None, m.NoShows]:
    """Of the last 90 days, by the account's CSM. Meetings that were to take place are those held and those to which nobody came: what was
    cancelled was not to, and of what nobody has told the end nothing is known."""
    lately = (Review.state.in_((HELD, NO_SHOW)), Review.starts_at > now - NO_SHOWS_OVER, Review.starts_at <= now)
    counted = select(Account.owner_email, Review.state, func.count()).join(Account, Account.id == Review.account_id).where(*lately)
    counts: dict[str | None, Counter[str]] = {}
    for owner, state, count in session.execute(counted.group_by(Account.owner_email, Review.state)):
        counts.setdefault(owner, Counter())[state] += count
    return {owner: m.NoShows(count[NO_SHOW], count.total()) for owner, count in counts.items()}


def next_by_owner(session: Session, now: datetime) -> dict[str | None, datetime]:
    """When the next meeting with an account of each CSM begins."""
    ahead = select(Account.owner_email, func.min(Review.starts_at)).join(Account, Account.id == Review.account_id)
    ahead = ahead.where(Review.state == SCHEDULED, Review.starts_at > now).group_by(Account.owner_email)
    return dict(session.execute(ahead).all())


def _named(account: Account) -> m.Account:
    return m.Account(account.id, account.name, account.url)
