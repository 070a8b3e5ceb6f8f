"""CRM columns: which ones we have a name for, how each is read, and what makes a row bad."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from bot.accounts.catalogue import Kind
from bot.connectors.ports import Crm, Page
from bot.errors import SourceFailed

ISO_DATE = len("2026-01-31")
TRUE, FALSE = {"1", "t", "true", "y", "yes", "on"}, {"", "0", "f", "false", "n", "no", "off"}


@dataclass(frozen=True)
class BadRow:
    """A row that was skipped: its id (None: it has none), the column, what was found there, and what is wanted."""

    row: str | None
    column: str
    value: str
    wanted: str

    @classmethod
    def repeated(cls, row: str) -> "BadRow":
        return cls(row, "id", repr(row)[:80], "an id that comes once")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"row {self.row or '(no id)'}, {self.column}: found {self.value}, wanted {self.wanted}"


def read_text(value: Any) -> str | None:
    if value is None:
        return None
    found = value if isinstance(value, str) else str(value)
    return found.strip().replace("\x00", "") or None


def read_lower(value: Any) -> str | None:
    found = read_text(value)
    return found.lower() if found else None


def read_number(value: Any) -> float | None:
    if value is None or value == "":
        return None
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def read_whole(value: Any) -> int | None:
    number = read_number(value)
    if number is None:
        return None
    if number != int(number) or abs(number) > 2**31 - 1:
        raise ValueError
    return int(number)


def read_date(value: Any) -> date | None:
    """A date, or the date part of a time, as a real type or as ISO text."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise ValueError
    return date.fromisoformat(value) if len(value) == ISO_DATE else datetime.fromisoformat(value).date()


def read_flag(value: Any) -> bool:
    found = str(value or "").strip().lower()
    if found in TRUE:
        return True
    if found in FALSE:
        return False
    raise ValueError


WANTED: dict[Callable[[Any], Any], str] = {
    read_text: "text",
    read_lower: "text",
    read_number: "a number such as 48000 or 48000.50",
    read_whole: "a whole number",
    read_date: "a date such as 2026-03-31",
    read_flag: "true or false",
}

ACCOUNT: dict[str, Callable[[Any], Any]] = {
    "id": read_text,
    "name": read_text,
    "domain": read_text,
    "owner_email": read_lower,
    "arr": read_number,
    "currency": read_text,
    "plan": read_text,
    "seats": read_whole,
    "stage": read_lower,
    "started_on": read_date,
    "renewal_on": read_date,
    "churned_on": read_date,
    "timezone": read_text,
    "locale": read_text,
    "url": read_text,
}
CONTACT: dict[str, Callable[[Any], Any]] = {
    "id": read_text,
    "account_id": read_text,
    "name": read_text,
    "email": read_lower,
    "role": read_lower,
    "locale": read_text,
    "opted_out": read_flag,
}
REPEATING = {read_lower, read_date, read_flag}
REQUIRED = {"id", "name", "account_id"}


class Reader:
    """Turns pages of raw rows into rows of our columns. `extra_kinds` collects what kinds of value each further column held."""

    def __init__(self, known: dict[str, Callable[[Any], Any]]) -> None:
        self._known = known
        self._keeps_extra = known is ACCOUNT
        self.columns = (*known, "extra") if self._keeps_extra else tuple(known)
        self.extra_kinds: dict[str, set[Kind]] = {}

    def read(self, page: Page) -> tuple[list[tuple[Any, ...]], list[BadRow]]:
        place = {name: i for i, name in enumerate(page.columns)}
        if missing := [name for name in self._known if name in REQUIRED and name not in place]:
            raise SourceFailed(f"the query gives no column {missing[0]!r}; it gives {', '.join(page.columns)}")
        extra = [(name, i) for name, i in place.items() if name not in self._known] if self._keeps_extra else []
        no_bad: list[BadRow] = []
        try:
            rows, bad = self._by_column(page, place), no_bad
        except (ValueError, TypeError, OverflowError, _Unreadable):
            rows, bad = self._by_row(page, place)
        if self._keeps_extra:
            rows = [(*row, self._extras(raw, extra)) for row, raw in rows]
        else:
            rows = [row for row, _ in rows]
        return self._once(rows, bad)

    def _by_column(self, page: Page, place: dict[str, int]) -> list[tuple[tuple[Any, ...], Sequence[Any]]]:
        """The quick way, for pages without a bad row: four times as fast as row by row."""
        raw = list(zip(*page.rows, strict=True))
        nothing = (None,) * len(page.rows)
        read = [_column(raw[place[name]] if name in place else nothing, name, parse) for name, parse in self._known.items()]
        return list(zip(zip(*read, strict=True), page.rows, strict=True))

    def _by_row(self, page: Page, place: dict[str, int]) -> tuple[list[tuple[tuple[Any, ...], Sequence[Any]]], list[BadRow]]:
        plan = [(name, place.get(name), parse, name in REQUIRED) for name, parse in self._known.items()]
        rows: list[tuple[tuple[Any, ...], Sequence[Any]]] = []
        bad: list[BadRow] = []
        for raw in page.rows:
            try:
                rows.append((tuple(_value(raw, name, at, parse, required) for name, at, parse, required in plan), raw))
            except _Unreadable as error:
                bad.append(_bad(raw, place, error.column, error.value, error.wanted))
        return rows, bad

    def _extras(self, raw: Sequence[Any], extra: list[tuple[str, int]]) -> dict[str, Any]:
        return {name: self._extra(name, raw[at]) for name, at in extra}

    def _once(self, rows: list[tuple[Any, ...]], bad: list[BadRow]) -> tuple[list[tuple[Any, ...]], list[BadRow]]:
        """The last of several rows with one id counts."""
        by_id = {row[0]: row for row in rows}
        if len(by_id) < len(rows):
            seen: set[str] = set()
            twice = [row[0] for row in rows if row[0] in seen or seen.add(row[0])]  # type: ignore[func-returns-value]
            bad += [BadRow.repeated(found) for found in twice]
        return list(by_id.values()), bad

    def _extra(self, name: str, value: Any) -> Any:
        kind, stored = extra_value(value)
        if kind:
            self.extra_kinds.setdefault(name, set()).add(kind)
        return stored


def _column(values: Sequence[Any], name: str, parse: Callable[[Any], Any]) -> list[Any]:
    if parse in REPEATING:
        read = {value: parse(value) for value in set(values)}
        found = [read[value] for value in values]
    elif parse is read_text and set(map(type, values)) == {str} and "\x00" not in "".join(values):
        found = [text or None for text in map(str.strip, values)]
    else:
        found = [parse(value) for value in values]
    if name in REQUIRED and None in found:
        raise _Unreadable(name, None, "a value")
    return found


class _Unreadable(Exception):
    def __init__(self, column: str, value: Any, wanted: str) -> None:
        self.column, self.value, self.wanted = column, value, wanted


def _value(raw: Sequence[Any], name: str, at: int | None, parse: Callable[[Any], Any], required: bool) -> Any:
    value = None if at is None else raw[at]
    try:
        found = parse(value)
    except (ValueError, TypeError, OverflowError):
        raise _Unreadable(name, value, WANTED[parse]) from None
    if required and found is None:
        raise _Unreadable(name, value, "a value")
    return found


def _bad(raw: Sequence[Any], place: dict[str, int], column: str, value: Any, wanted: str) -> BadRow:
    row = read_text(raw[place["id"]]) if "id" in place else None
    return BadRow(row, column, repr(value)[:80], wanted)


def extra_value(value: Any) -> tuple[Kind | None, Any]:
    """The kind of a value in a column that we have no name for, and how it is kept in JSON."""
    if value is None or value == "":
        return None, None
    if isinstance(value, bool):
        return Kind.boolean, value
    if isinstance(value, (int, float, Decimal)):
        number = float(value)
        return (Kind.number, number) if math.isfinite(number) else (None, None)
    if isinstance(value, (date, datetime)):
        return Kind.date, value.isoformat()[:ISO_DATE]
    if isinstance(value, str):
        return (Kind.date, value) if _is_date(value) else (Kind.text, value.replace("\x00", ""))
    return Kind.text, json.dumps(value, default=str)


def _is_date(value: str) -> bool:
    if len(value) != ISO_DATE or value[4] != "-":
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def kind_of_column(kinds: set[Kind]) -> Kind:
    """One kind seen: that one. Several: text."""
    return next(iter(kinds)) if len(kinds) == 1 else Kind.text


def extra_columns(crm: Crm) -> dict[str, str]:
    """The account columns that we have no name for, with the kind of their values on the first page. Raises SourceFailed."""
    reader = Reader(ACCOUNT)
    for page in islice(crm.read("accounts"), 1):
        reader.read(page)
    return {name: kind_of_column(kinds).value for name, kinds in reader.extra_kinds.items()}
