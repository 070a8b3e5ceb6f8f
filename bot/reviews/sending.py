"""A form for a meeting that was sent off: done once, and only if everything that it relied upon still holds.

A change, its letters, the organizer's message, the card's line and the event are one transaction. The limits of the contact ledger hold no
person back, but what they send counts there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.bulk import insert_into
from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.actions import Input, Outcome
from bot.reviews import records
from bot.reviews.doubts import confirmed_by, doubts
from bot.reviews.form import Form, Wrong
from bot.reviews.held import DONE
from bot.reviews.letters import News, Telling, tell_organizer, tell_participant
from bot.reviews.means import Means
from bot.reviews.opening import show
from bot.reviews.place import Place, load_place, sides_of
from bot.reviews.plan import Guest, Organizer, Plan, organizer_of, read_plan
from models import Participant, Review, Teammate
from models.review import CANCELLED, SCHEDULED

CHANGED = "Somebody has changed this meeting since you opened the form. Close it, and look at the meeting again."


@dataclass(frozen=True)
class Sent:
    """`people`: how many are told beside the organizer. `moved` False: they are invited."""

    at: datetime
    people: int
    moved: bool = False


def send(session: Session, means: Means, form: Form) -> Sent | Wrong | m.ReviewModal:
    """The form again when the person should first see what is unusual about the time."""
    if (standing := _standing(session, form)) is not None:
        return standing
    try:
        place = load_place(session, form.ticket.account_id, form.ticket.alert_id, lock=True)
        review = _moved(session, form)
    except Refused as error:
        return {Input.REVIEW_AGENDA: f"Not sent. {error} Copy your agenda if you need it."}
    if (standing := _standing(session, form)) is not None:  # while we waited for the lock
        return standing
    organizer = organizer_of(session, means, review)
    plan = read_plan(session, means, form, organizer)
    if isinstance(plan, dict):
        return plan
    if review is not None and _is_same(session, review, plan):
        return Sent(review.starts_at, len(plan.guests), moved=True)
    if review is not None and review.sequence != form.ticket.version:
        return {Input.REVIEW_AGENDA: CHANGED}
    sides = sides_of(means, place, organizer.zone, plan.contacts)
    warned = doubts(session, means, plan, organizer, sides, form.ticket.review_id)
    if warned and form.ticket.confirmed != confirmed_by(plan, warned):
        ticket = replace(form.ticket, confirmed=confirmed_by(plan, warned), turn=form.ticket.turn + 1)
        return show(session, means, place, replace(form, ticket=ticket), warned)
    return _move(session, means, place, review, plan) if review else _schedule(session, means, place, plan, (form.ticket.key, organizer))


def _standing(session: Session, form: Form) -> Sent | None:
    """The review, if this form was sent before."""
    review = session.scalar(select(Review).where(Review.key == form.ticket.key))
    return Sent(review.starts_at, len(records.people_of(session, review))) if review else None


def _moved(session: Session, form: Form) -> Review | None:
    if form.ticket.review_id is None:
        return None
    review, _ = records.load_review(session, form.ticket.review_id, lock=True)
    if review.state != SCHEDULED:
        first = session.get(Teammate, review.closed_by or review.cancelled_by or "")
        raise Refused(f"This meeting was {DONE.get(review.state, 'closed')} meanwhile{f' by {first.name}' if first else ''}.")
    return review


def _is_same(session: Session, review: Review, plan: Plan) -> bool:
    """Nothing differs: a form that came in twice, or one in which nothing was changed."""
    return _what(review) == _what(plan) and {one.email for one in records.people_of(session, review)} == _emails(plan.guests)


def _what(of: Review | Plan) -> tuple[object, ...]:
    return of.type, of.starts_at, of.minutes, of.place, of.language, of.agenda


def _emails(guests: Sequence[Guest]) -> set[str]:
    return {guest.email.lower() for guest in guests}


# --- a new one


def _schedule(session: Session, means: Means, place: Place, plan: Plan, whose: tuple[str, Organizer]) -> Sent:
    review = _insert(session, means, place, plan, whose)
    if review is None:  # the same form came in twice at the same moment, and the other one was first
        return Sent(plan.starts_at, len(plan.guests))
    people = [_participant(review, guest) for guest in plan.guests]
    session.add_all(people)
    session.flush()
    telling = Telling(review, place.account, records.title_of(session, means, place, review), people)
    for person in people:
        tell_participant(session, means, telling, person, News.INVITED)
    tell_organizer(session, means, telling, News.INVITED)
    records.post(session, means, review)
    records.trace(session, means, review, m.Did.SCHEDULED, people)
    records.tell(session, review, records.SCHEDULED_EVENT, means.now)
    if place.alert:
        records.answer_prompt(session, means, place.alert, review, Outcome.PLANNED)
    return Sent(review.starts_at, len(people))


def _insert(session: Session, means: Means, place: Place, plan: Plan, whose: tuple[str, Organizer]) -> Review | None:
    key, organizer = whose
    row = {
        "key": key,
        "uid": f"{key}@{means.address.rpartition('@')[2]}",
        "account_id": place.account.id,
        "alert_id": place.alert.id if place.alert else None,
        "state": SCHEDULED,
        "organizer": organizer.slack_id,
        "organizer_email": organizer.email,
        "organizer_name": organizer.name,
        "owner_email": place.account.owner_email,
        "created_at": means.now,
        "created_by": means.actor.slack_id,
        "changed_at": means.now,
        **_columns(plan),
    }
    inserted = insert_into(session, Review).values(row).on_conflict_do_nothing(index_elements=["key"])
    number = session.scalar(inserted.returning(Review.id))
    return session.get(Review, number) if number is not None else None


def _columns(plan: Plan) -> dict[str, object]:
    names = ("type", "starts_at", "minutes", "zone", "place", "language", "agenda")
    return {name: getattr(plan, name) for name in names}


def _participant(review: Review, guest: Guest) -> Participant:
    contact_id = guest.contact.id if guest.contact else ""
    return Participant(
        review_id=review.id, email=guest.email.lower(), name=guest.name, contact_id=contact_id, slack_id=guest.slack_id, told=-1
    )


# --- one that stands


def _move(session: Session, means: Means, place: Place, review: Review, plan: Plan) -> Sent:
    """Everybody gets the next SEQUENCE: who stays and who is new as a REQUEST, who is taken off the list as a CANCEL."""
    was = review.starts_at if review.starts_at != plan.starts_at else None
    if was is not None:
        review.briefed_at = review.deck_at = review.asked_at = None
    for name, value in _columns(plan).items():
        setattr(review, name, value)
    review.sequence += 1
    review.changed_at = means.now
    stay, new, gone = _regroup(session, means, review, plan)
    telling = Telling(review, place.account, records.title_of(session, means, place, review), [*stay, *new], was)
    for people, news in ((stay, News.MOVED), (new, News.INVITED), (gone, News.CANCELLED)):
        for person in people:
            tell_participant(session, means, telling, person, news)
    tell_organizer(session, means, telling, News.MOVED)
    records.show(session, review)
    records.show_beside(session, review)
    records.trace(session, means, review, m.Did.REVIEW_MOVED, telling.people, was=was.isoformat() if was else None)
    return Sent(review.starts_at, len(telling.people), moved=True)


def _regroup(session: Session, means: Means, review: Review, plan: Plan) -> tuple[list[Participant], list[Participant], list[Participant]]:
    """Who stays, who is new, who is taken off. With another time everybody is asked anew whether they come (RFC 5546, 3.2.2.1)."""
    known = {one.email: one for one in session.scalars(select(Participant).where(Participant.review_id == review.id))}
    wanted = {guest.email.lower(): guest for guest in plan.guests}
    stay = [one for email, one in known.items() if email in wanted and one.gone_at is None]
    gone = [one for email, one in known.items() if email not in wanted and one.gone_at is None]
    back = [one for email, one in known.items() if email in wanted and one.gone_at is not None]
    fresh = [_participant(review, guest) for email, guest in wanted.items() if email not in known]
    session.add_all(fresh)
    for one in gone:
        one.gone_at = means.now
    for one in (*stay, *back):
        one.gone_at, one.answer, one.answered_at, one.comment = None, "needs-action", None, None
    session.flush()
    return stay, [*back, *fresh], gone


# --- calling it off


def cancel(session: Session, means: Means, review_id: int, version: int, note: str) -> Sent | Wrong:
    """Everybody is told, with a CANCEL for their calendars. Cancelling what is cancelled changes nothing. `version`: its SEQUENCE when the
    form was opened."""
    review, account = records.lock_review(session, review_id)
    people = records.people_of(session, review)
    if review.state == CANCELLED:
        return Sent(review.starts_at, len(people))
    if review.state != SCHEDULED or review.sequence != version:
        return {Input.NOTE: CHANGED}
    review.state, review.cancelled_at, review.cancelled_by = CANCELLED, means.now, means.actor.slack_id
    review.sequence += 1
    review.changed_at = means.now
    place = Place(account, None, ())
    telling = Telling(review, account, records.title_of(session, means, place, review), people, note=note)
    for person in people:
        tell_participant(session, means, telling, person, News.CANCELLED)
    tell_organizer(session, means, telling, News.CANCELLED)
    records.show(session, review)
    records.show_beside(session, review)
    records.trace(session, means, review, m.Did.REVIEW_CANCELLED, people, note=note)
    records.tell(session, review, records.CANCELLED_EVENT, means.now)
    return Sent(review.starts_at, len(people))
