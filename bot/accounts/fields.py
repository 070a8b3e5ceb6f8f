"""Values without a column of their own: what the CRM gives beyond the names that we know, what playbooks set, and tags."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, ColumnElement, Date, case, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.accounts.catalogue import Kind, Signal
from bot.accounts.sources import CRM, OURS
from models import Account


@dataclass(frozen=True)
class Fields:
    """`crm`: columns of the CRM query that have no name with us; `own`: fields that playbooks may set. `zone`: the workspace's."""

    crm: Mapping[str, Kind]
    own: Mapping[str, Kind]
    zone: ZoneInfo


def field_signals(fields: Fields) -> list[Signal]:
    """An own field comes before the CRM column of the same name, which counts where no playbook has set a value."""
    own = [
        Signal(name, kind, _own(name, kind, fields.crm.get(name)), OURS, "a field that playbooks set") for name, kind in fields.own.items()
    ]
    crm = [Signal(name, kind, _kept(name, kind, "extra"), CRM, "a column of your CRM query") for name, kind in fields.crm.items()]
    return [_tags(fields.crm.get("tags")), *own, *crm]


def _own(name: str, kind: Kind, in_crm: Kind | None) -> ColumnElement[Any]:
    """A column of another kind does not count: its values could not be read."""
    value = _kept(name, kind, "own")
    return func.coalesce(value, _kept(name, kind, "extra"), type_=value.type) if in_crm is kind else value


def _tags(in_crm: Kind | None) -> Signal:
    """` beta vip `. Tags that the CRM gives in a text column of this name stand before ours."""
    tags: ColumnElement[Any] = Account.__table__.c.tags
    if in_crm is Kind.text:
        tags = func.coalesce(" " + _kept("tags", Kind.text, "extra") + " ", "") + tags
    return Signal("tags", Kind.text, tags, OURS, "its tags, a space around each")


def _kept(name: str, kind: Kind, column: str) -> ColumnElement[Any]:
    value: Any = Account.__table__.c[column][name]
    typed: ColumnElement[Any]
    match kind:
        case Kind.number:
            typed = value.as_float()
        case Kind.boolean:
            typed = value.as_boolean()
        case Kind.date:
            typed = func.date(value.as_string(), type_=Date)
        case Kind.text | Kind.unknown:
            return value.as_string()  # type: ignore[no-any-return]
    # A row that was last read when the column held something else (a gone account, a bad row) must not fail the statement.
    return case((LOOKS[kind](value.as_string(), value), typed))


class _Looks(FunctionElement[bool]):
    """Whether a kept value is of a kind, as a pattern of PostgreSQL and as a test of SQLite: `text` is the value as text, `json` as JSON.

    SQLite's casts never fail: `n/a` would be 0.
    """

    type = Boolean()
    inherit_cache = True
    pattern: str
    test: str


class _LooksNumber(_Looks):
    name = "looks_number"
    inherit_cache = True
    pattern = r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
    test = "json_type({json}) IN ('integer', 'real')"


class _LooksBoolean(_Looks):
    name = "looks_boolean"
    inherit_cache = True
    pattern = "^(true|false)$"
    test = "json_type({json}) = 'integer'"


class _LooksDate(_Looks):
    name = "looks_date"
    inherit_cache = True
    pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
    test = "{text} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"


LOOKS: Mapping[Kind, type[_Looks]] = {Kind.number: _LooksNumber, Kind.boolean: _LooksBoolean, Kind.date: _LooksDate}


@compiles(_Looks, "postgresql")
def _matches_pattern(element: _Looks, compiler: SQLCompiler, **options: Any) -> str:
    pattern = compiler.process(literal(element.pattern), **options)
    return f"({compiler.process(next(iter(element.clauses)), **options)} ~ {pattern})"


@compiles(_Looks, "sqlite")
def _passes_test(element: _Looks, compiler: SQLCompiler, **options: Any) -> str:
    text, json = element.clauses
    which = {"text": text} if "{text}" in element.test else {"json": json}
    return f"({element.test.format(**{name: compiler.process(one, **options) for name, one in which.items()})})"
