"""Modals sent off. Mistakes come back inside the modal; somebody who was faster is named."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.alerts import lifecycle
from bot.messages.actions import Callback, DismissReason, Input, InputError, Outcome, SnoozeFor, read_alert_metadata
from bot.team.directory import is_full_member
from bot.team.roles import Actor
from handlers.slack.alerts import act_for, load_alert
from handlers.slack.desk import Desk, Mistakes, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Submission
from handlers.slack.write_back import Wish, closed_with, wished

Decide = Callable[[lifecycle.Snapshot], lifecycle.Change | None]
MORNING = time(9)
FARTHEST = timedelta(days=366)
DAYS = {SnoozeFor.TOMORROW: 1, SnoozeFor.THREE_DAYS: 3, SnoozeFor.WEEK: 7, SnoozeFor.TWO_WEEKS: 14}


async def snooze_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    now = desk.now()
    zone = zone_or(actor.timezone, desk.settings.zone)
    chosen = form.chosen(Input.SNOOZE_FOR)
    if not chosen:
        return Mistakes({Input.SNOOZE_FOR: InputError.CHOICE_MISSING})
    today = now.astimezone(zone).date()
    if chosen == SnoozeFor.DATE:
        picked = form.chosen(Input.SNOOZE_DATE)
        mistake = _wrong_date(picked, today)
        if mistake or not picked:
            return Mistakes({Input.SNOOZE_DATE: mistake or InputError.DATE_MISSING})
        day = date.fromisoformat(picked)
    else:
        day = today + timedelta(days=DAYS[SnoozeFor(chosen)])
    until = desk.settings.hours.opens_at(datetime.combine(day, MORNING, zone), str(zone))
    note = form.text(Input.REASON)
    await _act(desk, actor, form, lambda alert: lifecycle.snooze(alert, until, now, note), now)
    return None


def _wrong_date(picked: str | None, today: date) -> InputError | None:
    if not picked:
        return InputError.DATE_MISSING
    day = date.fromisoformat(picked)
    if day <= today:
        return InputError.DATE_PAST
    return InputError.DATE_FAR if day - today > FARTHEST else None


async def dismiss_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    return await _close(desk, actor, form, DismissReason, lifecycle.dismiss)


async def resolve_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    return await _close(desk, actor, form, Outcome, lifecycle.resolve)


Choice = TypeVar("Choice", DismissReason, Outcome)


async def _close(
    desk: Desk,
    actor: Actor,
    form: Submission,
    choices: type[Choice],
    rule: Callable[[lifecycle.Snapshot, str, Choice, datetime, str], lifecycle.Change | None],
) -> Reply:
    now, chosen, note = desk.now(), form.chosen(Input.OUTCOME), form.text(Input.NOTE)
    if not chosen:
        return Mistakes({Input.OUTCOME: InputError.CHOICE_MISSING})
    choice = choices(chosen)
    if choice == choices.OTHER and not note:
        return Mistakes({Input.NOTE: InputError.NOTE_MISSING})
    wish = await _wish(desk, form, choice)
    closing = _act(desk, actor, form, lambda alert: rule(alert, actor.slack_id, choice, now, note), now)
    return await closed_with(desk, actor, wish, closing)


async def _wish(desk: Desk, form: Submission, outcome: str) -> Wish | None:
    """The view's id makes a form that is sent twice one change."""
    new = wished(desk, form, outcome)
    if not new:
        return None
    alert_id = read_alert_metadata(form.metadata)
    return Wish(f"view:{form.view_id}", await desk.database.read(_account_of, alert_id), alert_id, new)


def _account_of(session: Session, alert_id: int) -> str:
    _, account = load_alert(session, alert_id)
    return account.id


async def assign_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    now, whom, note = desk.now(), form.chosen(Input.TEAMMATE), form.text(Input.NOTE)
    if not whom:
        return Mistakes({Input.TEAMMATE: InputError.TEAMMATE_MISSING})
    assignee = await desk.directory.lookup(whom, now)
    if not is_full_member(assignee):
        return Mistakes({Input.TEAMMATE: "Please choose a full member of our workspace."})
    await _act(desk, actor, form, lambda alert: lifecycle.assign(alert, actor.slack_id, whom, now, note), now)
    return None


async def _act(desk: Desk, actor: Actor, form: Submission, decide: Decide, now: datetime) -> None:
    await desk.database.run(act_for, read_alert_metadata(form.metadata), decide, actor, now)
    desk.worker.wake()


FEATURE = Feature(
    forms={
        Callback.ALERT_SNOOZE: snooze_sent,
        Callback.ALERT_DISMISS: dismiss_sent,
        Callback.ALERT_RESOLVE: resolve_sent,
        Callback.ALERT_ASSIGN: assign_sent,
    }
)
