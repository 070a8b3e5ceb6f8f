"""What waits for a person today, the most urgent first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.orm import Session

from bot.alerts.queries import lines_of, owned_by
from bot.home.reader import Reader
from bot.messages import catalog as m
from bot.team.roles import Actor
from bot.team.sight import sees_money
from models import Account, Alert

TASK, REVIEW = m.CardName.TASK.value, "review"
Where = Sequence[ColumnElement[bool]]
kind_of = case((Alert.card == TASK, "tasks"), (Alert.kind == REVIEW, "reviews"), else_="alerts")


def day_of(session: Session, reader: Reader) -> m.Day:
    """Open alerts that the person looks after: risks and their like, tasks, reviews. Snoozed ones are only counted."""
    here = (Alert.closed_at.is_(None), mine(reader.actor))
    late = case((is_late(reader.now), 1), else_=0)
    snoozed = Alert.state == m.State.SNOOZED.value
    counted = select(kind_of, snoozed, func.count(), func.sum(late)).join(Account, Account.id == Alert.account_id).where(*here)
    totals, lates, sleeping = {"tasks": 0, "reviews": 0, "alerts": 0}, 0, 0
    for kind, asleep, count, overdue in session.execute(counted.group_by(kind_of, snoozed)):
        if asleep:
            sleeping += count
        else:
            totals[kind] += count
            lates += overdue
    lines = {kind: _urgent(session, reader, (*here, ~snoozed, kind_of == kind)) if total else () for kind, total in totals.items()}
    return m.Day(
        alerts=lines["alerts"],
        tasks=lines["tasks"],
        reviews=lines["reviews"],
        alerts_total=totals["alerts"],
        tasks_total=totals["tasks"],
        reviews_total=totals["reviews"],
        late=lates,
        snoozed=sleeping,
    )


def mine(actor: Actor) -> ColumnElement[bool]:
    """What somebody looks after, but for what a colleague took. A task is its own owner's, who need not be the account's."""
    task = and_(Alert.card == TASK, Alert.assigned_to.is_(None), Alert.owner_email == (actor.email or "-"))
    free = or_(Alert.taken_by.is_(None), Alert.taken_by == actor.slack_id)
    return and_(free, or_(owned_by(actor.slack_id, actor.email), task))


def is_late(now: datetime) -> ColumnElement[bool]:
    """What is asked for was to be done before now, or nobody took it in time."""
    in_vain = and_(Alert.state == m.State.OPEN.value, Alert.take_by <= now)
    return func.coalesce(or_(Alert.deadline <= now, in_vain), False)


def _urgent(session: Session, reader: Reader, here: Where) -> tuple[m.DayLine, ...]:
    """Late ones first, then by deadline, then by what the account is worth."""
    late = case((is_late(reader.now), 0), else_=1)
    order = (late, Alert.deadline.asc().nulls_last(), Account.arr.desc().nulls_last(), Alert.opened_at, Alert.id)
    return day_lines(session, reader, here, order, m.Day.MOST)


def day_lines(session: Session, reader: Reader, here: Where, order: Sequence[SQLColumnExpression[Any]], most: int) -> tuple[m.DayLine, ...]:
    """Alerts with their accounts, money only for those who may see it."""
    joined = select(Alert, Account).join(Account, Account.id == Alert.account_id).where(*here)
    rows = [(alert, account) for alert, account in session.execute(joined.order_by(*order).limit(most))]
    lines = lines_of(session, rows, reader.world)
    return tuple(_line(line, alert, account, reader) for line, (alert, account) in zip(lines, rows, strict=True))


def _line(line: m.AlertLine, alert: Alert, account: Account, reader: Reader) -> m.DayLine:
    if not sees_money(reader.actor, account, reader.settings.roles, alert):
        line = replace(line, arr=None)
    return m.DayLine(line, any(until is not None and until <= reader.now for until in (line.deadline, line.take_by)))
