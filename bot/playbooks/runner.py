"""The runner moves plays: what the engine decides is written in one transaction with the play's new place and its outbox rows.

due plays, locked ─► the engine ─► alerts, letters, notices, webhooks, fields ─► outbox ─► traces and new places
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.connectors.ports import Usage
from bot.database import Database, add_all
from bot.errors import SourceFailed, StaysailError
from bot.playbooks.definition import Playbook
from bot.playbooks.due import Due, about_to_open, claim
from bot.playbooks.effects.alerts import Trends, open_alerts
from bot.playbooks.effects.dispatches import Leaving, Writer, dispatch, notices, webhooks
from bot.playbooks.effects.doing import Doing
from bot.playbooks.effects.fields import set_fields
from bot.playbooks.engine import ALERT, DONE, Advance, advance
from bot.playbooks.ledger import Hold, Ledger, Send, Skip
from bot.playbooks.program import Do
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.start import start_for
from bot.playbooks.steps import CardStep, EmailStep, NotifyStep, SetStep, StartStep, TaskStep, WebhookStep
from models import Alert, Play, Trace

log = structlog.get_logger()
WEEKS = 13
BROKEN_AGAIN = timedelta(hours=1)


@dataclass
class Moved:
    """What a pass did: plays that moved, alerts that were opened, letters that were written."""

    plays: int = 0
    opened: int = 0
    letters: int = 0


async def advance_plays(database: Database, usage: Usage | None, rulebook: Rulebook, now: datetime) -> Moved:
    """Moves every play that is due, as far as it can go now."""
    moved = Moved()
    while True:
        trends: dict[tuple[str, int], dict[str, list[float]]] = {}
        for edition, accounts in (await database.read(about_to_open, rulebook, now)).items():
            trends[edition] = await read_trends(usage, rulebook.signals, rulebook.editions[edition], accounts)
        some = await database.run(move, rulebook, trends, now)
        moved.plays += some.plays
        moved.opened += some.opened
        moved.letters += some.letters
        if not some.plays:
            return moved


async def read_trends(usage: Usage | None, signals: Signals, playbook: Playbook, accounts: Sequence[str]) -> dict[str, list[float]]:
    """Thirteen weekly values of each account. Empty when the usage source fails: a card does without rather than wait."""
    metric = signals.main_metric(playbook.when.signals)
    if usage is None or metric is None or not accounts:
        return {}
    try:
        return await asyncio.to_thread(usage.weekly, metric.name, accounts, signals.measured[metric.name].day, WEEKS)
    except SourceFailed as error:
        log.warning("trend_not_read", metric=metric.name, problem=str(error))
        return {}


def move(session: Session, rulebook: Rulebook, trends: Trends, now: datetime) -> Moved:
    """One batch, the most pressing plays first."""
    batch = _Batch(session, rulebook, now)
    due = claim(session, rulebook, now)
    batch.decide(due)
    return batch.write(trends)


@dataclass
class _Batch:
    """What one transaction is going to write."""

    session: Session
    rulebook: Rulebook
    now: datetime
    moves: list[tuple[Due, Advance]] = field(default_factory=list)
    doings: list[Doing] = field(default_factory=list)
    letters: list[Leaving] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)

    def decide(self, due: Sequence[Due]) -> None:
        at_letters = [play for play in due if _letter_of(play) and not play.silent]
        doings = [Doing(play, None) for play in at_letters]  # type: ignore[arg-type]  # only whom they are about counts here
        self.ledger = Ledger(self.session, self.rulebook.house, [play.account_id for play in at_letters], self.now)
        self.writer = Writer(self.session, self.rulebook.house, doings, self.now)
        for play in due:
            self._decide(play)

    def _decide(self, play: Due) -> None:
        if play.left and not play.place.alerts:
            return self._end(play, play.left)
        step = _letter_of(play)
        verdict = self._ask_ledger(play, step) if step and not play.silent and not play.sight.goal and not play.sight.leave else None
        if isinstance(verdict, Hold):
            return self._hold(play, verdict)
        then = advance(play.playbook.program, play.place, play.sight)
        visits = [Doing(play, visit) for visit in then.visits]
        if visits and isinstance(verdict, Skip):
            visits[0].detail["skipped"] = verdict.reason
        elif visits and isinstance(verdict, Send):
            try:
                self.letters.append(self.writer.letter(visits[0], verdict, self.ledger))
            except StaysailError as error:
                log.warning("letter_not_written", play=play.play_id, problem=str(error))
                return self._hold(play, Hold(self.now + BROKEN_AGAIN, f"letter: {error}"))
        self.doings += visits
        self.moves.append((play, then))
        return None

    def _ask_ledger(self, play: Due, step: EmailStep) -> Send | Hold | Skip:
        letters = self.rulebook.house.letters
        essential = bool(letters and letters.essential(step.email.letter))
        return self.ledger.decide(step.email.to, play.account_id, play.contact_id, play.owner_email, essential, play.pressing)

    def _hold(self, play: Due, hold: Hold) -> None:
        if play.place.held != hold.reason:
            detail = {"reason": hold.reason, "until": hold.until.isoformat()}
            about = _about(play, self.now)
            self.traces.append(about | {"what": "held_back", "step": play.op.path, "detail": detail})
        self.moves.append((play, Advance((), replace(play.place, held=hold.reason), due_at=hold.until)))

    def _end(self, play: Due, reason: str) -> None:
        self.moves.append((play, Advance((), play.place, ended=reason)))

    def write(self, trends: Trends) -> Moved:
        acting: dict[type, list[Doing]] = defaultdict(list)
        for doing in self.doings:
            if isinstance(doing.visit.op, Do) and not doing.due.silent:
                acting[type(doing.step)].append(doing)
        alerts = [*acting[CardStep], *acting[TaskStep]]
        open_alerts(self.session, alerts, self.rulebook, trends, self.now)
        self._leave(acting)
        opened = {id(doing) for doing in alerts}
        self.traces += [doing.trace(self.now) for doing in self.doings if id(doing) not in opened]
        settled = _settled(self.session, self.moves)
        self.traces += [_ended(play, then, self.now) for play, then in settled if then.ended]
        add_all(self.session, Trace, self.traces)
        _write_places(self.session, settled, self.now)
        return Moved(len(self.moves), len(alerts), len(self.letters))

    def _leave(self, acting: Mapping[type, list[Doing]]) -> None:
        house, now = self.rulebook.house, self.now
        leaving = [*self.letters, *notices(self.session, acting[NotifyStep], house, now), *webhooks(acting[WebhookStep], now)]
        dispatch(self.session, leaving, now)
        set_fields(self.session, acting[SetStep], self.rulebook.signals.day)
        for doing in acting[StartStep]:
            occasion = f"play:{doing.due.play_id}:{doing.visit.number}"
            begun = start_for(self.session, self.rulebook, doing.step.start, doing.due.account_id, occasion, now)
            doing.detail["started" if isinstance(begun, int) else "held"] = begun


def _letter_of(play: Due) -> EmailStep | None:
    return play.op.step if isinstance(play.op, Do) and isinstance(play.op.step, EmailStep) else None


def _about(play: Due, now: datetime) -> dict[str, Any]:
    name, version = play.playbook.edition
    ids = {"account_id": play.account_id, "play_id": play.play_id, "alert_id": None, "step": None}
    return {"at": now, "actor": "staysail", "playbook": name, "playbook_version": version} | ids


def _ended(play: Due, then: Advance, now: datetime) -> dict[str, Any]:
    silent = {"silent": play.silent} if play.silent else {}
    return _about(play, now) | {"what": "play_ended", "detail": {"reason": then.ended, "words": then.words, **silent}}


def _settled(session: Session, moves: Sequence[tuple[Due, Advance]]) -> list[tuple[Due, Advance]]:
    """A play at its end waits for its cards: those that stand. A silent one has none."""
    waiting = [play.play_id for play, then in moves if then.waiting == ALERT and not play.silent]
    standing = (
        set(session.scalars(select(Alert.play_id).where(Alert.play_id.in_(waiting), Alert.closed_at.is_(None)))) if waiting else set()
    )
    return [
        (play, replace(then, waiting=None, ended=DONE) if then.waiting == ALERT and play.play_id not in standing else then)
        for play, then in moves
    ]


def _write_places(session: Session, moves: Sequence[tuple[Due, Advance]], now: datetime) -> None:
    if not moves:
        return
    table: Any = Play.__table__
    names = ("step", "progress", "due_at", "waiting", "ended_at", "end_reason")
    statement = update(table).where(table.c.id == bindparam("play")).values({name: bindparam(f"new_{name}") for name in names})
    session.connection().execute(statement, [_row(play, then, now) for play, then in moves])


def _row(play: Due, then: Advance, now: datetime) -> dict[str, Any]:
    return {
        "play": play.play_id,
        "new_step": then.place.step,
        "new_progress": then.place.as_json(),
        "new_due_at": None if then.ended else then.due_at,
        "new_waiting": None if then.ended else then.waiting,
        "new_ended_at": now if then.ended else None,
        "new_end_reason": then.ended,
    }
