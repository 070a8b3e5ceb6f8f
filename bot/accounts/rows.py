"""Rows of a CRM query become rows of ours: column by column where a page is clean, row by row where it is not."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any

from bot.accounts.catalogue import Kind
from bot.accounts.columns import ACCOUNT, REPEATING, REQUIRED, WANTED, BadRow, extra_value, kind_of_column, read_text
from bot.connectors.ports import Crm, Page
from bot.errors import SourceFailed

EXAMPLES = 20


class Reader:
    """Turns pages of raw rows into rows of `columns`: those of ours that the query gives. `absent` holds what the others are then in every
    row, `extra_kinds` how often each further column held which kind of value. `kinds`: what these columns held before."""

    def __init__(self, known: dict[str, Callable[[Any], Any]], kinds: Mapping[str, Kind] = MappingProxyType({})) -> None:
        self._known = known
        self._keeps_extra = known is ACCOUNT
        self._given: dict[str, Callable[[Any], Any]] = {}
        self.columns: tuple[str, ...] = ()
        self.absent: dict[str, Any] = {}
        self.extra_kinds: dict[str, Counter[Kind]] = {}
        self._kinds = {name: kind for name, kind in kinds.items() if kind is not Kind.unknown}
        self._misfits: dict[str, list[BadRow]] = {}

    def kinds_now(self) -> dict[str, Kind]:
        """Of each further column."""
        return {name: kind_of_column(seen, self._kinds.get(name, Kind.unknown)) for name, seen in self.extra_kinds.items()}

    def misfits(self) -> tuple[int, list[BadRow]]:
        """How many values do not count, since the others of their column are of another kind; and some of them."""
        of_another = {name for name, kind in self.kinds_now().items() if kind is not Kind.text and kind is self._kinds.get(name)}
        count = sum(self.extra_kinds[name].total() - self.extra_kinds[name][self._kinds[name]] for name in of_another)
        return count, [bad for name in sorted(of_another) for bad in self._misfits.get(name, ())]

    def read(self, page: Page) -> tuple[list[tuple[Any, ...]], list[BadRow]]:
        place = {name: i for i, name in enumerate(page.columns)}
        if missing := [name for name in self._known if name in REQUIRED and name not in place]:
            raise SourceFailed(f"the query gives no column {missing[0]!r}; it gives {', '.join(page.columns)}")
        extra = [(name, i) for name, i in place.items() if name not in self._known] if self._keeps_extra else []
        self._look(place, bool(extra))
        no_bad: list[BadRow] = []
        try:
            rows, bad = self._by_column(page, place), no_bad
        except (ValueError, TypeError, OverflowError, _Unreadable):
            rows, bad = self._by_row(page, place)
        if extra:
            found = zip(rows, self._extras([raw for _, raw in rows], extra, place["id"]), strict=True)
            return self._once([(*row, kept) for (row, _), kept in found], bad)
        return self._once([row for row, _ in rows], bad)

    def _look(self, place: dict[str, int], with_extra: bool) -> None:
        self._given = {name: parse for name, parse in self._known.items() if name in place}
        self.columns = (*self._given, "extra") if with_extra else tuple(self._given)
        self.absent = {name: parse(None) for name, parse in self._known.items() if name not in place}
        if self._keeps_extra and not with_extra:
            self.absent["extra"] = {}

    def _by_column(self, page: Page, place: dict[str, int]) -> list[tuple[tuple[Any, ...], Sequence[Any]]]:
        """The quick way, for pages without a bad row: four times as fast as row by row."""
        raw = list(zip(*page.rows, strict=True))
        read = [_column(raw[place[name]], name, parse) for name, parse in self._given.items()]
        return list(zip(zip(*read, strict=True), page.rows, strict=True))

    def _by_row(self, page: Page, place: dict[str, int]) -> tuple[list[tuple[tuple[Any, ...], Sequence[Any]]], list[BadRow]]:
        plan = [(name, place[name], parse, name in REQUIRED) for name, parse in self._given.items()]
        rows: list[tuple[tuple[Any, ...], Sequence[Any]]] = []
        bad: list[BadRow] = []
        for raw in page.rows:
            try:
                rows.append((tuple(_value(raw, name, at, parse, required) for name, at, parse, required in plan), raw))
            except _Unreadable as error:
                bad.append(_bad(raw, place, error.column, error.value, error.wanted))
        return rows, bad

    def _extras(self, rows: Sequence[Sequence[Any]], extra: list[tuple[str, int]], id_at: int) -> Iterable[dict[str, Any]]:
        """What the further columns hold, row by row."""
        for name, _ in extra:
            self.extra_kinds.setdefault(name, Counter())
        return [{name: self._extra(name, raw[at], raw[id_at]) for name, at in extra} for raw in rows]

    def _once(self, rows: list[tuple[Any, ...]], bad: list[BadRow]) -> tuple[list[tuple[Any, ...]], list[BadRow]]:
        """The last of several rows with one id counts."""
        by_id = {row[0]: row for row in rows}
        if len(by_id) < len(rows):
            seen: set[str] = set()
            twice = [row[0] for row in rows if row[0] in seen or seen.add(row[0])]  # type: ignore[func-returns-value]
            bad += [BadRow.repeated(found) for found in twice]
        return list(by_id.values()), bad

    def _extra(self, name: str, value: Any, row: Any) -> Any:
        kind, stored = extra_value(value)
        if kind:
            self.extra_kinds[name][kind] += 1
            if (wanted := self._kinds.get(name, kind)) is not kind and len(told := self._misfits.setdefault(name, [])) < EXAMPLES:
                told.append(BadRow(read_text(row), name, repr(value)[:80], f"{wanted}, as before"))
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


def _value(raw: Sequence[Any], name: str, at: int, parse: Callable[[Any], Any], required: bool) -> Any:
    value = raw[at]
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


def extra_columns(crm: Crm) -> dict[str, str]:
    """The account columns that we have no name for, with the kind of their values on the first page. Raises SourceFailed."""
    reader = Reader(ACCOUNT)
    for page in islice(crm.read("accounts"), 1):
        reader.read(page)
    return {name: kind.value for name, kind in reader.kinds_now().items()}
