"""What becomes of an answer to an invitation: the participant's row, the organizer's message, a word to the organizer, and an event.

An answer does not count when it is older than what is known: when it answers an invitation that a newer one has replaced (a lower SEQUENCE,
RFC 5546, 2.1.5; everybody was asked anew then), or when its author has answered later (DTSTAMP). The same answer again changes nothing.
All of it is one transaction.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.bulk import insert_into
from bot.delivery.dispatches import Telling, tell_once
from bot.delivery.keys import answer_key
from bot.delivery.kinds import REVIEW_ANSWER
from bot.functions import any_case
from bot.reviews.records import people_of, show
from bot.reviews.replies import Answer
from bot.reviews.whom import whom
from models import Event, Participant, Review
from models.review import SCHEDULED

ANSWERED: Final = "review_answered"
"""The event, for playbooks."""
ABSENT = frozenset({"declined", "delegated"})


class Became(StrEnum):
    """`nothing`: it stood so already. `stranger`: whoever answers is not invited. `closed`: the meeting is over, or off."""

    RECORDED = "recorded"
    NOTHING = "nothing"
    OLDER = "older"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    STRANGER = "stranger"


def take_in(session: Session, answer: Answer, now: datetime) -> Became:
    review = session.scalar(select(Review).where(Review.uid == answer.uid).with_for_update())
    if review is None:
        return Became.UNKNOWN
    if review.state != SCHEDULED or review.ends_at <= now:
        return Became.CLOSED
    theirs = (Participant.review_id == review.id, any_case(Participant.email) == answer.attendee, Participant.gone_at.is_(None))
    person = session.scalar(select(Participant).where(*theirs))
    if person is None:
        return Became.STRANGER
    at = min(answer.at or now, now)  # a clock that is ahead would silence every later answer
    if answer.sequence < review.sequence or (person.answered_at and at < person.answered_at):
        return Became.OLDER
    is_news, before = _is_news(person, answer, at), person.answer
    person.answer, person.comment, person.answered_at = answer.answer, answer.comment or None, at
    if not is_news:
        return Became.NOTHING
    show(session, review)
    _tell_playbooks(session, review, person, now)
    if answer.countered or answer.comment or ABSENT & {before, answer.answer}:
        _tell_organizer(session, review, person, answer, now)
    return Became.RECORDED


def _is_news(person: Participant, answer: Answer, at: datetime) -> bool:
    if (person.answer, person.comment or "") != (answer.answer, answer.comment):
        return True
    return answer.countered and at != person.answered_at


def _tell_playbooks(session: Session, review: Review, person: Participant, now: datetime) -> None:
    row = {
        "key": f"{ANSWERED}:{answer_key(person.id, review.sequence, person.answered_at or now, person.answer)}",
        "name": ANSWERED,
        "at": now,
        "account_id": review.account_id,
        "contact_id": person.contact_id,
        "data": {"review": review.id, "type": review.type, "answer": person.answer, "contact": person.contact_id},
    }
    session.execute(insert_into(session, Event).values(row).on_conflict_do_nothing(index_elements=["key"]))


def _tell_organizer(session: Session, review: Review, person: Participant, answer: Answer, now: datetime) -> None:
    """A message that changes makes no sound; a few answers should be heard."""
    content = {
        "review": review.id,
        "type": review.type,
        "at": review.starts_at.isoformat(),
        "who": person.name or person.email,
        "slack_id": person.slack_id,
        "answer": answer.answer,
        "comment": answer.comment,
        "delegate": answer.delegate,
        "countered": answer.countered,
        "proposed": answer.proposed.isoformat() if answer.proposed else None,
        "alone": bool(person.contact_id) and _nobody_comes(session, review),
    }
    key = answer_key(person.id, review.sequence, person.answered_at or now, answer.answer)
    tell_once(session, Telling(REVIEW_ANSWER, key, whom(session, review, review.organizer), content, review.account_id), now)


def _nobody_comes(session: Session, review: Review) -> bool:
    """Of the customer's people."""
    session.flush()
    return all(one.answer == "declined" for one in people_of(session, review) if one.contact_id)
