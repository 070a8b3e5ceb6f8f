"""The words in which a mistake in a file is told: what was found, what is allowed, what is nearest."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

from pydantic_core import PydanticCustomError


def wrong(problem: str, cure: str) -> PydanticCustomError:
    """A mistake in our own words. The loader takes `problem` and `cure` over as they are."""
    return PydanticCustomError("wrong", "{problem} ({cure})", {"problem": problem, "cure": cure})


def one_of(found: str, allowed: Collection[str]) -> str:
    """The cure for a word that is none of those allowed."""
    near = get_close_matches(found, list(allowed), n=1)
    listed = ", ".join(sorted(allowed)) or "none"
    return f"allowed: {listed}" + (f"; nearest: {near[0]}" if near else "")


def shown(value: Any) -> str:
    """The value as its author would recognise it, short."""
    if isinstance(value, dict):
        return f"`{', '.join(map(str, value))}: …`"
    if isinstance(value, list):
        return "a list"
    text = written(value)
    return f"`{text[:60]}{'…' if len(text) > 60 else ''}`"


def written(value: str | float) -> str:
    """A scalar as it would stand in a file."""
    return str(value).lower() if isinstance(value, bool) else str(value)
