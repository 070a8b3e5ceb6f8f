"""What a person is told before a meeting that can be, but is unusual: outside the hours, on a day off, on top of something else."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from bot.accounts.business_hours import Span, zone_of
from bot.messages import catalog as m
from bot.reviews.free import Taken
from bot.reviews.means import Means
from bot.reviews.plan import Organizer, Plan
from bot.reviews.proposals import HORIZON, Side, outside, overlap, span_of
from models import Account, Participant, Review
from models.review import SCHEDULED

LONGEST_MEETING = timedelta(minutes=max(m.ReviewModal.LENGTHS))


def doubts(
    session: Session, means: Means, plan: Plan, organizer: Organizer, sides: Sequence[Side], but: int | None
) -> tuple[m.Warned, ...]:
    """`but`: the review that is moved does not stand in its own way."""
    span = span_of(plan.starts_at, plan.minutes)
    return (*_of_hours(sides, span), *_of_others(session, plan, organizer, span, but), *_of_calendars(session, means, plan, span))


def confirmed_by(plan: Plan, warned: Sequence[m.Warned]) -> str:
    """The digest of a warning and of the time and people that it is about."""
    about = (plan.starts_at.isoformat(), plan.minutes, sorted(guest.email for guest in plan.guests), repr(warned))
    return sha256(repr(about).encode()).hexdigest()[:16]


def _of_hours(sides: Sequence[Side], span: Span) -> Iterable[m.Warned]:
    for side in sides:
        found, at = outside(side, span), span[0].astimezone(zone_of(side.zone))
        if found is None:
            yield m.Warned(m.Doubt.DAY_OFF, at, side.zone)
        elif found:
            yield m.Warned(m.Doubt.OUTSIDE, at, side.zone)


def _of_others(session: Session, plan: Plan, organizer: Organizer, span: Span, but: int | None) -> Iterable[m.Warned]:
    people = {organizer.slack_id, *(guest.slack_id for guest in plan.guests if guest.slack_id)}
    emails = {organizer.email.lower(), *(guest.email.lower() for guest in plan.guests)}
    for review in engagements(session, people, emails, span, but):
        account = session.get(Account, review.account_id)
        who = tuple(sorted(_names_in(session, review, people, emails)))
        about = m.Account(account.id, account.name, account.url) if account else None
        yield m.Warned(m.Doubt.BUSY, review.starts_at.astimezone(zone_of(plan.zone)), plan.zone, who, about)


def _of_calendars(session: Session, means: Means, plan: Plan, span: Span) -> Iterable[m.Warned]:
    if who := elsewhere(session, means).at(span):
        yield m.Warned(m.Doubt.TAKEN, span[0].astimezone(zone_of(plan.zone)), plan.zone, who)


def elsewhere(session: Session, means: Means) -> Taken:
    """What stands in people's calendars besides our reviews: what became of those is known here, and calendars follow a little later."""
    ours = session.scalars(select(Review.uid).where(Review.uid.in_(means.taken.uids))) if means.taken.uids else ()
    return means.taken.but(set(ours))


def _names_in(session: Session, review: Review, people: Collection[str], emails: Collection[str]) -> Iterable[str]:
    """Those of the people who are in that review too."""
    if review.organizer in people:
        yield review.organizer_name
    there = select(Participant).where(Participant.review_id == review.id, Participant.gone_at.is_(None))
    for one in session.scalars(there):
        if one.email in emails or (one.slack_id and one.slack_id in people):
            yield one.name


def engagements(session: Session, people: Collection[str], emails: Collection[str], span: Span, but: int | None) -> list[Review]:
    """Reviews in which one of these teammates or addresses takes part, and that are on at the time."""
    near = (Review.state == SCHEDULED, Review.starts_at > span[0] - LONGEST_MEETING, Review.starts_at < span[1])
    found = session.scalars(select(Review).where(*near, _takes_part(people, emails)).order_by(Review.starts_at, Review.id))
    return [one for one in found if one.id != but and overlap(span, span_of(one.starts_at, one.minutes))]


def _takes_part(people: Collection[str], emails: Collection[str]) -> ColumnElement[bool]:
    mine = (Participant.review_id == Review.id, Participant.gone_at.is_(None))
    invited = exists().where(*mine, or_(Participant.slack_id.in_(people), Participant.email.in_(emails)))
    return or_(Review.organizer.in_(people), invited)


def busy(session: Session, people: Collection[str], emails: Collection[str], now: datetime, but: int | None) -> list[Span]:
    """When one of them has a review within the days that are looked at for proposals."""
    ahead = (now, now + timedelta(days=HORIZON + 2))
    return [span_of(one.starts_at, one.minutes) for one in engagements(session, people, emails, ahead, but)]
