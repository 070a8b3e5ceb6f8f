"""Whose calendars a form is about, and for which days."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.business_hours import Span, zone_or
from bot.reviews.form import FARTHEST, Form
from bot.reviews.free import Owner
from bot.reviews.place import teammates_by_id
from bot.reviews.proposals import HORIZON
from bot.team.roles import Actor
from models import Participant, Review, Teammate

DAY = timedelta(days=1)


def owners_of(session: Session, home: ZoneInfo, actor: Actor, review_id: int | None, teammates: Sequence[str] | None = None) -> list[Owner]:
    """The organizer (of a new review: whoever acts) and the teammates; None: those who are invited already. `home`: the house's zone."""
    review = session.get(Review, review_id) if review_id is not None else None
    if review is None:
        first = Owner(actor.email or "", actor.name, zone_or(actor.timezone, home))
    else:
        organizer = session.get(Teammate, review.organizer)
        zone = zone_or(organizer.timezone if organizer else review.zone, home)
        first = Owner(review.organizer_email, review.organizer_name, zone)
    ids = teammates if teammates is not None else _invited(session, review)
    others = [Owner(one.email or "", one.name, zone_or(one.timezone, home)) for one in teammates_by_id(session, ids)]
    return list({owner.email.lower(): owner for owner in (first, *others) if owner.email}.values())


def _invited(session: Session, review: Review | None) -> Sequence[str]:
    if review is None:
        return ()
    there = (Participant.review_id == review.id, Participant.gone_at.is_(None), Participant.slack_id != "")
    return session.scalars(select(Participant.slack_id).where(*there).order_by(Participant.id)).all()


def window_of(form: Form | None, now: datetime) -> Span:
    """The days that are looked at for proposals, and those up to a time of one's own that is farther away."""
    end = now + (HORIZON + 2) * DAY
    chosen = datetime.combine(date.fromisoformat(form.day), time(), UTC) + 2 * DAY if form and form.day else end
    return now, min(max(end, chosen), now + FARTHEST)
