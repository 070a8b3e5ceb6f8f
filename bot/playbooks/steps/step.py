"""What all step specs share."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Step(BaseModel):
    """The spec of one step, as it stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class StepContext:
    """What specs are checked against; passed as pydantic's validation context."""

    cards: AbstractSet[str]


def wrong(problem: str, cure: str) -> PydanticCustomError:
    """A mistake in our own words. The loader takes `problem` and `cure` over as they are."""
    return PydanticCustomError("wrong", "{problem} ({cure})", {"problem": problem, "cure": cure})


def one_of(found: str, allowed: AbstractSet[str] | list[str]) -> str:
    """The cure for a word that is none of those allowed."""
    near = get_close_matches(found, allowed, n=1)
    listed = ", ".join(sorted(allowed)) or "none"
    return f"allowed: {listed}" + (f"; nearest: {near[0]}" if near else "")
