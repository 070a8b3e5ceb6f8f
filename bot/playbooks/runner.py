"""The runner moves plays: what the engine decides is written in one transaction with the play's new place and its outbox rows.

due plays, locked ─► the engine ─► alerts, letters, notices, webhooks, fields ─► outbox ─► traces and new places
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.alerts.record import show_anew, stands_for
from bot.bulk import add_all
from bot.connectors.ports import Usage
from bot.database import Database
from bot.errors import SourceFailed, StaysailError
from bot.log import log
from bot.playbooks.definition import Playbook
from bot.playbooks.due import Due, about_to_open, claim
from bot.playbooks.effects.alerts import Trends, open_alerts
from bot.playbooks.effects.dispatches import dispatch, notices, webhooks
from bot.playbooks.effects.doing import Doing
from bot.playbooks.effects.fields import set_fields
from bot.playbooks.effects.reaching import Reaching, Verdict, reaching_step
from bot.playbooks.engine import ALERT, Advance, advance
from bot.playbooks.ledger import Hold
from bot.playbooks.places import about, ended, settled, write_places
from bot.playbooks.program import Do
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.start import start_for
from bot.playbooks.steps import CardStep, NotifyStep, SetStep, StartStep, Step, TaskStep, WebhookStep
from models import Trace

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


@dataclass(frozen=True)
class _Walk:
    """A play on its way through a batch: where it is `at`, what it did up to there, and how it rests (None: it has yet to set out).

    `reaches`: it came to a step that reaches customers, which can be decided on what was read for this look: nothing that a play does
    changes it before its next.
    """

    at: Due
    doings: tuple[Doing, ...]
    then: Advance | None = None

    @property
    def reaches(self) -> Step | None:
        return reaching_step(self.at) if self.then is None or self.then.at_customer else None


@dataclass
class _Batch:
    """What one transaction is going to write."""

    session: Session
    rulebook: Rulebook
    now: datetime
    moves: list[tuple[Due, Advance]] = field(default_factory=list)
    doings: list[Doing] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)

    def decide(self, due: Sequence[Due]) -> None:
        """Every play goes on to its next letter, survey, wait or end; then what reaches customers is decided together, in that order."""
        walks = [walk for play in due if (walk := self._set_out(play))]
        there = [walk.at for walk in walks if walk.reaches and not walk.at.silent]
        self.reaching = Reaching(self.session, self.rulebook.house, there, self.now)
        for walk in walks:
            self._go_on(walk)

    def _set_out(self, play: Due) -> "_Walk | None":
        if play.left:
            self._end(play, play.left)
            return None
        if reaching_step(play):
            return _Walk(play, ())
        then = advance(play.playbook.program, play.place, play.sight)
        doings = tuple(Doing(play, visit) for visit in then.visits)
        return _Walk(replace(play, place=then.place), doings, then)

    def _go_on(self, walk: "_Walk") -> None:
        play, step = walk.at, walk.reaches
        self.doings += walk.doings
        if walk.then and not step:
            self.moves.append((play, walk.then))
            return
        leaving = play.silent or play.sight.goal or play.sight.leave
        verdict = self.reaching.decide(play, step) if step and not leaving else None
        then = advance(play.playbook.program, play.place, play.sight)
        doings = [Doing(play, visit) for visit in then.visits]
        if hold := self._reach(doings, verdict):
            self._hold(play, hold)
        else:
            self.doings += doings
            self.moves.append((play, then))

    def _reach(self, doings: Sequence[Doing], verdict: Verdict | None) -> Hold | None:
        """Does what the first of these steps is for. Gives what holds it back."""
        if isinstance(verdict, Hold):
            return verdict
        if doings and verdict:
            try:
                self.reaching.do(doings[0], verdict)
            except StaysailError as error:
                log.warning("letter_not_written", play=doings[0].due.play_id, problem=str(error))
                return Hold(self.now + BROKEN_AGAIN, f"letter: {error}")
        return None

    def _hold(self, play: Due, hold: Hold) -> None:
        if play.place.held != hold.reason:
            detail = {"reason": hold.reason, "until": hold.until.isoformat()}
            self.traces.append(about(play, self.now) | {"what": "held_back", "step": play.op.path, "detail": detail})
        self.moves.append((play, Advance((), replace(play.place, held=hold.reason, since=hold.since), due_at=hold.until)))

    def _end(self, play: Due, reason: str) -> None:
        self.moves.append((play, Advance((), play.place, ended=reason)))

    def write(self, trends: Trends) -> Moved:
        acting: dict[type, list[Doing]] = defaultdict(list)
        for doing in self.doings:
            if isinstance(doing.visit.op, Do) and not doing.due.silent:
                acting[type(doing.step)].append(doing)
        alerts = [*acting[CardStep], *acting[TaskStep]]
        opened_now = open_alerts(self.session, alerts, self.rulebook, trends, self.now)
        self._leave(acting)
        asked = self.reaching.write()
        opened = {id(doing) for doing in alerts}
        self.traces += [doing.trace(self.now) for doing in self.doings if id(doing) not in opened]
        self.traces += self.reaching.traces
        places = settled(self.session, self.moves)
        self.traces += [ended(play, then, self.now) for play, then in places if then.ended]
        add_all(self.session, Trace, self.traces)
        write_places(self.session, places, self.now)
        self._show_the_end(places, Counter(doing.due.play_id for doing in alerts))
        return Moved(len(self.moves), opened_now, len(self.reaching.letters) + asked)

    def _show_the_end(self, places: Sequence[tuple[Due, Advance]], opened: Mapping[int, int]) -> None:
        """Cards from earlier looks no longer offer to take a play over that has nothing left to do."""
        over = [play.play_id for play, then in places if then.ended or then.waiting == ALERT]
        earlier = [play for play, then in places if then.place.alerts > opened.get(play.play_id, 0)]
        if at_end := {play.play_id for play in earlier} & set(over):
            show_anew(self.session, stands_for(at_end))

    def _leave(self, acting: Mapping[type, list[Doing]]) -> None:
        house, now = self.rulebook.house, self.now
        leaving = [*self.reaching.letters, *notices(self.session, acting[NotifyStep], house, now), *webhooks(acting[WebhookStep], now)]
        dispatch(self.session, leaving, now)
        set_fields(self.session, acting[SetStep], self.rulebook.signals.day)
        for doing in sorted(acting[StartStep], key=lambda doing: doing.due.account_id):  # two processes in one order: no deadlock
            occasion = f"play:{doing.due.play_id}:{doing.visit.number}"
            begun = start_for(self.session, self.rulebook, doing.step.start, doing.due.account_id, occasion, now)
            doing.detail["started" if isinstance(begun, int) else "held"] = begun
