"""How settings are typed into a form, and back: text ─► a value as it would stand in staysail.yml; a setting ─► text.

A text that fits no form is handed on as it is: the reader of staysail.yml says what is wrong with it. Only lines of two parts are
taken apart here, and so their mistakes are told here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.documents.words import shown
from bot.durations import describe
from bot.settings.forms import Route, TakeByForm

ARROW = "->"


@dataclass(frozen=True)
class Typing:
    """`read` may raise ValueError, in words for the person who typed. None is an empty text: as if the key were left out."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    lines: bool = False


def _text(text: str) -> Any:
    return text or None


def _number(text: str) -> Any:
    """`5`, `0.3`, or `30%` for 0.3."""
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?%?", text):
        return _text(text)
    if text.endswith("%"):
        return round(float(text[:-1]) / 100, 6)
    return float(text) if "." in text else int(text)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return describe(value)
    return f"{value:.15g}" if isinstance(value, float) else str(value if value is not None else "")


def _each(text: str) -> list[str]:
    """One a line, or separated by commas."""
    return [part.strip() for part in re.split(r"[\n,;]+", text) if part.strip()]


def _pairs(text: str, mark: str, allowed: str) -> Iterable[tuple[str, str]]:
    for number, line in enumerate((line.strip() for line in text.splitlines() if line.strip()), 1):
        left, found, right = line.rpartition(mark)
        if not found or not left.strip() or not right.strip():
            raise ValueError(f"line {number}: found {shown(line)} ({allowed})")
        yield left.strip(), right.strip()


def _read_routes(text: str) -> Any:
    allowed = f"allowed: a condition and a channel, such as arr > 50000 {ARROW} #cs-enterprise"
    return [{"when": when, "to": to} for when, to in _pairs(text, ARROW, allowed)] or None


def _write_routes(routes: Iterable[Route]) -> str:
    return "\n".join(f"{' '.join(route.when.split())} {ARROW} {route.to}" for route in routes)


def _read_deadlines(text: str) -> Any:
    """`50000: 4h` is for alerts of that priority or more; a line of one part is for all the others."""
    found: list[dict[str, Any]] = []
    for line in (line.strip() for line in text.splitlines() if line.strip()):
        priority, mark, within = line.rpartition(":")
        found.append({"priority": _number(priority.strip()), "within": within.strip()} if mark else {"within": line})
    return found or None


def _write_deadlines(deadlines: Iterable[TakeByForm]) -> str:
    return "\n".join(
        describe(one.within) if one.priority is None else f"{_shown(one.priority)}: {describe(one.within)}" for one in deadlines
    )


def _read_people(text: str) -> Any:
    allowed = "allowed: who is away and who stands in, such as jana@ours.example: wei@ours.example"
    found: dict[str, str] = {}
    for away, stand_in in _pairs(text, ":", allowed):
        if away in found:
            raise ValueError(f"{away} stands there twice (allowed: one stand-in each)")
        found[away] = stand_in
    return found


def _write_people(stand_ins: Mapping[str, str]) -> str:
    return "\n".join(f"{away}: {stand_in}" for away, stand_in in stand_ins.items())


def _yes(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


LINE = Typing(_text, _shown)
NUMBER = Typing(_number, _shown)
YES = Typing(_yes, _shown)
EACH = Typing(_each, "\n".join, lines=True)
ROUTES = Typing(_read_routes, _write_routes, lines=True)
DEADLINES = Typing(_read_deadlines, _write_deadlines, lines=True)
PEOPLE = Typing(_read_people, _write_people, lines=True)
