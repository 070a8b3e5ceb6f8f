"""CRM columns: which ones we have a name for, how each is read, and what makes a row bad."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bot.accounts.catalogue import Kind

ISO_DATE = len("2026-01-31")
TRUE, FALSE = {"1", "t", "true", "y", "yes", "on"}, {"", "0", "f", "false", "n", "no", "off"}


@dataclass(frozen=True)
class BadRow:
    """A row that was skipped, or a value of a further column that does not count: the row's id (None: it has none), the column, what was
    found there, and what is wanted."""

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
    "timezone": read_text,
    "channel": read_lower,
}
REPEATING = {read_lower, read_number, read_whole, read_date, read_flag}
REQUIRED = {"id", "name", "account_id"}


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


def kind_of_column(seen: Mapping[Kind, int], before: Kind = Kind.unknown) -> Kind:
    """The kind it had `before` while most values fit, so that one bad value changes nothing; else the one that was seen (how often), or
    text for several."""
    if not seen or 2 * seen.get(before, 0) > sum(seen.values()):
        return before
    return next(iter(seen)) if len(seen) == 1 else Kind.text
