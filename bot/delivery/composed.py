"""What the worker asks of those who know its subjects: how they look now, and who is to be told what became of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Composed:
    """What a subject looks like now, in the form that its sender takes (Slack's: `Rendered`)."""

    version: int
    message: Any


@dataclass(frozen=True)
class Withheld:
    """A subject that is not to be sent any more: `why` in words."""

    why: str


Composer = Callable[[Session, Sequence[int]], Mapping[int, Composed | Withheld]]
"""Texts for several subjects of one kind, by their number."""

WITHHELD, BOUNCED, GIVEN_UP = "withheld", "bounced", "given_up"
"""Ends of a sending without success: not to be sent any more; nobody can be reached there; tried in vain, a dead letter."""
Aftermath = Callable[[Session, int, str, str], None]
"""Told, in the transaction that settles it, what became of a subject: its number, one of these ends, and why."""
