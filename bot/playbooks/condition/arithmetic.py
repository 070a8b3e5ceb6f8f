"""+ - * / on numbers and dates, ABS and the sign."""

from typing import Any

from sqlalchemy import Double, func, literal, null
from sqlalchemy.sql.elements import ColumnElement, Grouping

from bot.accounts.catalogue import Kind, days_between
from bot.playbooks.condition import limits
from bot.playbooks.condition.dialects import add_days, as_double
from bot.playbooks.condition.mistakes import Mistakes
from bot.playbooks.condition.values import Value, agree_on_dates, as_kind, combined, describe, must_be, of_literal, refused

Expression = ColumnElement[Any]


def calculate(sign: str, left: Value, right: Value, mistakes: Mistakes) -> Value:
    """Numbers with numbers (division by zero is unknown); a date and a whole number of days; a date less a date."""
    if Kind.unknown in (left.kind, right.kind):
        return combined(Kind.unknown, null(), left, right)
    if sign == "-":
        left, right = agree_on_dates((left, right), mistakes)
    kinds = (left.kind, right.kind)
    if None in kinds:
        return refused(left.start, right.end)
    if kinds == (Kind.number, Kind.number):
        return _numbers(sign, left, right, mistakes)
    if kinds == (Kind.date, Kind.date) and sign == "-":
        return combined(Kind.number, as_double(days_between(left.expression, right.expression)), left, right)
    if kinds == (Kind.date, Kind.number) and sign in "+-":
        return _moved(left, right, 1 if sign == "+" else -1, mistakes)
    if kinds == (Kind.number, Kind.date) and sign == "+":
        return _moved(right, left, 1, mistakes)
    problem = f"`{sign}` cannot join them: {describe(left, mistakes)}, {describe(right, mistakes)}"
    mistakes.add(left.start, problem, "allowed: numbers, a date and a number of days, a date - a date")
    return refused(left.start, right.end)


def _numbers(sign: str, left: Value, right: Value, mistakes: Mistakes) -> Value:
    factors = left.factors + right.factors if sign in "*/" else max(left.factors, right.factors)
    if factors > limits.MOST_FACTORS:
        mistakes.add(left.start, "too many factors in one product", f"allowed: at most {limits.MOST_FACTORS}")
        return refused(left.start, right.end)
    divisor = func.nullif(right.expression, literal(0.0, Double), type_=Double)
    expression = _joined(sign, left.expression, divisor if sign == "/" else right.expression)
    return combined(Kind.number, expression, left, right, factors=factors)


def _joined(sign: str, left: Expression, right: Expression) -> Expression:
    """Parentheses around every operand that has a sign of its own.

    SQLAlchemy's own + would drop those of a + (b + c) and so round otherwise than written, its / would cast anew.
    """
    return left.op(sign, precedence=8, return_type=Double())(right)


def _moved(day: Value, days: Value, direction: int, mistakes: Mistakes) -> Value:
    number = days.literal
    if not isinstance(number, float) or not number.is_integer() or abs(number) > limits.MOST_DAYS:
        problem = f"`{mistakes.text[days.start : days.end]}` cannot be added to a date"
        cure = f"allowed: a whole number of days, such as 30 or 30d, at most {limits.MOST_DAYS}"
        mistakes.add(days.start, problem, cure)
        return refused(day.start, days.end)
    return combined(Kind.date, add_days(day.expression, direction * int(number)), day, days)


def negative(value: Value, mistakes: Mistakes) -> Value:
    value = as_kind(value, Kind.number)
    if not must_be(Kind.number, value, mistakes, "allowed: a sign before a number"):
        return refused(value.start, value.end)
    if isinstance(value.literal, float):
        return of_literal(-value.literal, value.start, value.end)
    return combined(Kind.number, -Grouping(value.expression), value, factors=value.factors)


def absolute(value: Value, mistakes: Mistakes) -> Value:
    value = as_kind(value, Kind.number)
    if not must_be(Kind.number, value, mistakes, "allowed: ABS of a number"):
        return refused(value.start, value.end)
    return combined(Kind.number, func.abs(value.expression, type_=Double), value, factors=value.factors)
