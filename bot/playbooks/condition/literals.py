"""Numbers and dates as they are written."""

import re
from contextlib import suppress
from datetime import date

from bot.playbooks.condition import limits
from bot.playbooks.condition.mistakes import Mistakes

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def number_of(text: str, at: int, mistakes: Mistakes) -> float | None:
    """The number, or None after saying why it is none."""
    try:
        number = float(text)
    except ValueError:
        mistakes.add(at, f"`{text}` is not a number", "allowed: numbers such as 14 or 0.6")
        return None
    if number and not limits.SMALLEST_NUMBER <= number <= limits.LARGEST_NUMBER:
        allowed = f"allowed: 0, or from {limits.SMALLEST_NUMBER:g} to {limits.LARGEST_NUMBER:g}"
        mistakes.add(at, f"the number `{text}` is out of range", allowed)
        return None
    return number


def day_of(text: str, at: int, mistakes: Mistakes) -> date | None:
    """The day, or None after saying why it is none."""
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    mistakes.add(at, f"'{text}' is not a date", "allowed: 'YYYY-MM-DD', such as '2026-01-31'")
    return None
