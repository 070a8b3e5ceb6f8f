"""A task for oneself, with a date."""

from datetime import date
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.alerts.cards import cause_of
from bot.alerts.reasons import reasons_of
from bot.alerts.tasks import NewTask, next_business_day, set_task, wrong_day
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input, InputError
from bot.messages.catalog.duty import read_task_metadata
from bot.team.roles import Actor
from handlers.slack.alerts import account_fact, modal_about
from handlers.slack.desk import Desk, Mistakes, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Submission
from models import Account, Alert


async def task_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    due = next_business_day(desk.settings, _zone(desk, actor), desk.now())

    def make(session: Session, alert: Alert, account: Account) -> m.TaskModal:
        cause = cause_of(alert, reasons_of(session, [alert.id])[alert.id], desk.world)
        return m.TaskModal(alert_id=alert.id, account=account_fact(account), cause=cause, key=uuid4().hex, due=due)

    return await modal_about(desk, click, make)


async def task_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    what, picked = form.text(Input.WHAT), form.chosen(Input.DUE)
    now = desk.now()
    mistakes = {Input.WHAT: InputError.NOTE_MISSING} if not what else {}
    if mistake := wrong_day(picked, desk.today_of(actor, now)):
        mistakes |= {Input.DUE: mistake}
    if mistakes or not picked:
        return Mistakes(dict(mistakes))
    alert_id, key = read_task_metadata(form.metadata)
    await desk.database.run(set_task, desk.settings, NewTask(key, what, date.fromisoformat(picked), alert_id), actor, now)
    desk.worker.wake()
    return None


def _zone(desk: Desk, actor: Actor) -> ZoneInfo:
    return zone_or(actor.timezone, desk.settings.zone)


FEATURE = Feature(clicks={Action.ALERT_TASK: task_clicked}, forms={Callback.ALERT_TASK: task_sent})
