"""Decide: one transaction that takes new files in, follows the open alerts, matches every playbook, holds back what must wait, starts
plays, and moves those whose waiting is over.

    files ─► statuses    segments ─► memberships    triggers and conditions ─► matches ─► holds ─► plays    goals, events ─► plays move
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.record import tell_overdue
from bot.playbooks.breakers import MASS_DROP, STALE, Trip, clear, trip
from bot.playbooks.definition import Mode, Playbook
from bot.playbooks.follow import follow
from bot.playbooks.match import (
    Budget,
    Held,
    apply_budget,
    count_eligible,
    count_fresh,
    count_held,
    forget,
    hold,
    is_waiting,
    match,
    start_plays,
)
from bot.playbooks.moves import leave, settle_events, wake
from bot.playbooks.removed import tell_broken, tell_removed
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.segments import update_memberships
from bot.playbooks.silence import silence
from bot.playbooks.status import fired, learn, statuses
from bot.playbooks.triggers import EventTrigger, Instant, ScheduleTrigger, SweepTrigger, firing, watched_segments
from models import PlaybookStatus, Source

MASS_MIN = 10
ANY_OF_CRM = "name"
"""Whatever else sets a playbook off, it is about the accounts that the CRM gave."""
Trends = Mapping[str, Mapping[str, list[float]]]


@dataclass(frozen=True)
class Guard:
    """The limits of a pass. `day_began` is the start of the workspace's day; `channel` is where admins are told."""

    stale_after: timedelta
    mass_drop: float
    cards_a_day: int
    day_began: datetime
    channel: str


@dataclass
class Decided:
    started: int = 0
    updated: int = 0
    resolved: int = 0
    suppressed: dict[str, int] = field(default_factory=dict)


def decide(session: Session, rulebook: Rulebook, guard: Guard, trends: Trends, now: datetime) -> Decided:
    """`trends`: per playbook, the weekly values of the accounts whose alerts stand."""
    done = Decided()
    learned = learn(session, rulebook.playbooks.values(), now, rulebook.broken)
    tell_removed(session, learned.gone, guard.channel, now)
    tell_broken(session, rulebook, guard.channel, now)
    watched = watched_segments(playbook.trigger for playbook in rulebook.playbooks.values())
    update_memberships(session, watched, rulebook.signals, now)
    stale = _stale_playbooks(session, rulebook, guard, now)
    readable = [playbook for playbook in rulebook.playbooks.values() if playbook.name not in stale]
    followed = follow(session, readable, rulebook.signals, trends, now, {*stale, *rulebook.broken})
    done.updated, done.resolved = followed.updated, followed.resolved
    done.started = _begin(session, rulebook, rulebook.playbooks, guard, stale, now)
    done.suppressed = count_held(session, list(rulebook.playbooks))
    for edition in rulebook.editions.values():
        if edition.name in stale:  # neither goal nor exit can be told, but who left is gone
            leave(session, replace(edition, goal=None, exit_when=None), rulebook.signals, now)
        else:
            leave(session, edition, rulebook.signals, now)
            wake(session, edition, rulebook.signals, now)
    settle_events(session, now)
    tell_overdue(session, now)
    return done


def decide_events(session: Session, rulebook: Rulebook, guard: Guard, now: datetime) -> int:
    """What has happened since the last pass, between sweeps: the playbooks that such events set off, and the plays that wait for them."""
    awaited = [name for name, playbook in rulebook.playbooks.items() if isinstance(playbook.trigger, EventTrigger)]
    started = _begin(session, rulebook, awaited, guard, set(), now)
    for edition in rulebook.editions.values():
        wake(session, edition, rulebook.signals, now)
    settle_events(session, now)
    tell_overdue(session, now)
    return started


def rehearse(session: Session, rulebook: Rulebook, playbook: Playbook, guard: Guard, now: datetime) -> None:
    """Writes whom one playbook would begin for now, if it were live, into `matches`. Whoever calls it undoes it."""
    alone = replace(rulebook, playbooks={playbook.name: playbook})
    status = session.get(PlaybookStatus, playbook.name)
    live = PlaybookStatus(
        name=playbook.name,
        version=playbook.version,
        mode=Mode.live.value,
        canary=[],
        first_seen_at=status.first_seen_at if status else now,
        fired_at=status.fired_at if status else None,
    )
    session.merge(live)
    update_memberships(session, watched_segments([playbook.trigger]), rulebook.signals, now)
    stale = _stale_playbooks(session, alone, guard, now)
    _match(session, playbook, live, alone, now)
    _hold(session, playbook, alone, guard, stale, now)
    apply_budget(session, [playbook.name], _budget(alone, guard))


def _begin(session: Session, rulebook: Rulebook, names: Collection[str], guard: Guard, stale: set[str], now: datetime) -> int:
    """Matches these playbooks, holds back what must wait, starts the rest."""
    known = statuses(session)
    playbooks = {name: rulebook.playbooks[name] for name in names if name in known}
    for name, playbook in playbooks.items():
        _match(session, playbook, known[name], rulebook, now)
        _hold(session, playbook, rulebook, guard, stale, now)
    apply_budget(session, playbooks, _budget(rulebook, guard))
    started = start_plays(session, {name: playbook.version for name, playbook in playbooks.items()}, now)
    for name, playbook in playbooks.items() if started else ():
        silence(session, playbook, known[name], now)
    for name, playbook in playbooks.items():
        if isinstance(playbook.trigger, ScheduleTrigger) and not is_waiting(session, name):
            fired(session, name, now)
    return started


def _budget(rulebook: Rulebook, guard: Guard) -> Budget:
    with_cards = {name: playbook.kind.value for name, playbook in rulebook.playbooks.items() if playbook.program.opens_with_alert}
    return Budget(guard.cards_a_day, guard.day_began, with_cards, rulebook.house.alerts.group == "account")


def _match(session: Session, playbook: Playbook, status: PlaybookStatus, rulebook: Rulebook, now: datetime) -> None:
    if status.paused_at is not None or status.mode == Mode.draft:
        forget(session, playbook.name)
        return
    instant = Instant(now, rulebook.signals.day, rulebook.house.zone, status.first_seen_at, status.fired_at)
    fires = firing(playbook.trigger, rulebook.signals, instant)
    match(session, playbook, rulebook.signals, fires, now)


def _stale_playbooks(session: Session, rulebook: Rulebook, guard: Guard, now: datetime) -> set[str]:
    """Playbooks to hold, since a source that they read is older than allowed."""
    readers: dict[str, list[str]] = {}
    for playbook in rulebook.playbooks.values():
        names = playbook.when.signals if isinstance(playbook.trigger, SweepTrigger) else (*playbook.when.signals, ANY_OF_CRM)
        for name in rulebook.signals.sources(names):
            readers.setdefault(name, []).append(playbook.name)
    held: set[str] = set()
    limit = guard.stale_after / timedelta(days=1)
    for source in session.scalars(select(Source).where(Source.name.in_(readers))):
        age = age_in_days(source, rulebook.signals.day, now)
        if age is None or age <= limit:
            clear(session, STALE, source.name, now)
        else:
            why = Trip(STALE, source.name, age, limit, readers[source.name], newest_day=source.newest_day)
            held |= set(readers[source.name]) if trip(session, why, guard.channel, now) else set()
    return held


def age_in_days(source: Source, day: date, now: datetime) -> float | None:
    """Days from the newest usage day (or, for a source without days, the last good reading) to now. None: it was never read."""
    if source.newest_day:
        return float((day - source.newest_day).days)
    return round((now - source.read_at) / timedelta(days=1), 1) if source.read_at else None


def _hold(session: Session, playbook: Playbook, rulebook: Rulebook, guard: Guard, stale: Collection[str], now: datetime) -> None:
    """The whole playbook, where its data looks wrong."""
    if playbook.name in stale:
        hold(session, playbook.name, Held.STALE)
    elif isinstance(playbook.trigger, SweepTrigger) and _is_mass_drop(session, playbook, rulebook, guard, now):
        hold(session, playbook.name, Held.MASS_DROP)


def _is_mass_drop(session: Session, playbook: Playbook, rulebook: Rulebook, guard: Guard, now: datetime) -> bool:
    fresh = count_fresh(session, playbook.name)
    if fresh >= MASS_MIN:
        enough = ceil(fresh / guard.mass_drop)  # with this many eligible, it is no mass drop: no need to count on
        eligible = count_eligible(session, playbook, rulebook.signals, enough)
        share = fresh / max(eligible, 1)
        if eligible < enough and share > guard.mass_drop:
            why = Trip(MASS_DROP, playbook.name, round(share, 4), guard.mass_drop, [playbook.name], fresh, eligible)
            return trip(session, why, guard.channel, now)
    clear(session, MASS_DROP, playbook.name, now)
    return False
