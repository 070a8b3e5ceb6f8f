"""Lengths of time as settings and playbooks write them: `21d`, `12h`, `2w`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

_WRITTEN = re.compile(r"(\d{1,6})\s*([smhdw])", re.ASCII)
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_SPOKEN = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}
_LONGEST = timedelta(days=36_525)
ALLOWED = "allowed: a whole number with s, m, h, d or w, such as 12h, 21d or 2w"


def parse_duration(text: str) -> timedelta:
    """`2d` → two days. ValueError with what is allowed otherwise. A century is the longest."""
    match = _WRITTEN.fullmatch(text.strip())
    if not match:
        raise ValueError(f"'{text}' is not a length of time ({ALLOWED})")
    length = int(match[1]) * _UNITS[match[2]]
    if length > _LONGEST:
        raise ValueError(f"'{text}' is too long (allowed: up to 36525d)")
    return length


def describe(length: timedelta) -> str:
    """The shortest way to write it; `parse_duration` reads it back (whole seconds)."""
    seconds = int(length.total_seconds())
    for letter in "wdhm":
        unit = int(_UNITS[letter].total_seconds())
        if seconds and seconds % unit == 0:
            return f"{seconds // unit}{letter}"
    return f"{seconds}s"


def spoken(length: timedelta) -> str:
    """The same as people say it: 1 week, 10 days, 12 hours."""
    shortest = describe(length)
    count, unit = shortest[:-1], _SPOKEN[shortest[-1]]
    return f"{count} {unit}" if count == "1" else f"{count} {unit}s"


def _read(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError(f"{value!r} is not a length of time ({ALLOWED})")


Duration = Annotated[timedelta, BeforeValidator(_read), PlainSerializer(describe, return_type=str)]
"""A pydantic field: written as in `21d`, held as a timedelta."""


@dataclass(frozen=True)
class Allowance:
    """At most `count` within any `length`."""

    count: int
    length: timedelta

    def __str__(self) -> str:
        return f"{self.count} per {describe(self.length)}"


def _allowance(value: Any) -> Allowance:
    if isinstance(value, Allowance):
        return value
    count, _, length = str(value).partition(" per ")
    if not count.strip().isdigit() or not 1 <= int(count) <= 1000:
        raise ValueError(f"{value!r} is not a limit (allowed: a number and a length of time, such as 3 per 7d)")
    return Allowance(int(count), parse_duration(length))


AllowanceField = Annotated[Allowance, BeforeValidator(_allowance)]
"""A pydantic field: written as in `3 per 7d`."""
