"""Sending a letter off: once, and only if everything that was true when the form was opened still is.

A person's letter counts in the contact ledger, so that automated letters wait; the ledger's limits hold no person back.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.record import show_anew
from bot.bulk import insert_into
from bot.delivery import outbox
from bot.delivery.keys import dispatch_subject, written_key
from bot.delivery.kinds import LETTER
from bot.delivery.schemes import MAIL
from bot.errors import AlreadyDone, Refused
from bot.messages import catalog as m
from bot.messages.actions import Input, InputError
from bot.writing.choices import BLANK
from bot.writing.content import Wrong, content_of, preview_of, wrong_text
from bot.writing.drawing import Drawn
from bot.writing.form import Form
from bot.writing.means import Means
from bot.writing.morning import next_morning
from bot.writing.opening import Chosen, change_form, show
from bot.writing.place import Place, load_place, why_not
from bot.writing.touched import last_letter
from bot.writing.traces import trace_of_letter
from bot.writing.withdrawing import tell_that_it_waits
from models import Alert, Contact, Dispatch, Touch


@dataclass(frozen=True)
class Sent:
    """`at` None: at once."""

    at: datetime | None


def preview(session: Session, means: Means, form: Form) -> m.WritePreviewModal:
    """What would leave now. Refused, in words, for a form that could not be sent."""
    if wrong := wrong_text(form):
        raise Refused(" ".join(wrong.values()))
    place = load_place(session, form.ticket.account_id, form.ticket.alert_id)
    contact = place.contact(form.contact)
    if contact is None:
        raise Refused(f"They cannot be written to: {_why_not(session, place, form.contact)}.")
    return preview_of(means, place, contact, form, content_of(session, means, place, contact, form))


def send(session: Session, means: Means, form: Form) -> Sent | Wrong | m.WriteModal:
    """The form again, when its person should first see something: what their last choice led to, or that somebody else wrote meanwhile."""
    if (standing := _standing(session, form)) is not None:
        return standing
    if wrong := wrong_text(form):
        return wrong
    try:
        place = load_place(session, form.ticket.account_id, form.ticket.alert_id, lock=True)
    except AlreadyDone as error:
        return {Input.BODY: f"Not sent: this alert was {error.what.replace('_', ' ')} meanwhile. Copy your text if you need it."}
    except Refused as error:
        return {Input.BODY: f"Not sent. {error} Copy your text if you need it."}
    contact = place.contact(form.contact)
    if contact is None:
        why = _why_not(session, place, form.contact)
        return {Input.CONTACT: f"Not sent: {why}." if form.contact else InputError.CONTACT_MISSING}
    if not form.is_as_shown:
        chosen = Chosen(contact=form.contact != form.ticket.shown_for, language=form.ticket.shown_as.startswith(f"{form.letter}:"))
        return replace(change_form(session, means, form, chosen), hasty=True)
    number, last = last_letter(session, contact, means.now)
    if last and last.who and last.who.slack_id != means.writer.slack_id and number > form.ticket.seen:
        return show(session, means, place, form, Drawn(form.language), faster=True)
    return _sent(session, means, place, contact, form)


def _standing(session: Session, form: Form) -> Sent | None:
    """The letter, if this form was sent before."""
    row = session.scalar(select(Dispatch).where(Dispatch.key == written_key(form.ticket.key)))
    return Sent(_leaves(row.content)) if row else None


def _leaves(content: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(content["leaves"]) if content["leaves"] else None


def _why_not(session: Session, place: Place, contact_id: str) -> str:
    contact = session.get(Contact, contact_id)
    if contact is None or contact.gone_at is not None or contact.account_id != place.account.id:
        return "this person is no longer in the CRM"
    return why_not(contact)


def _sent(session: Session, means: Means, place: Place, contact: Contact, form: Form) -> Sent:
    now = means.now
    morning = next_morning(contact, place.account, means.house.hours, now) if form.later else None
    content = content_of(session, means, place, contact, form) | {"leaves": morning.isoformat() if morning else None}
    letter = _dispatch(session, written_key(form.ticket.key), contact, content, now)
    if letter is None:
        return Sent(morning)
    channel, due_at = f"{MAIL}:{contact.email}", morning or now
    outbox.enqueue(session, [outbox.New(written_key(form.ticket.key), dispatch_subject(letter.id), channel, due_at)], now)
    what = content["letter"] or BLANK
    session.add(Touch(at=due_at, account_id=place.account.id, contact_id=contact.id, channel="email", what=what, dispatch_id=letter.id))
    session.add(trace_of_letter(m.Did.WROTE, letter, place.alert, means.writer.slack_id, now, leaves=content["leaves"]))
    if morning:
        tell_that_it_waits(session, means, letter.id, contact, form, morning.isoformat())
    if place.alert:
        show_anew(session, Alert.id == place.alert.id)
    return Sent(morning)


def _dispatch(session: Session, key: str, contact: Contact, content: dict[str, Any], now: datetime) -> Dispatch | None:
    """None when the same form came in twice at the same moment and the other one was first."""
    row = {
        "kind": LETTER,
        "key": key,
        "account_id": contact.account_id,
        "contact_id": contact.id,
        "recipient": contact.email,
        "content": content,
        "created_at": now,
    }
    inserted = insert_into(session, Dispatch).values(row).on_conflict_do_nothing(index_elements=["key"])
    letter: Dispatch | None = session.scalar(inserted.returning(Dispatch))
    return letter
