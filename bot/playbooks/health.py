"""Health: 0 to 100, from rules that staysail.yml gives for each stage.

    health = points of the rules that hold / points of the rules that are known × 100

A rule is known when its condition is true or false; with none known, health is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Double, case, func, literal
from sqlalchemy.sql.elements import Grouping

from bot.accounts.catalogue import Catalogue, Kind, Signal
from bot.accounts.signals import Signals
from bot.accounts.sources import HEALTH
from bot.errors import Finding, InvalidInput
from bot.playbooks.condition import Condition, compile_condition
from bot.settings.model import HealthRule, Written
from models import Account

DEFAULT: Final = "default"
USUAL: Final = {
    "active_users.ratio >= 0.9": 30,
    "active_users.ratio >= 0.6": 30,
    "active_users.days_silent <= 7": 25,
    "active_users.recent >= 0.3 * seats": 15,
}
"""The rules of a team that gives none but measures `active_users`."""

Compiled = Sequence[tuple[Condition, float]]


def with_health(signals: Signals, rules: Mapping[str, Sequence[HealthRule]]) -> Signals:
    """The signals with `health`: a broken one where a rule has a mistake. A CRM column of that name stays what it is."""
    known = signals.catalogue["health"]
    if known.connected or not (rules := rules or _usual(signals.catalogue)):
        return signals
    findings: list[Finding] = []
    by_stage = {stage: _compiled(some, signals.catalogue, findings) for stage, some in rules.items()}
    if findings:
        return signals.extended([replace(known, broken=str(findings[0]))], findings)
    of = tuple(dict.fromkeys(name for some in by_stage.values() for condition, _ in some for name in condition.signals))
    return signals.extended([Signal("health", Kind.number, _of_stage(by_stage), HEALTH, known.about, of=of)])


def _usual(catalogue: Catalogue) -> dict[str, tuple[HealthRule, ...]]:
    if "active_users.ratio" not in catalogue:
        return {}
    return {DEFAULT: tuple(HealthRule(Written(when, "health"), points) for when, points in USUAL.items())}


def _compiled(rules: Sequence[HealthRule], catalogue: Catalogue, findings: list[Finding]) -> Compiled:
    found = []
    for rule in rules:
        try:
            found.append((compile_condition(rule.when.text, catalogue, place=rule.when.place), rule.points))
        except InvalidInput as error:
            findings += error.findings
    return found


def _of_stage(by_stage: Mapping[str, Compiled]) -> ColumnElement[Any]:
    """A stage without rules of its own has those of `default`; without these it has no health."""
    stage: ColumnElement[Any] = Account.__table__.c.stage
    own = [(stage == name, _share(rules)) for name, rules in by_stage.items() if name != DEFAULT]
    usual = _share(by_stage[DEFAULT]) if DEFAULT in by_stage else None
    return case(*own, else_=usual) if own else _share(by_stage[DEFAULT])


def _share(rules: Compiled) -> ColumnElement[Any]:
    held = [case((condition.clause, points), else_=0.0) for condition, points in rules]
    known = [case((Grouping(condition.clause).is_not(None), points), else_=0.0) for condition, points in rules]
    return literal(100.0, Double) * _sum(held) / func.nullif(_sum(known), 0.0, type_=Double)


def _sum(points: Sequence[Any]) -> ColumnElement[Any]:
    total: ColumnElement[Any] = literal(0.0, Double)
    for some in points:
        total = total + some
    return total
