"""A small company without sources, random playbooks over it, days that pass, and a process that dies in the middle of them."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, select, update
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import resolve
from bot.alerts.record import act
from bot.database import Database
from bot.messages.actions import Outcome
from bot.playbooks.decide import decide, decide_events
from bot.playbooks.definition import Playbook
from bot.playbooks.known import known_signals
from bot.playbooks.loading import guard_of, house_of, known_to
from bot.playbooks.rulebook import House, Routes, Rulebook
from bot.playbooks.runner import advance_plays
from bot.settings import Settings, load_settings
from models import Account, Alert, Base, Contact, Event
from tests.integration.outcome import outcome
from tests.playbooks import load_playbooks

START = datetime(2026, 3, 23, 9, tzinfo=UTC)  # a Monday; the clocks go forward at the end of the week
ACCOUNTS = ("a", "b", "c")
SETTINGS = {
    "workspace": {"timezone": "Europe/Prague"},
    "channels": {"alerts": "#cs-alerts"},
    "crm": {"url": "sqlite:///nothing.db", "accounts": "SELECT id, name FROM accounts"},
    "email": {"url": "smtp://127.0.0.1:1", "from": "Customer success <cs@ours.example>"},
    "fields": {"rank": "number"},
    "segments": {"big": "arr > 50"},
    "limits": {"contact": "2 per 2d", "account": "3 per 3d"},
}


class Crash(Exception):
    """The process dies."""


@dataclass(frozen=True)
class Change:
    """What happens in the world before a pass. `what`: arr, seats, event, close, opt_out, churn."""

    what: str
    account: str
    value: int = 0


@dataclass(frozen=True)
class Passing:
    """A pass so many hours after the one before. `sweep` False: one between sweeps.

    `crashes`: after how many statements of the moving it dies, time after time; `early`: the same of the decision before.
    """

    hours: int
    changes: Sequence[Change]
    sweep: bool
    crashes: Sequence[int]
    early: Sequence[int] = ()


@dataclass(frozen=True)
class Story:
    playbooks: Sequence[Mapping[str, Any]]
    passes: Sequence[Passing]


_CRM = st.sampled_from(["arr > 40", "arr > 70", "seats < 5", "arr < 20 OR seats > 8", "big"])
_AWAY = st.sampled_from(["arr > 85", "seats > 8", "rank > 1"])
_SEEN = _CRM | st.sampled_from(["rank > 1", "tags LIKE '% x %'", "stage = 'adoption'"])
_WAITS = st.one_of(
    st.sampled_from(["1d", "2d", "36h"]).map(lambda length: {"wait": length}),
    st.builds(lambda until, most: {"wait": {"until": until, "at_most": most}}, _CRM, st.sampled_from(["1d", "3d"])),
    st.sampled_from(
        [{"wait": {"event": "paid", "at_most": "2d"}}, {"wait": {"event": "paid"}}, {"wait": {"event": "alert_closed", "at_most": "2d"}}]
    ),
    st.sampled_from([{"wait": {"at": "15:00"}}, {"wait": {"at": "02:30", "of": "contact"}}]),
)
_DEEDS = st.one_of(
    st.sampled_from(
        [
            {"set": {"tag": "x"}},
            {"set": {"untag": "x"}},
            {"set": {"rank": 1}},
            {"set": {"rank": 2, "tag": "y"}},
            {"set": {"stage": "adoption"}},
        ]
    ),
    st.builds(
        lambda name, to: {"email": {"letter": name, "to": to}},
        st.sampled_from(["welcome", "check-in"]),
        st.sampled_from(["admin", "admin", "csm", "nobody"]),
    ),
    st.sampled_from([{"notify": {"text": "Look", "to": "#cs"}}, {"webhook": {"url": "https://hook.example/in"}}]),
    st.sampled_from([{"task": {"what": "Call", "within": "2d"}}, {"card": "churn-risk"}, {"start": "second"}]),
)
_ENDS = st.sampled_from([{"goal": None}, {"stop": "enough"}])
_LEAVES = st.one_of(_DEEDS, _DEEDS, _DEEDS, _DEEDS, _WAITS, _WAITS, _WAITS, _ENDS)


def _steps(depth: int) -> st.SearchStrategy[list[Any]]:
    if depth == 0:
        return st.lists(_LEAVES, min_size=1, max_size=3)
    inside = _steps(depth - 1)
    branch = st.builds(lambda when, then, other: {"if": when, "then": then, "else": other}, _SEEN, inside, inside)
    split = st.builds(lambda weight, x: {"split": {"x": weight, "y": 1}, "x": x}, st.integers(1, 3), inside)
    rounds = st.builds(
        lambda body, most, until: {"repeat": body, "at_most": most} | until,
        inside,
        st.integers(1, 3),
        st.just({}) | _CRM.map(lambda c: {"until": c}),
    )
    return st.lists(st.one_of(_LEAVES, branch, split, rounds), min_size=2, max_size=4)


_TRIGGERS = st.sampled_from(
    [{"trigger": "sweep", "when": "seats > 0", "once_per": "2d"}, {"trigger": {"enters": "big"}}, {"trigger": {"event": "paid"}}]
)
_LIMITS = st.fixed_dictionaries(
    {}, optional={"goal": _AWAY, "exit_when": _AWAY, "unless": st.lists(_AWAY, min_size=1, max_size=1), "holdout": st.just("30%")}
)


def _playbook(name: str, how: Mapping[str, Any], limits: Mapping[str, Any], steps: list[Any]) -> dict[str, Any]:
    return {"playbook": name, "version": 1, "about": "A test", "kind": "onboarding", "steps": steps, **how, **limits}


_CHANGES = st.builds(
    Change, st.sampled_from(["arr", "seats", "event", "event", "close", "opt_out", "churn"]), st.sampled_from(ACCOUNTS), st.integers(0, 99)
)
_COUNTS = st.lists(st.integers(1, 16), min_size=1, max_size=4)
_PASSES = st.builds(
    Passing,
    st.sampled_from([3, 6, 24, 24, 30]),
    st.lists(_CHANGES, max_size=2),
    st.booleans(),
    _COUNTS,
    st.lists(st.integers(1, 50), max_size=1),
)
FIRST = Passing(0, [], True, [4, 6, 8, 10, 12], [20])
STORIES = st.builds(
    lambda first, second, passes: Story([first, second], [FIRST, *passes]),
    st.builds(_playbook, st.just("first"), _TRIGGERS, _LIMITS, _steps(3)),
    st.builds(_playbook, st.just("second"), st.just({"trigger": "manual"}), _LIMITS, _steps(1)),
    st.lists(_PASSES, min_size=3, max_size=6),
)


class Dying:
    """Counts statements and commits of an engine, and dies after one of them."""

    def __init__(self, database: Database) -> None:
        self.left: int | None = None
        self._engine = database.writer

    def _count(self, *_: Any) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise Crash

    @contextmanager
    def listening(self) -> Iterator["Dying"]:
        for name in ("after_cursor_execute", "commit"):
            event.listen(self._engine, name, self._count)
        try:
            yield self
        finally:
            for name in ("after_cursor_execute", "commit"):
                event.remove(self._engine, name, self._count)


class World:
    """The company on one database, and how a story goes there."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database
        file = folder / "staysail.yml"
        file.write_text(json.dumps(SETTINGS))
        self.settings: Settings = load_settings(file, {})
        self.house: House = house_of(self.settings)
        self._decided = False

    def tell(self, story: Story, crashing: bool, every: int = 0) -> dict[str, Any]:
        """The outcome. `every`: instead of the story's crashes, one after each statement in turn (2: after every second), and then the
        whole pass again.

        Otherwise a decision that was committed is not taken again: that would be one pass more, which may rightly start and wake more
        (a play that has ended meanwhile holds none back any longer).
        """
        with Dying(self.database).listening() as dying:
            asyncio.run(self._tell(story, dying, crashing, every))
        with Session(self.database.reader) as session:
            return outcome(session)

    async def _tell(self, story: Story, dying: Dying, crashing: bool, every: int) -> None:
        await self.database.run(_begin)
        playbooks = await self.database.read(self._load, story)
        now = START
        for passing in story.passes:
            now += timedelta(hours=passing.hours)
            for number, change in enumerate(passing.changes):
                await self._change(change, f"{now.isoformat()}:{number}", now)
            planned = iter(range(1, 100_000, every)) if every else iter(passing.crashes)
            early = planned if every else iter(passing.early)
            done = self._decided = False
            while not done:
                try:
                    dying.left = next(early, None) if crashing else None
                    rulebook = await self._decide(playbooks, passing.sweep, now, again=bool(every))
                    dying.left = dying.left if every or not crashing else next(planned, None)
                    await advance_plays(self.database, None, rulebook, now)
                    done = True
                except Crash:
                    pass
                dying.left = None

    def _load(self, session: Session, story: Story) -> dict[str, Playbook]:
        files = []
        for playbook in story.playbooks:
            files.append(self.folder / f"{playbook['playbook']}.yml")
            files[-1].write_text(json.dumps(playbook))
        signals = known_signals(session, self.settings, START.date())
        return {found.name: found for found in load_playbooks(files, signals.catalogue, known_to(self.settings, self.house))}

    async def _decide(self, playbooks: Mapping[str, Playbook], sweep: bool, now: datetime, again: bool) -> Rulebook:
        signals = await self.database.read(known_signals, self.settings, now.date())
        editions = {playbook.edition: playbook for playbook in playbooks.values()}
        rulebook = Rulebook(playbooks, editions, signals, Routes((), "#cs-alerts"), self.house)
        guard = guard_of(self.settings, now)
        if sweep and (again or not self._decided):
            await self.database.run(decide, rulebook, guard, {}, now)
        elif again or not self._decided:
            await self.database.run(decide_events, rulebook, guard, now)
        self._decided = True
        return rulebook

    async def _change(self, change: Change, key: str, now: datetime) -> None:
        account = change.account
        if change.what == "close":
            alert = await self.database.read(_first_open, account)
            if alert:
                await self.database.run(act, alert, lambda snapshot: resolve(snapshot, "U1", Outcome.SAVED, now), "U1", now)
            return
        await self.database.run(_happen, change, key, now)


def _begin(session: Session) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
    for number, name in enumerate(ACCOUNTS):
        about = {"id": name, "name": name.title(), "owner_email": "ann@ours.example", "stage": "activation", "polled_at": START}
        session.execute(insert(Account).values(**about, arr=30.0 * number, seats=3 * number, plan="pro"))
        person = {"name": f"Ada {name}", "email": f"ada@{name}.example", "role": "admin", "polled_at": START}
        session.execute(insert(Contact).values(id=f"{name}-admin", account_id=name, **person))


def _first_open(session: Session, account: str) -> int | None:
    return session.scalar(
        select(Alert.id).where(Alert.account_id == account, Alert.closed_at.is_(None)).order_by(Alert.play_id, Alert.effect)
    )


def _happen(session: Session, change: Change, key: str, now: datetime) -> None:
    account, value = change.account, change.value
    match change.what:
        case "event":
            session.add(Event(key=key, name="paid", at=now, account_id=account))
        case "opt_out":
            session.execute(update(Contact).where(Contact.account_id == account).values(opted_out=value % 2 == 0))
        case "churn":
            left = now.date() if value % 4 == 0 else None
            session.execute(update(Account).where(Account.id == account).values(churned_on=left))
        case column:
            session.execute(update(Account).where(Account.id == account).values({column: value % 10 if column == "seats" else value}))


__all__ = ["STORIES", "Change", "Passing", "Story", "World"]
