"""A playbook's steps as a funnel: how many plays reached each of them, and how many stand there now."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.messages import catalog as m
from bot.playbooks.definition import Playbook
from bot.playbooks.program import Loop, OutlineLine, Split
from bot.playbooks.silence import HOLDOUT
from bot.playbooks.steps import SurveyStep
from models import Play, Trace

DID_STEP = ("step", "opened")


@dataclass
class _Seen:
    """Plays by the place in the file: all, those of each variant, and those that took the `else`. People whom a survey asked, or not."""

    passed: Counter[str] = field(default_factory=Counter)
    variants: Counter[tuple[str, str]] = field(default_factory=Counter)
    otherwise: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    held_back: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Funnel:
    """`closing`: plays whose steps are done and whose cards are open."""

    steps: tuple[m.StepLine, ...]
    closing: int


def funnel(session: Session, playbook: Playbook) -> Funnel:
    """Of the plays of this version; those of the holdout count nowhere: nothing reached anybody."""
    program, seen = playbook.program, _seen(session, playbook)
    here: Counter[OutlineLine | None] = Counter()
    for place, count in _standing(session, playbook):
        here[program.line_at(place)] += count
    loops = {op.path for op in program.ops if isinstance(op, Loop)}
    splits = {op.path for op in program.ops if isinstance(op, Split)}
    lines: list[m.StepLine] = []
    inside = 0  # a loop leaves a trace only when it is over: it was reached by all who reached its first step
    for line in reversed(program.outline()):
        inside = _reached(line, seen, splits, here[line], inside if line.path in loops else 0)
        counts = (seen.asked[line.path], seen.held_back[line.path]) if line.pc is not None else (0, 0)
        lines.append(m.StepLine(line.path, line.depth, line.text, inside, here[line], *counts))
    return Funnel(tuple(reversed(lines)), here[None])


def _reached(line: OutlineLine, seen: _Seen, splits: set[str], here: int, inside: int) -> int:
    if line.pc is not None:
        return max(seen.passed[line.path] + here, inside)
    split, _, variant = line.path.rpartition(".")
    return seen.variants[split, variant] if split in splits else seen.otherwise[line.path]


def _seen(session: Session, playbook: Playbook) -> _Seen:
    detail = Trace.detail
    mine = (Trace.playbook == playbook.name, Trace.playbook_version == playbook.version, Trace.step.is_not(None))
    each = (
        select(
            Trace.step.label("step"),
            Trace.play_id.label("play"),
            detail["variant"].as_string().label("variant"),
            detail["holds"].as_boolean().label("holds"),
        )
        .where(*mine, Trace.what.in_(DID_STEP), func.coalesce(detail["silent"].as_string(), "") != HOLDOUT)
        .subquery()
    )
    plays = func.count(each.c.play.distinct())
    seen = _Seen()
    for step, count in session.execute(select(each.c.step, plays).group_by(each.c.step)):
        seen.passed[step] = count
    ways = select(each.c.step, each.c.variant, each.c.holds, plays).group_by(each.c.step, each.c.variant, each.c.holds)
    for step, variant, holds, count in session.execute(ways):
        if variant is not None:
            seen.variants[step, variant] += count
        if holds is not None and not holds:
            seen.otherwise[step] += count
    if any(isinstance(step, SurveyStep) for step in playbook.program.steps()):
        _count_people(session, mine, seen)
    return seen


def _count_people(session: Session, mine: tuple[ColumnElement[bool], ...], seen: _Seen) -> None:
    """Whoever was held back while a play waited, and asked later, is in both counts."""
    asked = select(Trace.step, func.sum(Trace.detail["asked"].as_integer())).where(*mine, Trace.what == "step").group_by(Trace.step)
    for step, count in session.execute(asked):
        seen.asked[step or ""] = count or 0
    held = select(Trace.step, func.count()).where(*mine, Trace.what == "not_asked").group_by(Trace.step)
    for step, count in session.execute(held):
        seen.held_back[step or ""] = count


def _standing(session: Session, playbook: Playbook) -> list[tuple[int, int]]:
    """Places in the program with how many running plays stand there."""
    here = (Play.playbook == playbook.name, Play.version == playbook.version, Play.ended_at.is_(None))
    counted = select(Play.step, func.count()).where(*here, func.coalesce(Play.silent, "") != HOLDOUT).group_by(Play.step)
    return [(place, count) for place, count in session.execute(counted)]
