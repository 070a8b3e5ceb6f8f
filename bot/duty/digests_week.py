"""The managers' week: what became of alerts in seven days, against the seven before. Tasks are not counted: they are nobody's alarm."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.delivery.composed import Composed, Composer
from bot.duty.digests_gather import sums
from bot.duty.digests_times import WEEK
from bot.messages import catalog as m
from bot.messages.actions import Outcome
from bot.messages.render import render
from bot.playbooks.verdicts import precision_fact, trailing
from bot.team.channels import is_external
from models import Account, Alert, Dispatch, PlaybookStatus

RISK = "risk"
NOISY_BELOW, NOISY_FROM = 0.5, 10
"""A playbook is often wrong when it was useful in less than half of at least so many verdicts."""
PERSONS = (m.State.RESOLVED.value, m.State.DISMISSED.value)
Row = tuple[Alert, Account]


def week_composer() -> Composer:
    def compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed]:
        told = session.scalars(select(Dispatch).where(Dispatch.id.in_(ids))).all()
        return {one.id: Composed(one.version, render(_week(session, one))) for one in told}

    return compose


def _week(session: Session, told: Dispatch) -> m.Week:
    """Where people of other organisations read it, it names no money."""
    week = week_of(session, datetime.fromisoformat(told.content["until"]))
    if not is_external(session, told.recipient):
        return week
    this, before = (replace(figures, saved=(), improved=()) for figures in (week.this, week.before))
    return replace(week, this=this, before=before, at_risk=(), shared=True)


def week_of(session: Session, until: datetime) -> m.Week:
    rows = _alerts(session, until)
    alarmed = select(Alert.account_id).where(Alert.closed_at.is_(None), Alert.kind == RISK)
    return m.Week(
        since=until - WEEK,
        until=until,
        this=figures(rows, until),
        before=figures(rows, until - WEEK),
        open_now=session.scalar(select(func.count()).where(Alert.closed_at.is_(None), Alert.card != m.CardName.TASK.value)) or 0,
        at_risk=sums(session.scalars(select(Account).where(Account.id.in_(alarmed)))),
        noisy=_noisy(session),
    )


def _alerts(session: Session, until: datetime) -> Sequence[Row]:
    """Whatever happened in the two weeks."""
    first = until - 2 * WEEK
    lately = or_(Alert.opened_at >= first, Alert.taken_at >= first, Alert.closed_at >= first)
    joined = select(Alert, Account).join(Account, Account.id == Alert.account_id)
    return session.execute(joined.where(Alert.card != m.CardName.TASK.value, lately)).all()


def figures(rows: Iterable[Row], until: datetime) -> m.WeekFigures:
    """Of the seven days before `until`, which is not part of them. An account that was saved twice counts once."""
    rows = list(rows)

    def within(moment: datetime | None) -> bool:
        return moment is not None and until - WEEK <= moment < until

    closed = [(alert, account) for alert, account in rows if within(alert.closed_at)]
    waits = [alert.taken_at - alert.opened_at for alert, _ in rows if alert.taken_at and within(alert.taken_at)]
    return m.WeekFigures(
        opened=sum(within(alert.opened_at) for alert, _ in rows),
        taken=len(waits),
        closed=_ranked(Counter(_how(alert) for alert, _ in closed)),
        saved=_with(closed, Outcome.SAVED),
        improved=_with(closed, Outcome.IMPROVED),
        median_to_take=timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None,
    )


def _how(alert: Alert) -> str:
    return (alert.outcome or alert.state) if alert.state in PERSONS else alert.state


def _with(closed: Sequence[Row], outcome: Outcome) -> tuple[m.Money, ...]:
    return sums({account.id: account for alert, account in closed if alert.outcome == outcome}.values())


def _ranked(counts: Counter[str]) -> tuple[m.Count, ...]:
    return tuple(m.Count(name, count) for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _noisy(session: Session) -> tuple[m.NoisyPlaybook, ...]:
    """Those that are often wrong, the worst first, and those that lost their cards for it."""
    statuses = session.scalars(select(PlaybookStatus)).all()
    found = trailing(session, statuses)
    noisy = [
        m.NoisyPlaybook(status.name, precision_fact(found[status.name]), status.demoted_at is not None)
        for status in statuses
        if status.demoted_at or (found[status.name].verdicts >= NOISY_FROM and found[status.name].share < NOISY_BELOW)
    ]
    return tuple(sorted(noisy, key=lambda one: (one.precision.share, one.name)))
