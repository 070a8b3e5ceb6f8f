"""What duty tells, written when it leaves: from how things stand then. What is moot by then is not sent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.people import person
from bot.alerts.queries import lines_of
from bot.alerts.world import World
from bot.delivery.composed import Composed, Composer, Withheld
from bot.duty.answers import away_answer, back_on
from bot.duty.post import Kind, told_of
from bot.messages import catalog as m
from bot.messages.render import render
from bot.settings import Settings
from bot.team.away import in_charge
from models import Absence, Account, Alert, Dispatch, OutboxMessage, Teammate

MOOT, THEY_ARE_BACK, REPLACED = "it is in hand, or over", "they are back", "they no longer stand in"
Write = Callable[[Session, Dispatch, World], m.Message | Withheld]
Remind = Callable[[m.AlertLine, Mapping[str, Any]], m.Reminder]
"""A line, and what the dispatch tells of its alert."""


def duty_composer(settings: Callable[[], Settings], world: World) -> Composer:

    def compose(session: Session, numbers: Sequence[int]) -> Mapping[int, Composed | Withheld]:
        dispatches = session.scalars(select(Dispatch).where(Dispatch.id.in_(numbers))).all()
        return {dispatch.id: _composed(session, dispatch) for dispatch in dispatches}

    def _composed(session: Session, dispatch: Dispatch) -> Composed | Withheld:
        if dispatch.kind == Kind.AWAY:
            found = _away(session, dispatch, world, settings().manager_channel)
        else:
            found = WRITERS[Kind(dispatch.kind)](session, dispatch, world)
        return found if isinstance(found, Withheld) else Composed(dispatch.version, render(found))

    return compose


def _lines(session: Session, alert_ids: Sequence[int], world: World) -> tuple[m.AlertLine, ...]:
    """Those of the alerts that are still open, the most valuable account first."""
    joined = select(Alert, Account).join(Account, Account.id == Alert.account_id)
    open_ones = joined.where(Alert.id.in_(alert_ids), Alert.closed_at.is_(None))
    rows = session.execute(open_ones.order_by(Account.arr.desc().nulls_last(), Alert.id))
    return lines_of(session, [(alert, account) for alert, account in rows], world)


def _without_money(lines: Sequence[m.AlertLine]) -> tuple[m.AlertLine, ...]:
    return tuple(replace(line, arr=None) for line in lines)


def _reminders(dispatch: Dispatch, lines: Iterable[m.AlertLine], reminder: Remind) -> m.Message | Withheld:
    told = {about["alert"]: about for about in told_of(dispatch)}
    found = tuple(reminder(line, told[line.alert_id]) for line in lines)
    if len(found) < 2:
        return found[0] if found else Withheld(MOOT)
    return m.ReminderList(stage=found[0].stage, lines=found, total=len(found))


def _waiting(session: Session, dispatch: Dispatch, world: World) -> tuple[m.AlertLine, ...]:
    """Those that nobody has taken and whose time is still the one that was over."""
    told = {about["alert"]: datetime.fromisoformat(about["take_by"]) for about in told_of(dispatch)}
    alerts = session.scalars(select(Alert).where(Alert.id.in_(told), Alert.state == m.State.OPEN.value, Alert.taken_by.is_(None)))
    return _lines(session, [alert.id for alert in alerts if alert.take_by == told[alert.id]], world)


def _reminder(session: Session, dispatch: Dispatch, world: World) -> m.Message | Withheld:
    def remind(line: m.AlertLine, about: Mapping[str, Any]) -> m.Reminder:
        by = datetime.fromisoformat(about["take_by"])
        return m.Reminder(stage=m.Stage.OWNER, line=line, by=by, absent=person(about["stands_for"]))

    return _reminders(dispatch, _waiting(session, dispatch, world), remind)


def _late(session: Session, dispatch: Dispatch, world: World) -> m.Message | Withheld:
    def remind(line: m.AlertLine, about: Mapping[str, Any]) -> m.Reminder:
        by, at = datetime.fromisoformat(about["take_by"]), about["reminded_at"]
        reminded_at = datetime.fromisoformat(at) if at else None
        return m.Reminder(stage=m.Stage.MANAGERS, line=line, by=by, reminded=person(about["reminded"]), reminded_at=reminded_at)

    return _reminders(dispatch, _without_money(_waiting(session, dispatch, world)), remind)


def _due(session: Session, dispatch: Dispatch, world: World) -> m.Message | Withheld:
    def remind(line: m.AlertLine, about: Mapping[str, Any]) -> m.Reminder:
        return m.Reminder(stage=m.Stage.TASK, line=line, by=line.deadline or datetime.fromisoformat(about["deadline"]))

    awake = [line for line in _lines(session, [about["alert"] for about in told_of(dispatch)], world) if line.state != m.State.SNOOZED]
    return _reminders(dispatch, awake, remind)


def _moved(session: Session, dispatch: Dispatch, world: World) -> m.Message | Withheld:
    lines, side = _lines(session, dispatch.content["alerts"], world), m.Side(dispatch.content["side"])
    if not lines:
        return Withheld(MOOT)
    others = tuple(m.Person(slack_id=other) for other in dispatch.content["others"])
    return m.MovedSummary(side=side, lines=lines if side is m.Side.NEW else _without_money(lines), total=len(lines), others=others)


def _stand_in(session: Session, dispatch: Dispatch, world: World) -> m.Message | Withheld:
    """Whoever has read it reads there, too, that it is over."""
    absence = session.get(Absence, dispatch.content["absence"])
    charge = in_charge(session, absence.slack_id, world.now()) if absence else None
    if absence is None or (absence.ended_at and not _stands(session, dispatch)):
        return Withheld(THEY_ARE_BACK)
    lines, absent = _lines(session, dispatch.content["alerts"], world), m.Person(slack_id=absence.slack_id)
    if absence.ended_at:
        return m.StandInSummary(absent=absent, lines=lines, total=len(lines), over=True)
    if dispatch.recipient not in (absence.stand_in, charge):
        return _replaced(lines, absent, dispatch.recipient, charge) if _stands(session, dispatch) else Withheld(REPLACED)
    day, until = back_on(absence, session.get(Teammate, absence.slack_id), world.zone)
    return m.StandInSummary(absent=absent, lines=lines, total=len(lines), back_on=day, until=until)


def _replaced(lines: Sequence[m.AlertLine], absent: m.Person, before: str, charge: str | None) -> m.StandInSummary:
    """For who stood in before: what has not gone to `charge`."""
    kept = tuple(line for line in lines if m.Person(slack_id=before) in (line.owner, line.acting))
    return m.StandInSummary(absent=absent, lines=kept, total=len(kept), replaced=True, instead=person(charge))


def _stands(session: Session, dispatch: Dispatch) -> bool:
    """Whether it has been posted."""
    return session.scalar(select(OutboxMessage.ts).where(OutboxMessage.dedup_key == dispatch.key)) is not None


def _away(session: Session, dispatch: Dispatch, world: World, managers: str) -> m.Message | Withheld:
    absence = session.get(Absence, dispatch.content["absence"])
    if absence is None or absence.ended_at:
        return Withheld(THEY_ARE_BACK)
    return away_answer(session, absence, dispatch.recipient, managers, world)


def _back(session: Session, dispatch: Dispatch, world: World) -> m.Message | Withheld:
    lines = _lines(session, dispatch.content["alerts"], world)
    if not lines:
        return Withheld(MOOT)
    return m.BackSummary(stand_in=m.Person(slack_id=dispatch.content["stand_in"]), lines=lines, total=len(lines))


WRITERS: Mapping[Kind, Write] = {
    Kind.REMIND: _reminder,
    Kind.LATE: _late,
    Kind.DUE: _due,
    Kind.MOVED: _moved,
    Kind.STAND_IN: _stand_in,
    Kind.BACK: _back,
}
