"""Writing to a contact: the form opens from a card, changes with every choice in it, and is sent off once."""

from collections.abc import Callable
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input, SendAt
from bot.team.roles import Actor
from bot.writing.form import Form, Ticket
from bot.writing.means import Means, means_of
from bot.writing.opening import Chosen, change_form, open_form
from bot.writing.sending import Sent, preview, send
from bot.writing.wanted import ANYTHING, Wanted, reply_to
from bot.writing.withdrawing import withdraw
from handlers.slack.alerts import load_alert
from handlers.slack.desk import Desk, Mistakes, Reply, Update
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Filled, Submission


def means(session: Session, desk: Desk, actor: Actor) -> Means:
    return means_of(session, desk.settings, desk.world, actor, desk.now())


async def write_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await desk.database.read(form_about, desk, actor, int(click.value), reply_to)


def form_about(session: Session, desk: Desk, actor: Actor, alert_id: int, choose: Callable[[Session, int], Wanted]) -> m.WriteModal:
    """`choose` says to whom, and with which letter, it is about an answer to a survey."""
    alert, account = load_alert(session, alert_id)
    wanted = choose(session, alert.id) if alert.card == m.CardName.SURVEY_ANSWERS else ANYTHING
    return open_form(session, means(session, desk, actor), account.id, alert.id, uuid4().hex, wanted)


async def contact_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _changed(desk, actor, click, Chosen(contact=True))


async def letter_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _changed(desk, actor, click, Chosen())


async def language_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _changed(desk, actor, click, Chosen(language=True))


async def anew_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _changed(desk, actor, click, Chosen(anew=True))


async def _changed(desk: Desk, actor: Actor, click: Click, chosen: Chosen) -> Reply:
    def load(session: Session) -> m.WriteModal:
        return change_form(session, means(session, desk, actor), form_of(click.form), chosen)

    return Update(await desk.database.read(load))


async def preview_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await desk.database.read(lambda session: preview(session, means(session, desk, actor), form_of(click.form)))


async def write_sent(desk: Desk, actor: Actor, submission: Submission) -> Reply:
    reply = await desk.database.run(lambda session: send(session, means(session, desk, actor), form_of(submission)))
    if isinstance(reply, m.WriteModal):
        return reply
    if not isinstance(reply, Sent):
        return Mistakes(reply)
    desk.worker.wake()
    answers = f" Answers come to {actor.email}." if actor.email else ""
    return m.NoticeModal(title="Sent", text=f"Your letter leaves {'{at}' if reply.at else 'now'}.{answers}", at=reply.at)


async def withdraw_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    taken_back = await desk.database.run(withdraw, actor, int(click.value), desk.now())
    desk.worker.wake()
    return None if taken_back else m.Said(text="This letter is not waiting any more.")


def form_of(filled: Filled) -> Form:
    return Form(
        ticket=Ticket.read(filled.metadata),
        contact=filled.chosen(Input.CONTACT) or "",
        letter=filled.chosen(Input.LETTER) or m.WriteModal.BLANK,
        language=filled.chosen(Input.LANGUAGE) or "",
        subject=filled.text(Input.SUBJECT),
        body=filled.text(Input.BODY),
        later=filled.chosen(Input.SEND_AT) == SendAt.MORNING,
    )


FEATURE = Feature(
    clicks={
        Action.ALERT_WRITE: write_clicked,
        Action.WRITE_CONTACT: contact_chosen,
        Action.WRITE_LETTER: letter_chosen,
        Action.WRITE_LANGUAGE: language_chosen,
        Action.WRITE_ANEW: anew_clicked,
        Action.WRITE_PREVIEW: preview_clicked,
        Action.WRITE_WITHDRAW: withdraw_clicked,
    },
    forms={Callback.ALERT_WRITE: write_sent},
)
