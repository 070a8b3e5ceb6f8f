"""Buttons on a card. Each checks who acts and what the alert's state allows at the moment of the click."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from bot.alerts import lifecycle
from bot.alerts.cards import cause_of, conditions_of, owner_of
from bot.alerts.lifecycle import Change, Snapshot
from bot.alerts.people import load_people
from bot.alerts.reasons import reasons_of
from bot.alerts.record import act, returned, snapshot
from bot.duty import digests
from bot.errors import AlreadyDone, Refused
from bot.messages import catalog as m
from bot.messages.actions import Action
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.why import terms_now
from bot.team.directory import is_ours
from bot.team.roles import Actor
from bot.team.sight import sees_money, without_money
from handlers.slack.desk import Desk, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click
from models import Account, Alert, Reason, Teammate

T = TypeVar("T", bound=m.AlertModal)


async def take_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    now = desk.now()
    await desk.database.run(act_for, int(click.value), lambda alert: lifecycle.take(alert, actor.slack_id, now), actor, now)
    desk.worker.wake()
    return None


def act_for(session: Session, alert_id: int, decide: Callable[[Snapshot], Change | None], actor: Actor, now: datetime) -> None:
    """Acts, and notes for whom when the account is somebody else's. The digests that name it say so too."""
    readers: set[str | None] = set()

    def with_owner(alert: Snapshot) -> Change | None:
        change = decide(alert)
        owner = _owner_id(session, alert_id) if change else None
        if change and owner and owner != actor.slack_id and "whom" not in change.detail:
            change.detail["whom"] = owner
        readers.update((actor.slack_id, owner, alert.assigned_to, alert.taken_by) if change else ())
        return change

    alert = act(session, alert_id, with_owner, actor.slack_id, now)
    digests.show_anew(session, alert, readers, now)


_OWNER = (
    select(Alert.assigned_to, Teammate.slack_id)
    .join(Account, Account.id == Alert.account_id)
    .outerjoin(Teammate, and_(Teammate.email == Account.owner_email, is_ours()))
    .where(Alert.id == bindparam("alert_id"))
)


def _owner_id(session: Session, alert_id: int) -> str | None:
    """The Slack user who looks after the alert's account."""
    found = session.execute(_OWNER, {"alert_id": alert_id}).first()
    return (found[0] or found[1]) if found else None


def load_alert(session: Session, alert_id: int) -> tuple[Alert, Account]:
    alert = session.get(Alert, alert_id)
    account = session.get(Account, alert.account_id) if alert else None
    if alert is None or account is None:
        raise Refused("This alert is no longer there.")
    return alert, account


async def modal_about(desk: Desk, click: Click, make: Callable[[Session, Alert, Account], T]) -> T:
    def load(session: Session) -> T:
        alert, account = load_alert(session, int(click.value))
        return make(session, alert, account)

    return await desk.database.read(load)


def open_only(alert: Alert) -> None:
    """A form for something that is over would only be refused after it was filled in."""
    if alert.closed_at is not None:
        raise AlreadyDone(snapshot(alert).state, alert.closed_by, alert.closed_at)


async def snooze_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    earliest = desk.today_of(actor, desk.now()) + timedelta(days=1)

    def make(session: Session, alert: Alert, account: Account) -> m.SnoozeModal:
        open_only(alert)
        return m.SnoozeModal(alert_id=alert.id, account=account_fact(account), cause=cause_now(session, alert, desk), earliest=earliest)

    return await modal_about(desk, click, make)


async def wake_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    await desk.database.run(_wake, int(click.value), actor, desk.now())
    desk.worker.wake()
    return None


def _wake(session: Session, alert_id: int, actor: Actor, now: datetime) -> None:
    act_for(session, alert_id, lambda alert: lifecycle.wake(alert, actor.slack_id, returned(session, alert_id)), actor, now)


async def dismiss_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    crm = desk.settings.crm.writable

    def make(session: Session, alert: Alert, account: Account) -> m.DismissModal:
        open_only(alert)
        return m.DismissModal(alert_id=alert.id, account=account_fact(account), cause=cause_now(session, alert, desk), crm=crm)

    return await modal_about(desk, click, make)


async def resolve_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    crm = desk.settings.crm.writable

    def make(session: Session, alert: Alert, account: Account) -> m.ResolveModal:
        open_only(alert)
        return m.ResolveModal(alert_id=alert.id, account=account_fact(account), cause=cause_now(session, alert, desk), crm=crm)

    return await modal_about(desk, click, make)


async def assign_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(session: Session, alert: Alert, account: Account) -> m.AssignModal:
        open_only(alert)
        people = load_people(session, [(alert.owner_email, account.owner_email)])
        current = owner_of(alert, account, people, reasons_of(session, [alert.id])[alert.id])
        mine = current is not None and current.slack_id == actor.slack_id
        fact, cause = account_fact(account), cause_now(session, alert, desk)
        return m.AssignModal(alert_id=alert.id, account=fact, cause=cause, current=current, mine=mine)

    return await modal_about(desk, click, make)


async def why_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(session: Session, alert: Alert, account: Account) -> m.WhyModal:
        rulebook = desk.load_rulebook(session)
        reasons = reasons_of(session, [alert.id])[alert.id]
        why = [_why(session, account, alert, reason, rulebook) for reason in reasons if reason.playbook]
        if not sees_money(actor, account, desk.settings.roles, alert):
            why = [replace(reason, conditions=without_money(reason.conditions)) for reason in why]
        return m.WhyModal(
            alert_id=alert.id,
            account=account_fact(account),
            cause=cause_of(alert, reasons, desk.world),
            now=desk.now(),
            reasons=tuple(why),
        )

    return await modal_about(desk, click, make)


def _why(session: Session, account: Account, alert: Alert, reason: Reason, rulebook: Rulebook) -> m.WhyReason:
    """What fired, with the values of now while it stands and its playbook is known; else with those it last met."""
    playbook = rulebook.playbooks.get(reason.playbook) if reason.ended_at is None else None
    last = tuple(conditions_of(reason.cause.get("terms", []), reason.facts))
    conditions = terms_now(session, account, playbook, rulebook.signals) if playbook else last
    return m.WhyReason(reason.playbook, reason.playbook_version, reason.began_at, conditions, reason.ended_at)


def cause_now(session: Session, alert: Alert, desk: Desk) -> m.Cause:
    return cause_of(alert, reasons_of(session, [alert.id])[alert.id], desk.world)


def account_fact(account: Account) -> m.Account:
    return m.Account(account.id, account.name, account.url)


FEATURE = Feature(
    clicks={
        Action.ALERT_TAKE: take_clicked,
        Action.ALERT_SNOOZE: snooze_clicked,
        Action.ALERT_WAKE: wake_clicked,
        Action.ALERT_DISMISS: dismiss_clicked,
        Action.ALERT_RESOLVE: resolve_clicked,
        Action.ALERT_WHY: why_clicked,
        Action.ALERT_ASSIGN: assign_clicked,
    }
)
