"""Why, and why not: each term of a condition with the value it meets now, where a running play stands, and what holds one back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.alerts.people import person
from bot.alerts.record import STAYSAIL
from bot.clock import day_of, start_of
from bot.messages import catalog as m
from bot.playbooks.definition import NEVER_AGAIN, Mode, Playbook
from bot.playbooks.engine import ALERT, CONDITION, EVENT, Place
from bot.playbooks.match import Held, in_care
from bot.playbooks.program import Wait, stands_at
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.steps import SurveyStep, event_in_words
from bot.playbooks.take_over import TAKEN_OVER
from bot.playbooks.triggers import SweepTrigger, trigger_in_words
from bot.surveys.passed_over import passed_over
from bot.surveys.throttle import Why
from models import Account, Alert, Match, Play, PlaybookStatus, Reason, Source, Trace

ASKED = frozenset({Why.ASKED_LATELY, Why.A_YEAR, Why.WAITING})
"""What makes a survey wait, beside what makes letters wait."""
VERDICTS = {
    Held.STALE: m.Verdict.STALE,
    Held.MASS_DROP: m.Verdict.MASS_DROP,
    Held.BUDGET: m.Verdict.BUDGET,
    Held.DWELL: m.Verdict.DWELL,
}


@dataclass(frozen=True)
class Limits:
    cards_a_day: int
    zone: ZoneInfo


Say = Callable[..., m.PlaybookVerdict]


@dataclass(frozen=True)
class _Case:
    """What is asked about. `holds`: the condition does now; `last`: the last play that ended."""

    session: Session
    account: Account
    playbook: Playbook
    rulebook: Rulebook
    holds: bool
    last: Play | None


def why(session: Session, account: Account, playbook: Playbook, rulebook: Rulebook, limits: Limits, now: datetime) -> m.PlaybookVerdict:
    """What the playbook makes of the account now, in the order in which it decides."""
    care, holds, terms = _evaluate(session, account, playbook, rulebook.signals)
    case = _Case(session, account, playbook, rulebook, holds, _last_play(session, account, playbook))
    ended = _ended(case.last, rulebook) if case.last else {}

    asks = any(isinstance(step, SurveyStep) for step in playbook.program.steps())
    not_asked = passed_over(session, account.id, playbook.name, now) if asks else ()

    def say(verdict: m.Verdict, **more: Any) -> m.PlaybookVerdict:
        told = ended | more | {"not_asked": not_asked}
        return m.PlaybookVerdict(playbook.name, playbook.version, verdict, terms, playbook.about, **told)

    standing = select(Alert).join(Reason, Reason.alert_id == Alert.id).where(Reason.playbook == playbook.name, Reason.ended_at.is_(None))
    alert = session.scalar(standing.where(Alert.account_id == account.id).order_by(Alert.id.desc()).limit(1))
    running = _running_play(session, account, playbook)
    if alert and (running is None or running.waiting == ALERT):
        return say(m.Verdict.OPEN_ALERT, state=m.State(alert.state), since=alert.opened_at)
    if running:
        return _of_running(session, running, rulebook, say)
    if not care:
        return say(m.Verdict.CHURNED)
    return _of_none(case, limits, say, now)


def why_broken(rulebook: Rulebook, name: str | None) -> tuple[m.PlaybookVerdict, ...]:
    """Of those that do not compile (or the one that is named) there is only that to say."""
    broken = {one: findings[0] for one, findings in rulebook.broken.items() if name in (None, one)}
    return tuple(m.PlaybookVerdict(one, 0, m.Verdict.BROKEN, rule=str(finding)) for one, finding in broken.items())


def _of_running(session: Session, play: Play, rulebook: Rulebook, say: Say) -> m.PlaybookVerdict:
    edition = rulebook.editions.get((play.playbook, play.version))
    place = Place.read(play.step, play.progress)
    held = session.scalar(select(Trace).where(Trace.play_id == play.id, Trace.what == "held_back").order_by(Trace.id.desc()).limit(1))
    if place.held and held:
        if place.held in ASKED:
            return say(m.Verdict.ASKED, since=play.started_at, until=play.due_at)
        house = rulebook.house
        rule = f"{house.per_contact} per contact, {house.per_account} per account" if place.held == "limit" else _pressing(edition)
        verdict = m.Verdict.LIMITS if place.held == "limit" else m.Verdict.UNLESS
        return say(verdict, since=play.started_at, until=play.due_at, rule=rule)
    return say(
        m.Verdict.RUNNING,
        since=play.started_at,
        step=stands_at(edition.program, play.step) if edition else "",
        waiting=_waits_for(play, edition),
        until=None if place.asleep else play.due_at,
        variant=", ".join(place.variants.values()),
        silent=play.silent or "",
    )


def _waits_for(play: Play, edition: Playbook | None) -> str:
    op = edition.program.ops[play.step] if edition and play.step < len(edition.program.ops) else None
    if play.waiting == CONDITION and isinstance(op, Wait):
        return op.step.wait.until or ""
    waiting = play.waiting or ""
    return event_in_words(waiting.removeprefix(EVENT)) if waiting.startswith(EVENT) else ""


def _pressing(playbook: Playbook | None) -> str:
    return " OR ".join(condition.text for condition in playbook.unless) if playbook else ""


def _of_none(case: _Case, limits: Limits, say: Say, now: datetime) -> m.PlaybookVerdict:
    """No play runs: what keeps one from beginning."""
    last = case.last
    status = case.session.get(PlaybookStatus, case.playbook.name)
    if status and status.paused_at:
        return say(m.Verdict.PAUSED, since=status.paused_at, by=person(status.paused_by))
    if status and status.mode == Mode.draft:
        return say(m.Verdict.DRAFT)
    if not case.holds:
        return say(m.Verdict.NOT_MATCHING)
    match = case.session.scalar(select(Match).where(Match.playbook == case.playbook.name, Match.account_id == case.account.id).limit(1))
    recent = case.playbook.once_per and last and last.ended_at and last.ended_at > now - case.playbook.once_per
    if recent and (match is None or match.held not in VERDICTS):
        until = _quiet_until(case)
        return say(m.Verdict.COOLDOWN, until=until) if until else say(m.Verdict.ENDED)
    if rule := _rule_that_holds(case):
        return say(m.Verdict.UNLESS, rule=rule)
    held = VERDICTS.get(Held(match.held)) if match and match.held in set(Held) else None
    if held is m.Verdict.DWELL and match and case.playbook.dwell:
        return say(held, since=match.since, until=match.since + case.playbook.dwell)
    if held is m.Verdict.BUDGET:
        tomorrow = start_of(day_of(now, limits.zone) + timedelta(days=1), limits.zone)
        return say(held, limit=limits.cards_a_day, until=tomorrow)
    if held is m.Verdict.STALE:
        return say(held, source=", ".join(sorted(case.rulebook.signals.sources(case.playbook.when.signals))))
    if held is None and not isinstance(case.playbook.trigger, SweepTrigger):
        return say(m.Verdict.NOT_TRIGGERED, trigger=trigger_in_words(case.playbook.trigger))
    return say(held or m.Verdict.WOULD_OPEN)


def _quiet_until(case: _Case) -> datetime | None:
    """None: it happens once."""
    length, last = case.playbook.once_per, case.last
    return last.ended_at + length if length and length != NEVER_AGAIN and last and last.ended_at else None


def _rule_that_holds(case: _Case) -> str:
    if not case.playbook.unless:
        return ""
    signals = case.rulebook.signals
    clauses = [condition.clause.label(f"rule_{at}") for at, condition in enumerate(case.playbook.unless)]
    statement = select(*clauses).select_from(signals.table).where(Account.id == case.account.id).params(as_of=signals.day)
    row = case.session.execute(statement).one()
    return next((condition.text for condition, truth in zip(case.playbook.unless, row, strict=True) if truth), "")


def _mine(account: Account, playbook: Playbook) -> tuple[Any, ...]:
    return Play.account_id == account.id, Play.playbook == playbook.name


def _running_play(session: Session, account: Account, playbook: Playbook) -> Play | None:
    running = select(Play).where(*_mine(account, playbook), Play.ended_at.is_(None))
    return session.scalar(running.order_by(Play.id.desc()).limit(1))


def _last_play(session: Session, account: Account, playbook: Playbook) -> Play | None:
    ended = select(Play).where(*_mine(account, playbook), Play.ended_at.is_not(None))
    return session.scalar(ended.order_by(Play.ended_at.desc()).limit(1))


def _ended(play: Play, rulebook: Rulebook) -> dict[str, Any]:
    """What is told of the last play that ended."""
    told = {"ended_at": play.ended_at, "reason": play.end_reason or "", "by": _who(play.ended_by)}
    if play.end_reason == TAKEN_OVER:
        edition = rulebook.editions.get((play.playbook, play.version))
        told["step"] = stands_at(edition.program, play.step) if edition else ""
    return told


def _who(name: str | None) -> m.Person | None:
    return person(name) if name and name != STAYSAIL else None


def _evaluate(session: Session, account: Account, playbook: Playbook, signals: Signals) -> tuple[bool, bool, tuple[m.Condition, ...]]:
    names = list(playbook.when.signals)
    statement = (
        select(
            in_care(signals.day).label("care"),
            playbook.when.clause.label("holds"),
            *(part.clause.label(f"part_{at}") for at, part in enumerate(playbook.when.parts)),
            *(signals.catalogue[name].expression.label(f"signal_{at}") for at, name in enumerate(names)),
        )
        .select_from(signals.table)
        .where(Account.id == account.id)
        .params(as_of=signals.day)
    )
    care, holds, *rest = session.execute(statement).one()
    parts = playbook.when.parts
    values = dict(zip(names, rest[len(parts) :], strict=True))
    read_at = {source.name: source.read_at for source in session.scalars(select(Source))}
    terms = tuple(
        m.Condition(part.text, name, values[name], _truth(truth), read_at.get(signals.catalogue[name].source))
        for part, truth in zip(parts, rest, strict=False)
        for name in part.signals or ("",)
        if name
    )
    return bool(care), bool(holds), terms


def _truth(value: Any) -> bool | None:
    """SQLite gives 0 and 1."""
    return None if value is None else bool(value)


def terms_now(session: Session, account: Account, playbook: Playbook, signals: Signals) -> tuple[m.Condition, ...]:
    return _evaluate(session, account, playbook, signals)[2]
