"""Buttons on a card. Each checks who acts and what the alert's state allows at the moment of the click."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from bot.accounts.queries import contacts_of, signals_of
from bot.alerts import lifecycle
from bot.alerts.cards import cause_of, conditions_of, owner_of
from bot.alerts.history import history_line
from bot.alerts.lifecycle import Change, Snapshot
from bot.alerts.people import load_people
from bot.alerts.queries import earlier_alerts
from bot.alerts.record import act, snapshot
from bot.errors import AlreadyDone, Refused
from bot.messages import catalog as m
from bot.playbooks.why import terms_now
from bot.team.directory import is_ours
from bot.team.roles import Actor
from handlers.slack.desk import Desk, Reply
from handlers.slack.payloads import Click
from models import Account, Alert, Teammate
from models.queries import traces_of

T = TypeVar("T", bound=m.AlertModal)


async def take_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    now = desk.now()
    await desk.database.run(act_for, int(click.value), lambda alert: lifecycle.take(alert, actor.slack_id, now), actor, now)
    desk.worker.wake()
    return None


def act_for(session: Session, alert_id: int, decide: Callable[[Snapshot], Change | None], actor: Actor, now: datetime) -> None:
    """Acts, and notes for whom when the account is somebody else's."""

    def with_owner(alert: Snapshot) -> Change | None:
        change = decide(alert)
        owner = _owner_id(session, alert_id) if change else None
        if change and owner and owner != actor.slack_id and "whom" not in change.detail:
            change.detail["whom"] = owner
        return change

    act(session, alert_id, with_owner, actor.slack_id, now)


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


async def _modal(desk: Desk, click: Click, make: Callable[[Session, Alert, Account], T]) -> T:
    def load(session: Session) -> T:
        alert, account = load_alert(session, int(click.value))
        return make(session, alert, account)

    return await desk.database.read(load)


def _open_only(alert: Alert) -> None:
    """A form for something that is over would only be refused after it was filled in."""
    if alert.closed_at is not None:
        raise AlreadyDone(snapshot(alert).state, alert.closed_by, alert.closed_at)


async def snooze_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    earliest = desk.today_of(actor, desk.now()) + timedelta(days=1)

    def make(_: Session, alert: Alert, account: Account) -> m.SnoozeModal:
        _open_only(alert)
        return m.SnoozeModal(alert_id=alert.id, account=_account(account), cause=cause_of(alert, desk.world), earliest=earliest)

    return await _modal(desk, click, make)


async def dismiss_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(_: Session, alert: Alert, account: Account) -> m.DismissModal:
        _open_only(alert)
        return m.DismissModal(alert_id=alert.id, account=_account(account), cause=cause_of(alert, desk.world))

    return await _modal(desk, click, make)


async def resolve_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(_: Session, alert: Alert, account: Account) -> m.ResolveModal:
        _open_only(alert)
        return m.ResolveModal(alert_id=alert.id, account=_account(account), cause=cause_of(alert, desk.world))

    return await _modal(desk, click, make)


async def assign_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(session: Session, alert: Alert, account: Account) -> m.AssignModal:
        _open_only(alert)
        current = owner_of(alert, account, load_people(session, [(account.owner_email,)]))
        return m.AssignModal(alert_id=alert.id, account=_account(account), cause=cause_of(alert, desk.world), current=current)

    return await _modal(desk, click, make)


async def details_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(session: Session, alert: Alert, account: Account) -> m.DetailsModal:
        rulebook = desk.load_rulebook(session)
        return m.DetailsModal(
            alert_id=alert.id,
            account=_account(account),
            cause=cause_of(alert, desk.world),
            now=desk.now(),
            signals=signals_of(session, rulebook.signals, account.id),
            contacts=contacts_of(session, account.id),
            history=tuple(line for trace in traces_of(session, alert.id) if (line := history_line(trace))),
            earlier=earlier_alerts(session, alert, desk.world),
        )

    return await _modal(desk, click, make)


async def why_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(session: Session, alert: Alert, account: Account) -> m.WhyModal:
        rulebook = desk.load_rulebook(session)
        playbook = rulebook.playbooks.get(alert.playbook)
        fired = tuple(conditions_of(alert.cause.get("terms", []), alert.facts))
        return m.WhyModal(
            alert_id=alert.id,
            account=_account(account),
            cause=cause_of(alert, desk.world),
            now=desk.now(),
            playbook_version=alert.playbook_version,
            fired_at=alert.opened_at,
            conditions=terms_now(session, account, playbook, rulebook.signals) if playbook else fired,
        )

    return await _modal(desk, click, make)


def _account(account: Account) -> m.Account:
    return m.Account(account.id, account.name, account.url)
