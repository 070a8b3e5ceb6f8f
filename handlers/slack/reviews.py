"""Meetings with a customer: planned from a card, moved and cancelled from the organizer's message."""

import json
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input
from bot.reviews.form import Form, Ticket
from bot.reviews.means import Means, means_of
from bot.reviews.opening import Chosen, change_form, open_again, open_form
from bot.reviews.place import find_contacts, why_not
from bot.reviews.records import load_review, must_be_changeable, people_of
from bot.reviews.sending import Sent, cancel, send
from bot.team.roles import Actor
from handlers.slack.alerts import load_alert
from handlers.slack.desk import Desk, Mistakes, Reply, Update
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Filled, Search, Submission
from models import Account, Contact, Review
from models.review import SCHEDULED


def means(session: Session, desk: Desk, actor: Actor) -> Means:
    return means_of(session, desk.settings, desk.world, actor, desk.now())


async def schedule_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def load(session: Session) -> m.ReviewModal:
        alert, account = load_alert(session, int(click.value))
        return open_form(session, means(session, desk, actor), (account.id, alert.id), uuid4().hex)

    return await desk.database.read(load)


# --- the form


async def agenda_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _changed(desk, actor, click, Chosen(agenda=True))


async def own_time_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _changed(desk, actor, click, Chosen(own_time=True))


async def people_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    await _know(desk, form_of(click.form))
    return await _changed(desk, actor, click, Chosen())


async def length_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _changed(desk, actor, click, Chosen())


async def _changed(desk: Desk, actor: Actor, click: Click, chosen: Chosen) -> Reply:
    def load(session: Session) -> m.ReviewModal:
        return change_form(session, means(session, desk, actor), form_of(click.form), chosen)

    return Update(await desk.database.read(load))


async def _know(desk: Desk, form: Form) -> None:
    """Whoever was chosen stands in the directory."""
    for slack_id in form.teammates:
        await desk.directory.lookup(slack_id, desk.now())


async def contacts_searched(desk: Desk, actor: Actor, search: Search) -> tuple[m.Recipient, ...]:
    account_id = Ticket.read(search.metadata).account_id
    return tuple(_recipient(one) for one in await desk.database.read(find_contacts, account_id, search.text))


def _recipient(contact: Contact) -> m.Recipient:
    """Slack refuses an option without words. Who cannot be invited is named with the reason."""
    why = why_not(contact)
    return m.Recipient(contact.id, contact.name or contact.email or "(no name)", f"not to be invited: {why}" if why else contact.role or "")


async def review_sent(desk: Desk, actor: Actor, submission: Submission) -> Reply:
    form = form_of(submission)
    await _know(desk, form)

    def work(session: Session) -> Sent | dict[Input, str] | m.ReviewModal:
        if form.ticket.review_id is not None:
            must_be_changeable(*load_review(session, form.ticket.review_id), actor, desk.settings.roles)
        return send(session, means(session, desk, actor), form)

    reply = await desk.database.run(work)
    if isinstance(reply, m.ReviewModal):
        return reply
    if not isinstance(reply, Sent):
        return Mistakes(reply)
    desk.worker.wake()
    return _said(reply)


def _said(sent: Sent) -> m.NoticeModal:
    told = "1 person is" if sent.people == 1 else f"{sent.people} people are"
    what = "told by mail that it is now on {at}" if sent.moved else "invited by mail, for {at}"
    return m.NoticeModal(title="Moved" if sent.moved else "Invited", text=f"{told} {what}. Your own entry comes by mail too.", at=sent.at)


def form_of(filled: Filled) -> Form:
    minutes = filled.chosen(Input.REVIEW_LENGTH) or ""
    return Form(
        ticket=Ticket.read(filled.metadata),
        type=filled.chosen(Input.REVIEW_TYPE) or "",
        when=filled.chosen(Input.REVIEW_WHEN) or m.ReviewModal.OWN,
        day=filled.chosen(Input.REVIEW_DATE),
        clock=filled.chosen(Input.REVIEW_TIME),
        minutes=int(minutes) if minutes.isdigit() else 0,
        place=filled.text(Input.REVIEW_PLACE),
        contacts=filled.ticked(Input.REVIEW_CONTACTS),
        teammates=filled.people(Input.REVIEW_TEAMMATES),
        agenda=filled.text(Input.REVIEW_AGENDA),
        language=filled.chosen(Input.REVIEW_LANGUAGE) or "",
    )


# --- one that stands


async def move_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def load(session: Session) -> m.ReviewModal:
        review, _ = _changeable(session, desk, actor, int(click.value))
        return open_again(session, means(session, desk, actor), review, uuid4().hex)

    return await desk.database.read(load)


async def cancel_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def load(session: Session) -> m.CancelReviewModal:
        review, account = _changeable(session, desk, actor, int(click.value))
        return m.CancelReviewModal(
            review_id=review.id,
            version=review.version,
            type=review.type,
            account=m.Account(account.id, account.name, account.url),
            at=review.starts_at,
            people=len(people_of(session, review)),
        )

    return await desk.database.read(load)


async def cancel_sent(desk: Desk, actor: Actor, submission: Submission) -> Reply:
    written = json.loads(submission.metadata)

    def work(session: Session) -> Sent | dict[Input, str]:
        must_be_changeable(*load_review(session, written["review_id"]), actor, desk.settings.roles)
        note = submission.text(Input.NOTE)
        return cancel(session, means(session, desk, actor), written["review_id"], written["version"], note)

    reply = await desk.database.run(work)
    if not isinstance(reply, Sent):
        return Mistakes(reply)
    desk.worker.wake()
    return None


def _changeable(session: Session, desk: Desk, actor: Actor, review_id: int) -> tuple[Review, Account]:
    """A form for something that is over would only be refused after it was filled in."""
    review, account = load_review(session, review_id)
    must_be_changeable(review, account, actor, desk.settings.roles)
    if review.state != SCHEDULED:
        raise Refused(f"This meeting was {review.state.replace('_', ' ')}.")
    if review.starts_at <= desk.now():
        raise Refused("This meeting has begun, or is over.")
    return review, account


FEATURE = Feature(
    clicks={
        Action.REVIEW_SCHEDULE: schedule_clicked,
        Action.REVIEW_TYPE: agenda_chosen,
        Action.REVIEW_LANGUAGE: agenda_chosen,
        Action.REVIEW_LENGTH: length_chosen,
        Action.REVIEW_CONTACTS: people_chosen,
        Action.REVIEW_TEAMMATES: people_chosen,
        Action.REVIEW_DATE: own_time_chosen,
        Action.REVIEW_TIME: own_time_chosen,
        Action.REVIEW_MOVE: move_clicked,
        Action.REVIEW_CANCEL: cancel_clicked,
    },
    forms={Callback.REVIEW_SCHEDULE: review_sent, Callback.REVIEW_CANCEL: cancel_sent},
    options={Input.REVIEW_CONTACTS: contacts_searched},
)
