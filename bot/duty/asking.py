"""What `/stay away …` says, read: who, what, until when, and who stands in. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.clock import start_of
from bot.durations import parse_duration
from bot.errors import Refused

MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FARTHEST = timedelta(days=366)
HOW = "Try `/stay away until 2026-12-01 @stand-in`; instead of the date `tomorrow`, `friday` or `2w` will do."


class Deed(StrEnum):
    SHOW = "show"
    LEAVE = "leave"
    BACK = "back"


@dataclass(frozen=True)
class Asked:
    """`whom` and `stand_in` as they were written: a mention, an e-mail address or a name; empty: oneself, or whom settings name."""

    deed: Deed
    whom: str = ""
    until: str = ""
    stand_in: str = ""


def read(text: str) -> Asked:
    """`until 2026-12-01 @ben`, `@jana until monday`, `back`, `@jana back`, or nothing. Refused says how."""
    before, until, after = _around(text.split(), "until")
    if until:
        if not after:
            raise Refused(f"Until when? {HOW}")
        return Asked(Deed.LEAVE, " ".join(before), after[0], " ".join(after[1:]))
    if before and before[-1].lower() == "back":
        return Asked(Deed.BACK, " ".join(before[:-1]))
    if before and not _is_somebody(before[0]):
        raise Refused(f"I do not understand “{text}”. {HOW}")
    return Asked(Deed.SHOW, " ".join(before))


def _around(words: list[str], word: str) -> tuple[list[str], bool, list[str]]:
    at = next((place for place, one in enumerate(words) if one.lower() == word), None)
    return (words, False, []) if at is None else (words[:at], True, words[at + 1 :])


def _is_somebody(word: str) -> bool:
    return "@" in word


def mentioned(written: str) -> str | None:
    """The Slack id of a mention."""
    found = MENTION.fullmatch(written)
    return found[1] if found else None


def until_when(written: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which they are back, in UTC: the beginning of that day where they are, or a few hours from now."""
    until = _moment(written.lower().rstrip("."), now, zone)
    if until <= now:
        raise Refused("That day has come already. Give the day on which you are back.")
    if until - now > FARTHEST:
        raise Refused("That is more than a year away. Give a day within a year.")
    return until


def _moment(written: str, now: datetime, zone: ZoneInfo) -> datetime:
    today = now.astimezone(zone).date()
    if written == "tomorrow":
        return start_of(today + timedelta(days=1), zone)
    for number, name in enumerate(WEEKDAYS):
        if len(written) >= 3 and name.startswith(written):
            return start_of(today + timedelta(days=(number - today.weekday() - 1) % 7 + 1), zone)
    try:
        length = parse_duration(written)
    except ValueError:
        return start_of(_day(written), zone)
    return start_of(today + length, zone) if length >= timedelta(days=1) else now + length


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Refused(f"“{written}” is not a day that I understand. {HOW}") from None
