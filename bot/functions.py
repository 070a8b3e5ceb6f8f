"""Functions of SQL that both databases have: PostgreSQL in words of its own, SQLite as one of Python's, under the same name."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import md5
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Integer, Text, literal, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Function(FunctionElement[Any]):
    """`in_words`: what stands for it where Python's is not there."""

    inherit_cache = True
    in_words: ClassVar[str]


@compiles(_Function)
def _written(element: _Function, compiler: SQLCompiler, **options: Any) -> str:
    return element.in_words.format(*(compiler.process(operand, **options) for operand in element.clauses))


@compiles(_Function, "sqlite")
def _called(element: _Function, compiler: SQLCompiler, **options: Any) -> str:
    return f"{element.name}({compiler.process(element.clauses, **options)})"


class _AnyCase(_Function):
    name = "any_case"
    type = Text()
    inherit_cache = True
    in_words = "lower({0})"


def any_case(column: Any) -> ColumnElement[str]:
    """A text in lower case, in any script, as Python's `str.lower` has it. SQLite's own lower() knows A–Z only."""
    return _AnyCase(column)


def _any_case(value: str | None) -> str | None:
    return None if value is None else value.lower()


class _IdNumber(_Function):
    name = "id_number"
    type = Integer()
    inherit_cache = True
    in_words = "CAST(CAST('x' || substr(md5({0}), 1, 7) AS bit(28)) AS integer)"


def id_number(column: Any) -> ColumnElement[int]:
    """28 bits of a text's MD5, as a number: what spreads accounts evenly, and the same on both databases."""
    return _IdNumber(column)


def _id_number(value: str | None) -> int | None:
    return None if value is None else int(md5(value.encode(), usedforsecurity=False).hexdigest()[:7], 16)


class _LocalDay(_Function):
    name = "local_day"
    type = Date()
    inherit_cache = True
    in_words = "CAST({0} AT TIME ZONE {1} AS date)"


def local_day(moment: ColumnElement[Any], zone: ZoneInfo) -> ColumnElement[date]:
    """The calendar day of a moment, as the clocks in a zone showed it then. SQLite knows no zones."""
    return _LocalDay(moment, literal(zone.key))


def zone_problem(session: Session, zone: ZoneInfo) -> str | None:
    """Why days cannot be counted there, in words: PostgreSQL has names of zones of its own, and an old server misses new ones."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    known = session.scalar(text("SELECT true FROM pg_timezone_names WHERE name = :name"), {"name": zone.key})
    return None if known else f"PostgreSQL knows no time zone `{zone.key}`"


def _local_day(moment: str | None, zone: str) -> str | None:
    """A sweep asks it of every account, several times: most hours lie in one day, and are looked up once."""
    if moment is None:
        return None
    return _day_of_hour(moment[:13], zone) or _there(moment, zone).date().isoformat()


@lru_cache(maxsize=1 << 15)
def _day_of_hour(hour: str, zone: str) -> str | None:
    """None: the day ends in this hour, or the clocks change."""
    begins, ends = (_there(f"{hour}:{rest}", zone) for rest in ("00", "59:59.999999"))
    same = (begins.date(), begins.utcoffset()) == (ends.date(), ends.utcoffset())
    return begins.date().isoformat() if same else None


def _there(moment: str, zone: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))


PYTHONS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    (_AnyCase.name, 1, _any_case),
    (_IdNumber.name, 1, _id_number),
    (_LocalDay.name, 2, _local_day),
)
"""What SQLite is given in every connection: name, number of arguments, function."""
