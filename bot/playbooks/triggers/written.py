"""Days and moments as text, the same on both databases: occasions are compared with those of earlier passes."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement


class _IsoDay(FunctionElement[str]):
    type = Text()
    name = "iso_day"
    inherit_cache = True


class _MonthAndDay(FunctionElement[str]):
    type = Text()
    name = "month_and_day"
    inherit_cache = True


class _IsoMoment(FunctionElement[str]):
    type = Text()
    name = "iso_moment"
    inherit_cache = True


def iso_day(day: ColumnElement[Any]) -> ColumnElement[str]:
    """`2026-03-31`"""
    return _IsoDay(day)


def month_and_day(day: ColumnElement[Any]) -> ColumnElement[str]:
    """`03-31`"""
    return _MonthAndDay(day)


def iso_moment(moment: ColumnElement[Any]) -> ColumnElement[str]:
    """`2026-03-31T10:15:00Z`: whole seconds of UTC."""
    return _IsoMoment(moment)


def _of(element: FunctionElement[str], compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(next(iter(element.clauses)).self_group(), **options)


@compiles(_IsoDay, "postgresql")
def _iso_day(element: _IsoDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({_of(element, compiler, **options)}, 'YYYY-MM-DD')"


@compiles(_IsoDay, "sqlite")
def _iso_day_lite(element: _IsoDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"date({_of(element, compiler, **options)})"


@compiles(_MonthAndDay, "postgresql")
def _month_and_day(element: _MonthAndDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({_of(element, compiler, **options)}, 'MM-DD')"


@compiles(_MonthAndDay, "sqlite")
def _month_and_day_lite(element: _MonthAndDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"substr(date({_of(element, compiler, **options)}), 6)"


@compiles(_IsoMoment, "postgresql")
def _iso_moment(element: _IsoMoment, compiler: SQLCompiler, **options: Any) -> str:
    return f"""to_char({_of(element, compiler, **options)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


@compiles(_IsoMoment, "sqlite")
def _iso_moment_lite(element: _IsoMoment, compiler: SQLCompiler, **options: Any) -> str:
    """Moments are stored as UTC, `2026-03-31 10:15:00.000000`."""
    moment = _of(element, compiler, **options)
    return f"(date({moment}) || 'T' || time({moment}) || 'Z')"
