"""What SQLite and PostgreSQL write differently, and what the caller of a condition binds."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Double, Integer, Text, bindparam, cast, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.sql.functions import FunctionElement

AS_OF: BindParameter[date] = bindparam("as_of", type_=Date, required=True)
"""TODAY. Whoever executes a condition that uses it passes `{"as_of": day}`."""


def as_double(expression: ColumnElement[Any]) -> ColumnElement[float]:
    """Integers would divide as integers and overflow; NUMERIC is slow and rounds differently."""
    return expression if isinstance(expression.type, Double) else cast(expression, Double)


class _AddDays(FunctionElement[date]):
    type = Date()
    name = "add_days"
    inherit_cache = True


def add_days(day: ColumnElement[Any], days: int) -> ColumnElement[date]:
    """`day` moved by a fixed number of days, which may be negative."""
    return _AddDays(day, literal(days, Integer))


@compiles(_AddDays)
def _add_integer(element: _AddDays, compiler: SQLCompiler, **options: Any) -> str:
    day, days = (compiler.process(operand.self_group(), **options) for operand in element.clauses)
    return f"({day} + {days})"


@compiles(_AddDays, "sqlite")
def _add_modifier(element: _AddDays, compiler: SQLCompiler, **options: Any) -> str:
    day, days = (compiler.process(operand, **options) for operand in element.clauses)
    return f"date({day}, {days} || ' days')"


class _AsciiLower(FunctionElement[str]):
    type = Text()
    name = "ascii_lower"
    inherit_cache = True


def ascii_lower(text: ColumnElement[Any]) -> ColumnElement[str]:
    """A-Z in lower case and nothing else: SQLite knows no other letters, so PostgreSQL must not fold them either."""
    return _AsciiLower(text)


@compiles(_AsciiLower)
def _lower(element: _AsciiLower, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(_AsciiLower, "postgresql")
def _lower_in_c(element: _AsciiLower, compiler: SQLCompiler, **options: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **options)}) COLLATE "C")'
