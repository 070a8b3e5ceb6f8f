"""Small rules that compose into a description of Block Kit: a value and its JSON pointer in, problems out."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


Rule = Callable[[Any, str], Iterator[Problem]]


def string(maximum: int, minimum: int = 1) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "must be a string")
        elif len(value) < minimum:
            yield Problem(at, f"must be more than {minimum - 1} characters")
        elif len(value) > maximum:
            yield Problem(at, f"must be less than {maximum + 1} characters")

    return rule


def matching(pattern: str, wanted: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield Problem(at, f"must be {wanted}")

    return rule


def choice(*allowed: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem(at, f"must be a valid enum value: {', '.join(allowed)}")

    return rule


def integer(minimum: int, maximum: int) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Problem(at, "must be an integer")
        elif not minimum <= value <= maximum:
            yield Problem(at, f"must be between {minimum} and {maximum}")

    return rule


def flag(value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem(at, "must be a boolean")


def anything(value: Any, at: str) -> Iterator[Problem]:
    yield from ()


def items(rule: Rule, minimum: int, maximum: int) -> Rule:
    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(at, "must be an array")
            return
        if len(value) < minimum:
            yield Problem(at, f"must have at least {minimum} item{'s' if minimum > 1 else ''}")
        if len(value) > maximum:
            yield Problem(at, f"no more than {maximum} items allowed")
        for index, item in enumerate(value):
            yield from rule(item, f"{at}/{index}")

    return check


def fields(required: Mapping[str, Rule] | None = None, optional: Mapping[str, Rule] | None = None, *extra: Rule) -> Rule:
    """An object with exactly these keys (besides `type`); `extra` rules look at the whole object."""
    needed, known = required or {}, {**(required or {}), **(optional or {}), "type": anything}

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "must be an object")
            return
        for key in needed:
            if value.get(key) is None:
                yield Problem(at, f"missing required field: {key}")
        for key, item in value.items():
            if key not in known:
                yield Problem(f"{at}/{key}", f"invalid additional property: {key}")
            elif item is not None:
                yield from known[key](item, f"{at}/{key}")
        for check in extra:
            yield from check(value, at)

    return rule


def tagged(kinds: Mapping[str, Rule], noun: str = "type") -> Rule:
    """An object whose `type` picks its rule."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "must be an object")
        elif value.get("type") not in kinds:
            yield Problem(f"{at}/type", f"unsupported {noun}: {value.get('type')}")
        else:
            yield from kinds[value["type"]](value, at)

    return rule


def one_of(*keys: str) -> Rule:
    """Exactly one of the keys is there."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if sum(value.get(key) is not None for key in keys) != 1:
            yield Problem(at, f"exactly one of these is required: {', '.join(keys)}")

    return rule


def some_of(*keys: str) -> Rule:
    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not any(value.get(key) for key in keys):
            yield Problem(at, f"one of these is required: {', '.join(keys)}")

    return rule
