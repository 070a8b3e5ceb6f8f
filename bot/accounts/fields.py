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
        case Kind.text:
            return value.as_string()  # type: ignore[no-any-return]
    # A row that was last read when the column held something else (a gone account, a bad row) must not fail the statement.
    return case((_Looks(value.as_string(), literal(LOOKS[kind])), typed))


LOOKS = {
    Kind.number: r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$",
    Kind.boolean: "^(true|false)$",
    Kind.date: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}


class _Looks(FunctionElement[bool]):
    type = Boolean()
    name = "looks"
    inherit_cache = True


@compiles(_Looks, "postgresql")
def _matches_pattern(element: _Looks, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern = (compiler.process(operand, **options) for operand in element.clauses)
    return f"({text} ~ {pattern})"


@compiles(_Looks, "sqlite")
def _is_there(element: _Looks, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite's casts never fail."""
    return f"({compiler.process(next(iter(element.clauses)), **options)} IS NOT NULL)"
