"""The engine: where a play stands and what is known now → what to do. Pure: effects happen in the runner.

    place ─► op ─► op ─► … until it must wait, look again, or ends

A play does at most one step that depends on what was read (a letter, a change of the account) per look, so that every decision is made
on what then holds. Each step that is done has a number of its own in the play: an effect can be recognised for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from bot.alerts.lifecycle import ALERT_CLOSED, WAITS_FOR_CARDS
from bot.playbooks.program import Branch, Do, End, Jump, Loop, Op, Program, Split, Wait
from bot.playbooks.steps import SetStep

ALERT, CONDITION, EVENT = WAITS_FOR_CARDS, "condition", "event:"
DONE, GOAL, EXIT = "done", "goal", "exit"
AGAIN = timedelta(days=1)
"""A play that rests is told when its card is back; should that be missed, it is looked at all the same."""
MOMENTS = ("since", "until", "asleep")
LONGEST_WALK = 10_000


@dataclass(frozen=True)
class Place:
    """Where a play stands. `done` counts its steps so far, `alerts` those that opened one; `rounds` counts those of each loop.

    `since` and `until`: when the waiting at this step began, and when it ends at the latest; `asleep`: since when it rests. `held`: what
    holds back what it has to write.
    """

    step: int = 0
    done: int = 0
    alerts: int = 0
    rounds: Mapping[str, int] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    asleep: datetime | None = None
    held: str = ""

    def as_json(self) -> dict[str, Any]:
        """Without the step, which has a column of its own, and without what is empty."""
        kept: dict[str, Any] = {"done": self.done, "alerts": self.alerts, "rounds": dict(self.rounds), "variants": dict(self.variants)}
        moments = {name: moment.isoformat() for name in MOMENTS if (moment := getattr(self, name))}
        return {name: value for name, value in (kept | moments | {"held": self.held}).items() if value}

    @classmethod
    def read(cls, step: int, kept: Mapping[str, Any]) -> "Place":
        moments: dict[str, Any] = {name: datetime.fromisoformat(kept[name]) for name in MOMENTS if name in kept}
        numbers = {name: kept[name] for name in ("done", "alerts", "rounds", "variants", "held") if name in kept}
        return cls(step, **numbers, **moments)


@dataclass(frozen=True)
class Sight:
    """What is known at this look. `truths`: of the program's conditions, None being unknown; `events` have happened since the waiting
    began; `asleep`: its cards are snoozed; `target` names whom the play is about, for drawing variants; `zones` gives the local zones for
    waits."""

    now: datetime
    target: str
    truths: Sequence[bool | None] = ()
    goal: bool = False
    leave: bool = False
    events: frozenset[str] = frozenset()
    asleep: bool = False
    zones: Mapping[str, ZoneInfo] = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """A step that was done: its number within the play, and what the trace is to tell."""

    number: int
    path: str
    op: Op
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Advance:
    """What was done, and where the play stands now. `due_at`: when to look again; `waiting`: what else moves it on; `ended`: why it ended.
    `at_customer`: it came to a step that reaches one, and whether it may must be looked up first.

    At the end of its steps a play that opened alerts waits for them (`ALERT`).
    """

    visits: tuple[Visit, ...]
    place: Place
    due_at: datetime | None = None
    waiting: str | None = None
    ended: str | None = None
    words: str = ""
    at_customer: bool = False


def advance(program: Program, place: Place, sight: Sight) -> Advance:
    """Everything that can be done now."""
    if sight.goal or sight.leave:
        return Advance((), place, ended=GOAL if sight.goal else EXIT)
    walk = _Walk(program, place, sight)
    for _ in range(LONGEST_WALK):
        if arrived := walk.go_on():
            return arrived
    return walk.rest(due_at=sight.now)  # an endless loop of conditions: it goes on at the next look


class _Walk:
    def __init__(self, program: Program, place: Place, sight: Sight) -> None:
        self.program, self.place, self.sight = program, place, sight
        self.visits: list[Visit] = []
        self.began_at = place.step

    def rest(self, **how: Any) -> Advance:
        return Advance(tuple(self.visits), self.place, **how)

    def go_on(self) -> Advance | None:
        """One op. None: it was done, and the next may follow at once."""
        if self.place.step >= len(self.program.ops):
            return self.rest(waiting=ALERT) if self.place.alerts else self.rest(ended=DONE)
        match op := self.program.ops[self.place.step]:
            case Jump():
                self.place = replace(self.place, step=op.to)
            case Branch():
                holds = self._holds(op.condition)
                self._visit(op, self.place.step + 1 if holds else op.otherwise, holds=holds)
            case Split():
                self._draw(op)
            case Loop():
                self._round(op)
            case Wait():
                return self._wait(op)
            case End():
                self._visit(op, len(self.program.ops))
                return self.rest(ended=op.reason, words=op.words)
            case Do():
                return self._do(op)
        return None

    def _holds(self, condition: int | None) -> bool:
        return condition is not None and self.sight.truths[condition] is True

    def _visit(self, op: Do | Wait | Branch | Split | Loop | End, then: int, **detail: Any) -> None:
        number = self.place.done + 1
        self.visits.append(Visit(number, op.path, op, detail))
        self.place = replace(self.place, step=then, done=number, since=None, until=None, asleep=None, held="")

    def _do(self, op: Do) -> Advance | None:
        if op.step.reaches_customers and (self.visits or self.place.step != self.began_at):
            return self.rest(due_at=self.sight.now, at_customer=True)
        self._visit(op, self.place.step + 1)
        if op.step.opens_alert:
            self.place = replace(self.place, alerts=self.place.alerts + 1)
        return self.rest(due_at=self.sight.now) if isinstance(op.step, SetStep) else None

    def _draw(self, op: Split) -> None:
        name, begins = draw(op, self.sight.target)
        self._visit(op, begins, variant=name)
        self.place = replace(self.place, variants={**self.place.variants, op.path: name})

    def _round(self, op: Loop) -> None:
        before = self.place.rounds.get(op.path, 0)
        if before >= op.at_most or self._holds(op.until):
            rounds = {path: count for path, count in self.place.rounds.items() if path != op.path}
            self._visit(op, op.after, rounds=before)
        else:
            rounds = {**self.place.rounds, op.path: before + 1}
            self.place = replace(self.place, step=self.place.step + 1)
        self.place = replace(self.place, rounds=rounds)

    def _wait(self, op: Wait) -> Advance | None:
        now, wait = self.sight.now, op.step.wait
        began_before = self.place.since is not None
        since = self.place.since or now
        if not began_before:
            self.place = replace(self.place, since=now, until=_end_of(op, now, self.sight.zones))
        if wait.event == ALERT_CLOSED:
            self._sleep(now)
        came = self._what_came(op, began_before)
        if came:
            self._visit(op, self.place.step + 1, came=came, since=since.isoformat())
            return None
        waiting = CONDITION if wait.until else f"{EVENT}{wait.event}" if wait.event else None
        return self.rest(due_at=now + AGAIN if self.place.asleep else self.place.until, waiting=waiting)

    def _sleep(self, now: datetime) -> None:
        """While its cards are snoozed the time stands still; what is left of it counts from when they are back."""
        asleep, until = self.place.asleep, self.place.until
        if self.sight.asleep:
            self.place = replace(self.place, asleep=asleep or now)
        elif asleep:
            self.place = replace(self.place, asleep=None, until=until and until + (now - asleep))

    def _what_came(self, op: Wait, began_before: bool) -> str | None:
        """An event ends one waiting only: what ended the one before is in this sight still."""
        wait = op.step.wait
        if wait.event and began_before and wait.event in self.sight.events:
            return "event"
        if wait.until and self._holds(op.until):
            return "condition"
        over = self.place.until and not self.place.asleep and self.sight.now >= self.place.until
        return "time" if over else None


def draw(op: Split, target: str) -> tuple[str, int]:
    """The variant of a target: always the same one, whoever asks and when."""
    point = share_of(f"{op.path}:{target}") * sum(weight for _, weight, _ in op.variants)
    for name, weight, begins in op.variants:
        point -= weight
        if point < 0:
            return name, begins
    raise AssertionError("weights add up to the whole")


def share_of(text: str) -> float:
    """A number in [0, 1) that the text alone decides."""
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big") / 2**64


def _end_of(op: Wait, now: datetime, zones: Mapping[str, ZoneInfo]) -> datetime | None:
    wait = op.step.wait
    if wait.clock:
        return _next_time(now, wait.clock, zones.get(wait.of) or ZoneInfo("UTC"))
    length = wait.length or wait.at_most
    return now + length if length else None


def _next_time(now: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """The next moment at which clocks there show this time: in a round of steps never the one that has just ended a waiting.

    One that a change of clocks leaves out is moved on by as much.
    """
    day = now.astimezone(zone).date()
    moments = (datetime.combine(day + timedelta(days=more), clock, zone).astimezone(now.tzinfo) for more in range(3))
    return next(moment for moment in moments if moment > now)
