"""What an expression is worth: its kind, its SQL, and the bounds that keep it safe."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, Double, Text, cast, literal, null
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from bot.accounts.catalogue import Kind, Signal
from bot.playbooks.condition.dialects import AS_OF, as_double
from bot.playbooks.condition.literals import day_of
from bot.playbooks.condition.mistakes import Mistakes
from bot.playbooks.condition.tokens import Atom, Word

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.number: Double(),
    Kind.text: Text(),
    Kind.date: Date(),
    Kind.boolean: Boolean(),
}
_CALLED: dict[Kind | None, str] = {
    Kind.number: "a number",
    Kind.text: "text",
    Kind.date: "a date",
    Kind.boolean: "true or false",
    Kind.unknown: "empty so far",
}
_KINDS = {float: Kind.number, int: Kind.number, str: Kind.text, date: Kind.date, bool: Kind.boolean}


@dataclass(frozen=True, eq=False)
class Value:
    """An expression with its kind (None when its mistake is already reported) and its place in the text.

    `constant` holds the same for every account; `literal` is the value as written; `factors` counts what is multiplied.
    """

    kind: Kind | None
    expression: ColumnElement[Any]
    start: int
    end: int
    constant: bool = False
    literal: float | str | date | bool | None = None
    factors: int = 1
    signals: tuple[str, ...] = ()


def of_atom(atom: Atom) -> Value:
    """Literals are bound, never written into the statement."""
    value = atom.value
    if isinstance(value, Signal) and value.kind is Kind.unknown:
        return Value(Kind.unknown, null(), atom.start, atom.end, signals=(value.name,))
    if isinstance(value, Signal):
        expression = as_double(value.expression) if value.kind is Kind.number else value.expression
        return Value(value.kind, expression, atom.start, atom.end, signals=(value.name,))
    if value is Word.today:
        return Value(Kind.date, AS_OF, atom.start, atom.end)
    if isinstance(value, Word):
        return refused(atom.start, atom.end)
    return of_literal(value, atom.start, atom.end)


def of_literal(value: float | str | date | bool, start: int, end: int) -> Value:
    kind = _KINDS[type(value)]
    worth = float(value) if kind is Kind.number and not isinstance(value, str | date) else value
    return Value(kind, literal(worth, TYPES[kind]), start, end, constant=True, literal=worth)


def refused(start: int, end: int) -> Value:
    """Stands for something whose mistake is reported, and fits everywhere, so that it causes no second one."""
    return Value(None, null(), start, end)


def combined(kind: Kind, expression: ColumnElement[Any], *operands: Value, factors: int = 1) -> Value:
    """An expression made of operands; it is refused when one of them is."""
    start, end = min(one.start for one in operands), max(one.end for one in operands)
    if any(one.kind is None for one in operands):
        return refused(start, end)
    constant = all(one.constant for one in operands)
    signals = tuple(dict.fromkeys(name for one in operands for name in one.signals))
    return Value(kind, expression, start, end, constant=constant, factors=factors, signals=signals)


def as_kind(value: Value, kind: Kind) -> Value:
    """What is in a column in which nothing has ever stood is a value of any kind, and unknown."""
    return replace(value, kind=kind, expression=cast(null(), TYPES[kind])) if value.kind is Kind.unknown else value


def _of_one_kind(values: Sequence[Value]) -> list[Value]:
    """Those that could be of any kind are of that of the others: of dates too, where these are literals that could be dates."""
    others = [value for value in values if value.kind not in (None, Kind.unknown)]
    kind = others[0].kind if others and others[0].kind else Kind.number
    days = all(isinstance(value.literal, str) and DAY.fullmatch(value.literal) for value in others)
    return [as_kind(value, Kind.date if others and days else kind) for value in values]


def agree_on_dates(values: Iterable[Value], mistakes: Mistakes) -> list[Value]:
    """Text literals beside a date become dates: `renewal_on < '2026-01-31'`."""
    listed = _of_one_kind(list(values))
    if not any(value.kind is Kind.date for value in listed):
        return listed
    return [_as_day(value, mistakes) if isinstance(value.literal, str) else value for value in listed]


def _as_day(value: Value, mistakes: Mistakes) -> Value:
    day = day_of(str(value.literal), value.start, mistakes)
    return refused(value.start, value.end) if day is None else of_literal(day, value.start, value.end)


def describe(value: Value, mistakes: Mistakes) -> str:
    """`` `arr` is a number ``"""
    return f"`{mistakes.text[value.start : value.end]}` is {_CALLED.get(value.kind, 'refused')}"


def same_kind(values: list[Value], mistakes: Mistakes, what: str) -> bool:
    """True when all are of one kind; reports the first that is not. Refused values fit every kind."""
    known = [value for value in values if value.kind]
    for value in known[1:]:
        if value.kind is not known[0].kind:
            problem = f"{what}: {describe(known[0], mistakes)}, {describe(value, mistakes)}"
            mistakes.add(value.start, problem, "allowed: values of the same kind on both sides")
            return False
    return len(known) == len(values)


def must_be(kind: Kind, value: Value, mistakes: Mistakes, cure: str) -> bool:
    """True when it is; a refused value is not, and says nothing."""
    if value.kind not in (kind, None):
        needed = "a condition" if kind is Kind.boolean else _CALLED[kind]
        mistakes.add(value.start, f"{describe(value, mistakes)}; {needed} is needed", cure)
    return value.kind is kind
