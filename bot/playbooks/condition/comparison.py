"""Comparisons: = < IN BETWEEN LIKE IS NULL. Each yields true, false or unknown."""

import operator
import re
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import bindparam
from sqlalchemy.sql.elements import ColumnElement, Grouping

from bot.accounts.catalogue import Kind
from bot.playbooks.condition.dialects import ascii_lower
from bot.playbooks.condition.mistakes import Mistakes
from bot.playbooks.condition.values import (
    TYPES,
    Value,
    agree_on_dates,
    as_kind,
    combined,
    describe,
    must_be,
    refused,
    same_kind,
)

COMPARE: Final[dict[str, Callable[[Any, Any], ColumnElement[bool]]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERED = (Kind.number, Kind.date)
_GOOD_PATTERN = re.compile(r"(?:[^\\]|\\[\\%_])*", re.DOTALL)
_UPPER_TO_LOWER = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}


def compare(sign: str, left: Value, right: Value, mistakes: Mistakes) -> Value:
    """Text and booleans are equal or not: their order differs from one database (and its locale) to the next."""
    left, right = agree_on_dates((left, right), mistakes)
    if not same_kind([left, right], mistakes, f"`{sign}` compares different kinds"):
        return refused(left.start, right.end)
    if sign not in ("=", "<>") and not _has_order(left, f"`{sign}`", mistakes):
        return refused(left.start, right.end)
    return combined(Kind.boolean, COMPARE[sign](_operand(left), _operand(right)), left, right)


def _has_order(value: Value, what: str, mistakes: Mistakes) -> bool:
    if value.kind in _ORDERED:
        return True
    cure = "allowed: = <> IN LIKE for text" if value.kind is Kind.text else "allowed: = <> for true and false"
    mistakes.add(value.start, f"{what} needs numbers or dates; {describe(value, mistakes)}", cure)
    return False


def between(value: Value, low: Value, high: Value, mistakes: Mistakes) -> Value:
    value, low, high = agree_on_dates((value, low, high), mistakes)
    if not same_kind([value, low, high], mistakes, "BETWEEN compares different kinds"):
        return refused(value.start, high.end)
    if not _has_order(value, "BETWEEN", mistakes):
        return refused(value.start, high.end)
    return combined(Kind.boolean, value.expression.between(low.expression, high.expression), value, low, high)


def is_in(value: Value, choices: list[Value], mistakes: Mistakes) -> Value:
    value, *choices = agree_on_dates((value, *choices), mistakes)
    for choice in choices:
        if choice.kind and choice.literal is None:
            mistakes.add(choice.start, "IN holds something other than a literal", "allowed: numbers, 'text', dates")
            return refused(value.start, choice.end)
    if not same_kind([value, *choices], mistakes, "IN compares different kinds") or not value.kind:
        return refused(value.start, value.end)
    bound = bindparam(None, [choice.literal for choice in choices], type_=TYPES[value.kind], expanding=True)
    return combined(Kind.boolean, value.expression.in_(bound), value, *choices)


def like(value: Value, pattern: Value, mistakes: Mistakes) -> Value:
    r"""`%` any text, `_` one character, `\%` and `\_` themselves; A-Z and a-z are the same, other letters are exact."""
    needed = "allowed: text LIKE 'pattern'"
    value = as_kind(value, Kind.text)
    if not must_be(Kind.text, value, mistakes, needed) or not must_be(Kind.text, pattern, mistakes, needed):
        return refused(value.start, pattern.end)
    if not isinstance(pattern.literal, str) or not _GOOD_PATTERN.fullmatch(pattern.literal):
        cure = r"allowed: 'text' with % and _; a backslash only as \% \_ \\"
        mistakes.add(pattern.start, "LIKE cannot use this pattern", cure)
        return refused(value.start, pattern.end)
    folded = bindparam(None, pattern.literal.translate(_UPPER_TO_LOWER), type_=TYPES[Kind.text])
    return combined(Kind.boolean, ascii_lower(value.expression).like(folded, escape="\\"), value, pattern)


def is_unknown(value: Value) -> Value:
    return combined(Kind.boolean, _operand(value).is_(None), value)


def _operand(value: Value) -> ColumnElement[Any]:
    """Conditions in parentheses: SQLAlchemy writes NOT flag as `flag = 0` on SQLite and forgets them."""
    return Grouping(value.expression) if value.kind is Kind.boolean else value.expression
