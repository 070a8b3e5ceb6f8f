"""A meeting to which the customer did not come. It does not count as held: the review stays due."""

from dataclasses import dataclass
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.dispatches import Telling, tell_once
from bot.delivery.kinds import NOTICE
from bot.messages import catalog as m
from bot.messages.actions import Input, InputError
from bot.reviews import records
from bot.reviews.held import close, finish, is_repeated, too_late
from bot.reviews.held_form import LONGEST, Wrong
from bot.reviews.means import Means
from bot.settings import Settings
from models import Account, Participant, Review
from models.review import HELD, NO_SHOW

TOLD_FROM = 2


@dataclass(frozen=True)
class Absence:
    """`absent` are the numbers of the participants who did not come."""

    review_id: int
    absent: tuple[int, ...]
    note: str = ""


def theirs(session: Session, review: Review) -> list[Participant]:
    """The customer's people who were to come."""
    return [one for one in records.people_of(session, review) if one.contact_id]


def note_no_show(session: Session, settings: Settings, means: Means, absence: Absence) -> Wrong:
    """What is wrong with the form, if anything is: then nothing was written. A form that comes in twice is one."""
    review, account = records.lock_review(session, absence.review_id)
    records.must_be_changeable(review, account, means.actor, settings.roles)
    if is_repeated(review, NO_SHOW, means):
        return {}
    if late := too_late(session, review, means):
        return {Input.NOTE: late}
    people = theirs(session, review)
    missing = [one for one in people if one.id in absence.absent]
    if people and not missing:
        return {Input.ABSENT: InputError.ABSENT_MISSING}
    if len(absence.note) > LONGEST:
        return {Input.NOTE: InputError.BODY_LONG}
    close(review, NO_SHOW, means)
    review.note = absence.note or None
    for person in people:
        person.came = person not in missing
    session.flush()
    finish(session, means, review, m.Did.REVIEW_NO_SHOW, missing)
    records.tell(session, review, records.NO_SHOW_EVENT, means.now)
    _tell_managers(session, settings, means, (review, account))
    return {}


def _tell_managers(session: Session, settings: Settings, means: Means, about: tuple[Review, Account]) -> None:
    """From the second in a row on, whatever its type."""
    review, account = about
    times = _in_a_row(session, account.id)
    if times < TOLD_FROM:
        return
    text = f"They did not come to a meeting {'twice' if times == TOLD_FROM else f'{times} times'} in a row."
    content = {"text": text, "playbook": "", "account": account.name, "account_id": account.id}
    tell_once(session, Telling(NOTICE, f"no-show:{review.id}", settings.manager_channel, content, account.id), means.now)


def _in_a_row(session: Session, account_id: str) -> int:
    met = select(Review.state).where(Review.account_id == account_id, Review.state.in_((HELD, NO_SHOW)))
    states = session.scalars(met.order_by(Review.starts_at.desc(), Review.id.desc()).limit(20))
    return sum(1 for _ in takewhile(lambda state: state == NO_SHOW, states))
