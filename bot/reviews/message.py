"""The message that a review's organizer has of it: as it stands when it is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.people import person
from bot.delivery.composed import Composed
from bot.messages import catalog as m
from bot.messages.render import render
from bot.reviews.records import load_review, names_of, people_of
from models import Review
from models.review import SCHEDULED

KIND = "review"


def compose_reviews(session: Session, ids: Sequence[int]) -> Mapping[int, Composed]:
    reviews = session.scalars(select(Review).where(Review.id.in_(ids))).all()
    return {review.id: Composed(review.version, render(message_of(session, review.id))) for review in reviews}


def message_of(session: Session, review_id: int) -> m.ReviewMessage:
    review, account = load_review(session, review_id)
    return m.ReviewMessage(
        review_id=review.id,
        state=review.state,
        type=review.type,
        account=m.Account(account.id, account.name, account.url),
        at=review.starts_at,
        minutes=review.minutes,
        place=review.place,
        people=tuple(m.Invited(one.name, one.email, one.slack_id, one.answer) for one in people_of(session, review)),
        agenda=review.agenda,
        moved=review.sequence > 0,
        cancelled_at=review.cancelled_at,
        cancelled_by=person(review.cancelled_by),
    )


def next_review(session: Session, account_id: str, now: datetime) -> m.NextReview | None:
    """The account's next meeting that is planned."""
    planned = select(Review).where(Review.account_id == account_id, Review.state == SCHEDULED, Review.starts_at > now)
    review = session.scalar(planned.order_by(Review.starts_at, Review.id).limit(1))
    if review is None:
        return None
    organizer = m.Person(review.organizer, review.organizer_name, review.organizer_email)
    return m.NextReview(review.type, review.starts_at, organizer, tuple(names_of(people_of(session, review))))
