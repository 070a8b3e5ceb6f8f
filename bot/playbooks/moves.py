"""What moves plays besides time, for all of them in a few statements: reaching the goal, having to leave, and what they wait for."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, false, func, literal, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.accounts.signals import Signals
from bot.alerts.record import STAYSAIL, overdue, show_anew, stands_for
from bot.bulk import add_all
from bot.playbooks.definition import Playbook
from bot.playbooks.engine import ALERT, CONDITION, EVENT, EXIT, GOAL
from bot.playbooks.match import in_care
from bot.playbooks.program import Wait
from bot.playbooks.status import PAUSED
from models import Account, Event, Match, Play, Trace

CHURNED, GONE = "churned", "gone"
EVENT_DAYS = 3


def anything_due(session: Session, now: datetime) -> bool:
    """There are plays to move, events to look at, or deadlines that have passed."""
    late = exists().where(*overdue(now))
    due, new = exists().where(Play.due_at <= now, Play.playbook.not_in(PAUSED)), exists().where(Event.handled_at.is_(None), Event.at <= now)
    return bool(session.scalar(select(or_(due, new, late))))


def left_because(day: date, *first: tuple[ColumnElement[bool], ColumnElement[str]]) -> ColumnElement[str]:
    """Why an account is no longer in care; NULL while it is. `first`: conditions with other reasons, which come before."""
    return case(*first, (Account.gone_at.is_not(None), literal(GONE)), (~in_care(day), literal(CHURNED)))


def leave(session: Session, playbook: Playbook, signals: Signals, now: datetime) -> int:
    """Ends the plays whose goal is reached, whose `exit_when` holds, or whose account left. Those that wait for their cards to be
    closed are ended with these. Returns how many."""
    own = [(condition.clause, name) for condition, name in ((playbook.goal, GOAL), (playbook.exit_when, EXIT)) if condition]
    reason = left_because(signals.day, *((func.coalesce(clause, false()), literal(name)) for clause, name in own))
    running = (
        select(Play.id, Play.account_id, reason)
        .select_from(signals.table.join(Play, Play.account_id == Account.id))
        .where(*_running(playbook), func.coalesce(Play.waiting, "") != ALERT, reason.is_not(None))
        .with_for_update(of=Play)
        .params(as_of=signals.day)
    )
    ended = session.execute(running).all()
    for name in {row[2] for row in ended}:
        ids = [row[0] for row in ended if row[2] == name]
        values = {"ended_at": now, "end_reason": name, "due_at": None, "waiting": None}
        for some in _pages(ids):
            session.execute(update(Play).where(Play.id.in_(some)).values(values), execution_options={"synchronize_session": False})
    about = {"at": now, "actor": STAYSAIL, "what": "play_ended", "playbook": playbook.name, "playbook_version": playbook.version}
    traces = [about | {"play_id": play, "account_id": account, "detail": {"reason": name}} for play, account, name in ended]
    add_all(session, Trace, traces)
    if ended:
        show_anew(session, stands_for([row[0] for row in ended]))
    return len(ended)


def _running(playbook: Playbook) -> tuple[ColumnElement[bool], ...]:
    return Play.playbook == playbook.name, Play.version == playbook.version, Play.ended_at.is_(None)


def _pages(ids: Sequence[int], size: int = 5000) -> Iterable[Sequence[int]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))


def wake(session: Session, playbook: Playbook, signals: Signals, now: datetime) -> None:
    """Plays whose condition has come true, or whose event has happened, are due."""
    for at, op in enumerate(playbook.program.ops):
        if not isinstance(op, Wait):
            continue
        here = (*_running(playbook), Play.step == at)
        if op.until is not None:
            clause = playbook.program.conditions[op.until].clause
            true_for = select(Account.id).select_from(signals.table).where(clause).params(as_of=signals.day)
            _make_due(session, and_(*here, Play.waiting == CONDITION, Play.account_id.in_(true_for)), now)
        elif op.step.wait.event:
            name = op.step.wait.event
            happened = exists().where(_event_of_play(name))
            _make_due(session, and_(*here, Play.waiting == f"{EVENT}{name}", happened), now)


def _event_of_play(name: str) -> ColumnElement[bool]:
    of_contact = or_(Play.contact_id == "", Event.contact_id.in_(("", Play.contact_id)))
    return and_(Event.account_id == Play.account_id, Event.name == name, Event.handled_at.is_(None), of_contact)


def _make_due(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    session.execute(update(Play).where(which).values(due_at=now), execution_options={"synchronize_session": False})


def settle_events(session: Session, now: datetime) -> None:
    """An event has had its effect, unless a playbook would begin for it and is held back, or one like it comes first: that may still
    come, for three days."""
    occasion = literal("event:") + cast(Event.id, String)
    held = exists().where(Match.occasion == occasion, Match.held.is_not(None))
    earlier = aliased(Event)
    same = and_(earlier.account_id == Event.account_id, earlier.contact_id == Event.contact_id, earlier.name == Event.name)
    queued = exists().where(same, earlier.handled_at.is_(None), earlier.id < Event.id)
    over = or_(and_(not_(held), not_(queued)), Event.at < now - timedelta(days=EVENT_DAYS))
    settled = update(Event).where(Event.handled_at.is_(None), Event.at <= now, over).values(handled_at=now)
    session.execute(settled, execution_options={"synchronize_session": False})
