"""Meetings with a customer: planned from a card, moved and cancelled from the organizer's message."""

import json
from dataclasses import replace
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input
from bot.reviews.form import Form, Ticket
from bot.reviews.free import NOTHING, Taken
from bot.reviews.free_owners import owners_of, window_of
from bot.reviews.held import must_be_planned
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


def means(session: Session, desk: Desk, actor: Actor, taken: Taken = NOTHING) -> Means:
    return replace(means_of(session, desk.settings, desk.world, actor, desk.now()), taken=taken)


async def taken_of(desk: Desk, actor: Actor, form: Form | None, review_id: int | None = None) -> Taken:
    """What the calendars hold of those whom a form is about. `form` None: it is only opened, for a review (None: a new one)."""
    if desk.diaries is None:
        return NOTHING
    review_id, teammates = (form.ticket.review_id, form.teammates) if form else (review_id, None)
    owners = await desk.database.read(owners_of, desk.settings.zone, actor, review_id, teammates)
    return await desk.diaries.read(owners, window_of(form, desk.now()))


async def schedule_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    taken = await taken_of(desk, actor, None)

    def load(session: Session) -> m.ReviewModal:
        alert, account = load_alert(session, int(click.value))
        return open_form(session, means(session, desk, actor, taken), (account.id, alert.id), uuid4().hex)

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
    form = form_of(click.form)
    taken = await taken_of(desk, actor, form)

    def load(session: Session) -> m.ReviewModal:
        return change_form(session, means(session, desk, actor, taken), form, chosen)

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
    taken = await taken_of(desk, actor, form)

    def work(session: Session) -> Sent | dict[Input, str] | m.ReviewModal:
        if form.ticket.review_id is not None:
            must_be_changeable(*load_review(session, form.ticket.review_id), actor, desk.settings.roles)
        return send(session, means(session, desk, actor, taken), form)

    reply = await desk.database.run(work)
    if isinstance(reply, m.ReviewModal):
        return reply
    if not isinstance(reply, Sent):
        return Mistakes(reply)
    desk.worker.wake()
    return _said(reply, desk.settings.meetings.calendar is not None)


def _said(sent: Sent, writes: bool) -> m.NoticeModal:
    """`writes`: the organizer's entry is written into their calendar."""
    own = "The organizer’s calendar gets it too." if writes else "Your own entry comes by mail too."
    told = "1 person is" if sent.people == 1 else f"{sent.people} people are"
    what = "told by mail that it is now on {at}" if sent.moved else "invited by mail, for {at}"
    return m.NoticeModal(title="Moved" if sent.moved else "Invited", text=f"{told} {what}. {own}", at=sent.at)


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
    taken = await taken_of(desk, actor, None, int(click.value))

    def load(session: Session) -> m.ReviewModal:
        review, account = load_review(session, int(click.value))
        must_be_changeable(review, account, actor, desk.settings.roles)
        must_be_planned(review)
        return open_again(session, means(session, desk, actor, taken), review, uuid4().hex)

    return await desk.database.read(load)


async def cancel_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def load(session: Session) -> m.CancelReviewModal:
        review, account = _changeable(session, desk, actor, int(click.value))
        return m.CancelReviewModal(
            review_id=review.id,
            version=review.sequence,
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
    must_be_planned(review)
    if review.starts_at <= desk.now():
        raise Refused("This meeting has begun, or is over. Staysail asks what came of it.")
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
