"""The message that a review's organizer has of it: as it stands when it is written."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.people import person
from bot.alerts.world import World
from bot.clock import day_of
from bot.delivery.composed import Composed, Composer
from bot.messages import catalog as m
from bot.messages.render import render
from bot.reviews import events
from bot.reviews.records import load_review, names_of, people_of
from bot.reviews.whom import around
from models import Review
from models.review import HELD, SCHEDULED

KIND = "review"


def review_composer(answers: Callable[[], bool], world: World) -> Composer:
    """`answers`: whether the settings have answers to invitations taken in."""

    def compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed]:
        reviews, day = session.scalars(select(Review).where(Review.id.in_(ids))).all(), day_of(world.now(), world.zone)
        return {review.id: Composed(review.version, render(message_of(session, review.id, day, answers()))) for review in reviews}

    return compose


def message_of(session: Session, review_id: int, day: date, answers: bool = False) -> m.ReviewMessage:
    review, account = load_review(session, review_id)
    people, found = people_of(session, review), around(session, review, day)
    return m.ReviewMessage(
        review_id=review.id,
        state=review.state,
        type=review.type,
        account=m.Account(account.id, account.name, account.url),
        at=review.starts_at,
        minutes=review.minutes,
        place=review.place,
        people=tuple(m.Invited(one.name, one.email, one.slack_id, one.answer, one.comment or "") for one in people),
        agenda=review.agenda,
        answers=answers or any(one.answered_at for one in people),
        asked=review.asked_at is not None,
        in_calendar=events.is_written(session, review),
        moved=review.sequence > 0,
        cancelled_at=review.cancelled_at,
        cancelled_by=person(review.cancelled_by),
        organizer=organizer_of(review),
        left=found.left,
        csm=person(found.csm.slack_id) if found.csm and found.is_new else None,
        customer=found.customer,
    )


def organizer_of(review: Review) -> m.Person:
    return m.Person(review.organizer, review.organizer_name, review.organizer_email)


def next_review(session: Session, account_id: str, now: datetime) -> m.NextReview | None:
    """The account's next meeting that is planned."""
    planned = select(Review).where(Review.account_id == account_id, Review.state == SCHEDULED, Review.starts_at > now)
    review = session.scalar(planned.order_by(Review.starts_at, Review.id).limit(1))
    if review is None:
        return None
    return m.NextReview(review.type, review.starts_at, organizer_of(review), tuple(names_of(people_of(session, review))))


def last_review(session: Session, account_id: str, zone: ZoneInfo) -> m.LastReview | None:
    """The account's last meeting that was held, with the people of the customer who took part."""
    held = select(Review).where(Review.account_id == account_id, Review.state == HELD)
    review = session.scalar(held.order_by(Review.starts_at.desc(), Review.id.desc()).limit(1))
    if review is None:
        return None
    people = [one.name for one in people_of(session, review) if one.contact_id and one.came is not False]
    return m.LastReview(review.type, day_of(review.starts_at, zone), review.decisions or "", people=tuple(people))
