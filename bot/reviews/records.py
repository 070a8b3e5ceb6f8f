"""What is kept of a change to a review beside the review itself: a trace, an event, the card's line and the organizer's message."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import resolve
from bot.alerts.reasons import reasons_of
from bot.alerts.record import apply, show_anew, snapshot
from bot.alerts.review_card import CARD as PROMPT
from bot.delivery import outbox
from bot.delivery.keys import brief_key, brief_subject, customer_left_key, dispatch_subject, held_subject, review_key, review_subject
from bot.delivery.kinds import REVIEW_ANSWER
from bot.errors import Refused
from bot.letters.facts import CsmFacts
from bot.messages import catalog as m
from bot.messages.actions import Outcome
from bot.reviews import events
from bot.reviews.agenda import draft
from bot.reviews.means import Means
from bot.reviews.place import Place
from bot.reviews.skipping import due_type
from bot.reviews.whom import around
from bot.settings import RoleSettings
from bot.team.roles import Actor
from bot.team.sight import is_csm_of
from models import Account, Alert, Dispatch, Event, Participant, Review, Trace

SCHEDULED_EVENT, CANCELLED_EVENT = "review_scheduled", "review_cancelled"
HELD_EVENT, NO_SHOW_EVENT = "review_held", "review_no_show"


def people_of(session: Session, review: Review) -> list[Participant]:
    """Those who are to come, in the order in which they were invited."""
    there = select(Participant).where(Participant.review_id == review.id, Participant.gone_at.is_(None))
    return list(session.scalars(there.order_by(Participant.id)))


def names_of(people: Sequence[Participant]) -> list[str]:
    """Those of the customer; of ours only where nobody else comes."""
    theirs = [one for one in people if one.contact_id]
    return [one.name or one.email for one in theirs or people]


def title_of(session: Session, means: Means, place: Place, review: Review) -> str:
    organizer = CsmFacts(review.organizer_name, review.organizer_email)
    return draft(session, means, place, review.type, review.language, organizer).subject


def trace(session: Session, means: Means, review: Review, did: m.Did, people: Sequence[Participant], **more: Any) -> None:
    """In the account's story; the card of the alert shows it too."""
    alert = session.get(Alert, review.alert_id) if review.alert_id else None
    about = {"review": review.id, "meeting": review.type, "until": review.starts_at.isoformat(), "to": ", ".join(names_of(people))}
    session.add(
        Trace(
            at=means.now,
            actor=means.actor.slack_id,
            what=did.value,
            account_id=review.account_id,
            playbook=alert.playbook or None if alert else None,
            playbook_version=alert.playbook_version if alert and alert.playbook else None,
            alert_id=review.alert_id,
            detail={**about, **more},
        )
    )
    if alert:
        show_anew(session, Alert.id == alert.id)


def tell(session: Session, review: Review, name: str, now: datetime) -> None:
    """The event, for playbooks that wait for it. A review is planned and cancelled once."""
    data = {"review": review.id, "type": review.type}
    session.add(Event(key=f"review:{review.id}:{name}", name=name, at=now, account_id=review.account_id, data=data))


def post(session: Session, means: Means, review: Review) -> None:
    """The organizer's message, in their own conversation with Staysail. Of a customer who had left by then it says so at once."""
    had_left = around(session, review, means.signals.day).customer
    key = customer_left_key(review.id) if had_left else review_key(review.id)
    outbox.enqueue(session, [outbox.New(key, review_subject(review.id), review.organizer, means.now)], means.now)


def show(session: Session, review: Review) -> None:
    """Brings it up to date, whatever has changed."""
    review.version += 1
    outbox.refresh(session, review_subject(review.id), review.version)
    events.show(session, review)


def show_beside(session: Session, review: Review) -> None:
    """The same of what else was told of it, when it is at another time, off or over: briefs, words about answers, the question about it.
    After `show`."""
    outbox.refresh(session, held_subject(review.id), review.version)
    answers = and_(Dispatch.kind == REVIEW_ANSWER, Dispatch.content["review"].as_integer() == review.id)
    briefs = Dispatch.key.in_([brief_key(review.id, sequence) for sequence in range(review.sequence + 1)])
    beside = select(Dispatch).where(Dispatch.account_id == review.account_id, or_(answers, briefs))
    for told in session.scalars(beside.order_by(Dispatch.id)):
        told.version += 1
        subject = dispatch_subject(told.id) if told.kind == REVIEW_ANSWER else brief_subject(told.id)
        outbox.refresh(session, subject, told.version)


def load_review(session: Session, review_id: int, lock: bool = False) -> tuple[Review, Account]:
    """`lock`: nobody else changes it meanwhile."""
    review = session.get(Review, review_id, with_for_update=lock or None, populate_existing=lock)
    account = session.get(Account, review.account_id) if review else None
    if review is None or account is None:
        raise Refused("This meeting is no longer there.")
    return review, account


def lock_review(session: Session, review_id: int) -> tuple[Review, Account]:
    """For what ends it. Its alert and the prompts of its account come first, as everywhere: two people do not stop each other."""
    review, _ = load_review(session, review_id)
    alerts = select(Alert.id).where(or_(Alert.id == review.alert_id, _prompts(review.account_id))).order_by(Alert.id)
    session.scalars(alerts.with_for_update()).all()
    return load_review(session, review_id, lock=True)


def _prompts(account_id: str) -> ColumnElement[bool]:
    return and_(Alert.account_id == account_id, Alert.card == PROMPT, Alert.closed_at.is_(None))


def prompts_of(session: Session, account_id: str) -> Sequence[Alert]:
    """The account's open cards that ask for a review."""
    return session.scalars(select(Alert).where(_prompts(account_id)).order_by(Alert.id)).all()


def answer_prompt(session: Session, means: Means, alert: Alert, review: Review, outcome: Outcome) -> None:
    """A card that asked for this very review has what it wanted."""
    if alert.card != PROMPT or alert.closed_at or due_type(reasons_of(session, [alert.id])[alert.id]) != review.type:
        return
    if change := resolve(snapshot(alert), means.actor.slack_id, outcome, means.now):
        apply(session, alert, change, means.actor.slack_id, means.now)


def must_be_changeable(review: Review, account: Account, actor: Actor, roles: RoleSettings) -> None:
    """Its organizer, the account's CSM and managers may change it."""
    if not (is_csm_of(actor, account) or actor.is_manager or actor.slack_id == review.organizer):
        raise Refused(f"Only {review.organizer_name}, who invited, the account's CSM or a manager may change this meeting.")
