"""Which signals exist: their names, kinds, sources, and the SQL expression that yields each.

Conditions are checked and compiled against a catalogue; whoever knows the tables builds it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement


class Kind(StrEnum):
    """What a signal's values are. Values of different kinds are never compared. `unknown`: of a CRM column in which nothing has ever stood;
    it fits beside every other, and no comparison with it holds."""

    number = "number"
    text = "text"
    date = "date"
    boolean = "boolean"
    unknown = "unknown"


RESERVED: Final = frozenset(("and", "or", "not", "in", "between", "is", "null", "like", "today", "true", "false"))
"""Words of the condition language: no signal may be called so."""


@dataclass(frozen=True)
class Signal:
    """A named value of an account. `source` is where it comes from (`crm`, `usage`), `about` says it in one line.

    `of` names the signals that it is computed from, `segment` the segment of which it says whether an account is in it.
    Not `connected`: nothing feeds it here yet, so it is always unknown. `told_with`: signals without which a card would tell half.
    `broken`: what is wrong with what staysail.yml says of it; its value is unknown then, and no condition may name it.
    """

    name: str
    kind: Kind
    expression: ColumnElement[Any] = field(compare=False, repr=False)
    source: str
    about: str = ""
    of: tuple[str, ...] = ()
    segment: str | None = None
    connected: bool = True
    told_with: tuple[str, ...] = ()
    broken: str = ""


class Catalogue(Mapping[str, Signal]):
    """Signals by name. Upper and lower case are the same, as in SQL; the first of two equal names wins."""

    def __init__(self, signals: Iterable[Signal]) -> None:
        self._signals: dict[str, Signal] = {}
        for signal in signals:
            self._signals.setdefault(signal.name.casefold(), signal)

    def __getitem__(self, name: str) -> Signal:
        return self._signals[name.casefold()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.casefold() in self._signals

    def __iter__(self) -> Iterator[str]:
        return (signal.name for signal in self._signals.values())

    def __len__(self) -> int:
        return len(self._signals)

    def names(self) -> tuple[str, ...]:
        """All names as they were declared, sorted."""
        return tuple(sorted(self))

    def segments(self) -> dict[str, Signal]:
        """The signals that are segments, by the segment's name."""
        return {signal.segment: signal for signal in self._signals.values() if signal.segment}

    def beneath(self, names: Iterable[str]) -> tuple[str, ...]:
        """These names with those that they are computed from put in their place: what is really read."""
        found: dict[str, None] = {}
        for name in names:
            signal = self[name]
            found |= dict.fromkeys(self.beneath(signal.of) if signal.of else (signal.name,))
        return tuple(found)

    def nearest(self, name: str) -> str | None:
        """The known name that looks most like `name`, or None when nothing is close."""
        found = get_close_matches(name.casefold(), self._signals, n=1, cutoff=0.6)
        return self._signals[found[0]].name if found else None


class _DaysBetween(FunctionElement[int]):
    type = Integer()
    name = "days_between"
    inherit_cache = True


def days_between(later: ColumnElement[Any], earlier: ColumnElement[Any]) -> ColumnElement[int]:
    """Whole days from `earlier` to `later`, negative the other way round. Both operands are of type `Date`."""
    return _DaysBetween(later, earlier)


@compiles(_DaysBetween)
def _subtract_dates(element: _DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    """PostgreSQL, DuckDB and others: a date minus a date is an integer."""
    later, earlier = (compiler.process(operand.self_group(), **options) for operand in element.clauses)
    return f"({later} - {earlier})"


@compiles(_DaysBetween, "sqlite")
def _subtract_julian_days(element: _DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite keeps dates as text. Julian days of two midnights differ by an exact whole number."""
    later, earlier = (compiler.process(operand, **options) for operand in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"
