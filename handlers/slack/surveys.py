"""Buttons on cards about answers: letters with a purpose, and closing the loop."""

from datetime import date
from functools import partial
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.alerts import lifecycle
from bot.alerts.record import snapshot
from bot.alerts.survey_card import heard
from bot.alerts.tasks import NewTask, set_task, wrong_day
from bot.errors import AlreadyDone, Refused
from bot.feedback.loop import Agreement, close_loop
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input, InputError, Outcome
from bot.messages.catalog.surveys import read_loop_metadata
from bot.team.roles import Actor
from bot.team.sight import sees_money
from bot.writing.wanted import favour_of
from handlers.slack.alerts import account_fact, act_for, cause_now, modal_about
from handlers.slack.desk import Desk, Mistakes, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Submission
from handlers.slack.write import form_about
from models import Account, Alert


async def thanks_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _letter(desk, actor, click, m.Favour.THANKS)


async def reference_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _letter(desk, actor, click, m.Favour.REFERENCE)


async def praise_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _letter(desk, actor, click, m.Favour.PRAISE)


async def _letter(desk: Desk, actor: Actor, click: Click, favour: m.Favour) -> Reply:
    return await desk.database.read(form_about, desk, actor, int(click.value), partial(favour_of, favour=favour))


async def loop_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(session: Session, alert: Alert, account: Account) -> m.CloseLoopModal:
        if alert.closed_at is not None:
            raise AlreadyDone(snapshot(alert).state, alert.closed_by, alert.closed_at)
        told = heard(session, [alert.id]).get(alert.id)
        answers = [answer for answer in told.answers if answer.loop is None] if told else []
        if not answers:
            raise Refused("Everybody on this card was talked to. *Done…* puts it away.")
        sees = sees_money(actor, account, desk.settings.roles, alert)
        shown = tuple(answer if sees else answer.without_words() for answer in answers)
        cause = cause_now(session, alert, desk)
        return m.CloseLoopModal(alert_id=alert.id, account=account_fact(account), cause=cause, key=uuid4().hex, answers=shown)

    return await modal_about(desk, click, make)


async def loop_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    alert_id, key, shown = read_loop_metadata(form.metadata)
    chosen = form.ticked(Input.ANSWERS) if len(shown) > 1 else tuple(shown)
    agreed, picked = form.text(Input.AGREED), form.chosen(Input.DUE)
    mistakes = {Input.ANSWERS: InputError.ANSWER_MISSING} if not chosen else {}
    mistakes |= {Input.AGREED: InputError.AGREED_MISSING} if not agreed else {}
    if picked and (mistake := wrong_day(picked, desk.today_of(actor, desk.now()))):
        mistakes |= {Input.DUE: mistake}
    if mistakes:
        return Mistakes(dict(mistakes))
    due = date.fromisoformat(picked) if picked else None
    await desk.database.run(_close, Agreement(key, alert_id, chosen, agreed, due), desk, actor)
    desk.worker.wake()
    return None


def _close(session: Session, agreement: Agreement, desk: Desk, actor: Actor) -> None:
    """The card is resolved once nobody who was not content is left on it; with a date the person gets a task."""
    now = desk.now()
    closed = close_loop(session, agreement, actor.slack_id, now)
    if closed is None:
        return
    if agreement.due:
        what = f"{closed.with_whom}: {agreement.agreed}" if closed.with_whom else agreement.agreed
        set_task(session, desk.settings, NewTask(f"loop:{agreement.key}", what, agreement.due, agreement.alert_id), actor, now)
    if closed.nobody_left:
        resolved = partial(lifecycle.resolve, who=actor.slack_id, outcome=Outcome.AGREED, now=now, note=agreement.agreed)
        act_for(session, agreement.alert_id, resolved, actor, now)


FEATURE = Feature(
    clicks={
        Action.SURVEY_THANKS: thanks_clicked,
        Action.SURVEY_REFERENCE: reference_clicked,
        Action.SURVEY_PRAISE: praise_clicked,
        Action.SURVEY_CLOSE_LOOP: loop_clicked,
    },
    forms={Callback.SURVEY_CLOSE_LOOP: loop_sent},
)
