"""Numbers, money, dates and durations as people write them in English."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}
CODE = re.compile(r"[A-Za-z]{3}")
BARS = "▁▂▃▄▅▆▇█"
MINUS = "−"


def number(value: float) -> str:
    """41, 4.2, 0.62, 1,234: whole from ten on, one digit below, two below one. Never 41.0."""
    places = 0 if abs(value) >= 9.95 else 1 if abs(value) >= 0.995 else 2
    return _tidy(f"{abs(value):,.{places}f}", value)


def exact(value: float) -> str:
    """Four figures, so that 0.599 does not read as the 0.6 that it is compared with."""
    if abs(value) >= 1000 or value == int(value):
        return _tidy(f"{abs(value):,.0f}", value)
    return _tidy(f"{abs(value):.4g}" if abs(value) >= 0.0001 else f"{abs(value):.4f}", value)


def _tidy(digits: str, value: float) -> str:
    short = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return MINUS + short if value < 0 and short != "0" else short


def percent(share: float) -> str:
    """A share of one: 0.62 → 62 %, −0.585 → −59 %."""
    return number_of_percent(share * 100) + " %"


def number_of_percent(value: float) -> str:
    places = 1 if 0 < abs(value) < 1 else 0
    return _tidy(f"{abs(value):,.{places}f}", value)


def money(amount: float, currency: str | None = None) -> str:
    """€48,000, or 48,000 CZK where the sign is not one that everybody reads alike. What is no currency code is left out."""
    code = currency.strip().upper() if currency and CODE.fullmatch(currency.strip()) else ""
    figure = f"{abs(amount):,.0f}"
    sign = MINUS if amount <= -0.5 else ""
    return f"{sign}{SYMBOLS[code]}{figure}" if code in SYMBOLS else f"{sign}{figure} {code}".strip()


def day(on: date, year: bool = True) -> str:
    """12 Mar 2027."""
    return f"{on.day} {MONTHS[on.month - 1]}" + (f" {on.year}" if year else "")


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def in_days(count: int) -> str:
    """today, tomorrow, in 34 days, yesterday, 3 days ago."""
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(count)
    return named or (f"in {days(count)}" if count > 0 else f"{days(-count)} ago")


def duration(length: timedelta) -> str:
    """The largest fitting unit: 40 s, 25 min, 2 h, 3 days."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 2 * 86400 else days(seconds // 86400)


def ago(then: datetime, now: datetime) -> str:
    """just now, 25 min ago, 2 h ago, 3 days ago."""
    return "just now" if now - then < timedelta(minutes=1) else duration(now - then) + " ago"


def span(count: int) -> str:
    """A window as people say it: 56 → 8 weeks, 10 → 10 days, 7 → week."""
    if count == 7:
        return "week"
    return f"{count // 7} weeks" if count >= 14 and count % 7 == 0 else days(count)


def spark(values: Sequence[float | None]) -> str:
    """Bars from zero, so that a small dip looks small; a missing value is a dot."""
    top = max(known(values), default=0) or 1
    return "".join("·" if value is None else BARS[_bar(value / top)] for value in values)


def known(values: Sequence[float | None]) -> list[float]:
    """Those that are there."""
    return [value for value in values if value is not None]


def _bar(share: float) -> int:
    return max(0, min(7, round(share * 7)))
