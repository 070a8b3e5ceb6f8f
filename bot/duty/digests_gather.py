"""What a person's digest says, as everything stands at the moment when it is sent."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, or_, select
from sqlalchemy.orm import Session

from bot.alerts.cards import cause_of, money
from bot.alerts.lifecycle import TOLD
from bot.alerts.people import person
from bot.alerts.queries import lines_of, owned_by
from bot.alerts.reasons import reasons_of
from bot.alerts.world import World
from bot.duty.digests import closed_since
from bot.duty.digests_times import Morning
from bot.messages import catalog as m
from bot.playbooks.match import Held
from bot.settings import RoleSettings
from bot.team.roles import actor_of
from bot.team.sight import sees_money
from models import Account, Alert, Match, Teammate, Trace

Row = tuple[Alert, Account]
LEEWAY = timedelta(hours=1)


@dataclass(frozen=True)
class Reader:
    """Whose digest it is. `absent` are away, and the reader looks after their accounts too."""

    teammate: Teammate
    absent: tuple[Teammate, ...]
    roles: RoleSettings

    @property
    def everybody(self) -> tuple[Teammate, ...]:
        return self.teammate, *self.absent

    @property
    def ids(self) -> list[str]:
        return [one.slack_id for one in self.everybody]

    def looks_after(self) -> ColumnElement[bool]:
        return or_(*(owned_by(one.slack_id, one.email) for one in self.everybody))

    def stands_in_for(self, alert: Alert, account: Account) -> m.Person | None:
        """None: it is the reader's own."""
        for one in self.everybody:
            crm = alert.assigned_to is None and account.owner_email == one.email
            if crm or one.slack_id in (alert.assigned_to, alert.taken_by):
                return None if one is self.teammate else m.Person(slack_id=one.slack_id, name=one.name)
        return None

    def may_see(self, alert: Alert, account: Account) -> bool:
        return sees_money(actor_of(self.teammate, self.roles), account, self.roles, alert)


@dataclass(frozen=True)
class Span:
    """`since`: what was closed before has been told. `began`: the moment that the digest is about; what came later (its card has just
    been posted) is for the next one. `sent`: what was done since to what it names is shown; None while nobody has read it."""

    morning: Morning
    since: datetime
    began: datetime
    sent: datetime | None = None

    def after_sending(self, moment: Any) -> ColumnElement[bool]:
        done: ColumnElement[bool] = moment >= self.sent if self.sent else false()
        return done


def digest_of(session: Session, reader: Reader, span: Span, world: World) -> m.Digest:
    needing = _needing(session, reader, span, world)
    waiting, waiting_total = _waiting(session, reader, span.began)
    closed, closed_total = _closed(session, reader, span, world)
    return m.Digest(
        day=span.morning.day,
        lines=tuple(line for line, _ in needing[: m.Digest.SHOWN]),
        total=len(needing),
        arr=sums({account.id: account for line, account in needing if line.alert.arr}.values()),
        waiting=waiting,
        waiting_total=waiting_total,
        closed=closed,
        closed_total=closed_total,
    )


def _needing(session: Session, reader: Reader, span: Span, world: World) -> list[tuple[m.DigestLine, Account]]:
    """The largest accounts first; alerts of demoted playbooks after all others."""
    rows = _open(session, reader, span)
    found = []
    for (alert, account), line in zip(rows, lines_of(session, rows, world), strict=True):
        if line.cause.card == m.CardName.TASK and line.owner is None and alert.taken_by is None:
            continue  # a task for the managers: it is in their channel
        shown = line if reader.may_see(alert, account) else replace(line, arr=None)
        until = alert.deadline or line.take_by
        overdue = until is not None and until < world.now()
        found.append((m.DigestLine(shown, reader.stands_in_for(alert, account), overdue, _returns(alert, span)), account))
    return found


def _returns(alert: Alert, span: Span) -> bool:
    return alert.state == m.State.SNOOZED and alert.snoozed_until is not None and alert.snoozed_until < span.morning.ends


def _open(session: Session, reader: Reader, span: Span) -> list[Row]:
    """What is put to sleep, taken by others or due on another day needs nobody here today; what was just so shows it."""
    tomorrow = span.morning.ends
    slept = exists().where(Trace.alert_id == Alert.id, Trace.what == m.Did.SNOOZED.value, span.after_sending(Trace.at))
    needing = (
        Alert.closed_at.is_(None),
        or_(Alert.state != m.State.SNOOZED.value, Alert.snoozed_until < tomorrow, slept),
        or_(Alert.state != m.State.TAKEN.value, Alert.taken_by.in_(reader.ids), span.after_sending(Alert.taken_at)),
        or_(Alert.card != m.CardName.TASK.value, Alert.deadline.is_(None), Alert.deadline < tomorrow),
        or_(Alert.card != m.CardName.SURVEY_ANSWERS.value, ~Alert.quiet, Alert.taken_by.is_not(None), Alert.opened_at > _untold(span)),
    )
    joined = select(Alert, Account).join(Account, Account.id == Alert.account_id).where(reader.looks_after(), *needing)
    rows = session.execute(joined.order_by(Alert.quiet, Account.arr.desc().nulls_last(), Alert.opened_at, Alert.id))
    return [(alert, account) for alert, account in rows if alert.opened_at <= span.began]


def _untold(span: Span) -> datetime:
    """Answers without a card that came later were in no digest yet. One may leave a little after the moment that it is about."""
    return span.since - LEEWAY


def _waiting(session: Session, reader: Reader, began: datetime) -> tuple[tuple[m.WaitingLine, ...], int]:
    """Matches that only the budget of cards holds back."""
    emails = [one.email for one in reader.everybody if one.email]
    held = (
        select(Match.playbook, Match.account_id)
        .join(Account, Account.id == Match.account_id)
        .where(Match.held == Held.BUDGET.value, Match.since <= began, Account.owner_email.in_(emails))
        .distinct()
        .subquery()
    )
    first = select(Account, held.c.playbook).join(held, held.c.account_id == Account.id)
    rows = session.execute(first.order_by(Account.arr.desc().nulls_last(), Account.id, held.c.playbook).limit(m.Digest.BESIDE))
    lines = tuple(m.WaitingLine(_account(account), playbook) for account, playbook in rows)
    return lines, (session.scalar(select(func.count()).select_from(held)) or 0) if len(lines) == m.Digest.BESIDE else len(lines)


def _closed(session: Session, reader: Reader, span: Span, world: World) -> tuple[tuple[m.ClosedLine, ...], int]:
    """What ended by itself or was closed by others; what the reader closed is told only where it stood before."""
    me = reader.teammate.slack_id
    news = or_(Alert.closed_by.is_(None), Alert.closed_by != me, span.after_sending(Alert.closed_at))
    where = (reader.looks_after(), closed_since(span.since), news, func.coalesce(Alert.outcome, "") != TOLD)
    joined = select(Alert, Account).join(Account, Account.id == Alert.account_id).where(*where)
    rows = session.execute(joined.order_by(Alert.closed_at.desc(), Alert.id.desc()).limit(m.Digest.BESIDE)).all()
    lines = _closed_lines(session, rows, world)
    total = session.scalar(select(func.count()).select_from(joined.subquery())) if len(rows) == m.Digest.BESIDE else len(rows)
    return lines, total or 0


def _closed_lines(session: Session, rows: Sequence[Row], world: World) -> tuple[m.ClosedLine, ...]:
    reasons = reasons_of(session, [alert.id for alert, _ in rows])
    return tuple(
        m.ClosedLine(
            _account(account), cause_of(alert, reasons[alert.id], world), m.State(alert.state), alert.outcome or "", person(alert.closed_by)
        )
        for alert, account in rows
    )


def _account(account: Account) -> m.Account:
    return m.Account(account.id, account.name, account.url)


def sums(accounts: Iterable[Account]) -> tuple[m.Money, ...]:
    """The ARR of different accounts, by currency, the largest sum first."""
    found: dict[str | None, float] = defaultdict(float)
    for account in accounts:
        if arr := money(account):
            found[arr.currency] += arr.amount
    return tuple(m.Money(amount, currency) for currency, amount in sorted(found.items(), key=lambda one: -one[1]))
