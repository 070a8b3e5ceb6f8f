"""Decide: one transaction that follows the open alerts, matches every playbook, holds back what must wait, and starts the plays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.playbooks.breakers import MASS_DROP, STALE, Trip, clear, trip
from bot.playbooks.definition import Playbook
from bot.playbooks.follow import follow
from bot.playbooks.match import Held, apply_budget, count_eligible, count_held, hold, match, start_plays
from bot.playbooks.runner import Rulebook
from models import PlaybookVersion, Source

MASS_MIN = 10
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
    stale = _stale_playbooks(session, rulebook, guard, now)
    for playbook in rulebook.playbooks.values():
        _remember(session, playbook, now)
        fresh = match(session, playbook, rulebook.signals, now)
        if playbook.name in stale:
            hold(session, playbook.name, Held.STALE)
            continue
        followed = follow(session, playbook, rulebook.signals, trends.get(playbook.name, {}), now)
        done.updated += followed.updated
        done.resolved += followed.resolved
        if _is_mass_drop(session, playbook, rulebook, fresh, guard, now):
            hold(session, playbook.name, Held.MASS_DROP)
    apply_budget(session, guard.cards_a_day, guard.day_began)
    done.started = start_plays(session, {name: playbook.version for name, playbook in rulebook.playbooks.items()}, now)
    done.suppressed = count_held(session, list(rulebook.playbooks))
    return done


def _stale_playbooks(session: Session, rulebook: Rulebook, guard: Guard, now: datetime) -> set[str]:
    """Playbooks to hold, since a source that they read is older than allowed."""
    readers: dict[str, list[str]] = {}
    for playbook in rulebook.playbooks.values():
        for name in rulebook.signals.sources(playbook.when.signals):
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


def _is_mass_drop(session: Session, playbook: Playbook, rulebook: Rulebook, fresh: int, guard: Guard, now: datetime) -> bool:
    if fresh >= MASS_MIN:
        enough = ceil(fresh / guard.mass_drop)  # with this many eligible, it is no mass drop: no need to count on
        eligible = count_eligible(session, playbook, rulebook.signals, enough)
        share = fresh / max(eligible, 1)
        if eligible < enough and share > guard.mass_drop:
            why = Trip(MASS_DROP, playbook.name, round(share, 4), guard.mass_drop, [playbook.name], fresh, eligible)
            return trip(session, why, guard.channel, now)
    clear(session, MASS_DROP, playbook.name, now)
    return False


def _remember(session: Session, playbook: Playbook, now: datetime) -> None:
    if session.get(PlaybookVersion, (playbook.name, playbook.version)) is None:
        session.add(
            PlaybookVersion(name=playbook.name, version=playbook.version, digest=playbook.digest, text=playbook.text, first_seen_at=now)
        )
