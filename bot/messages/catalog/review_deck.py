"""The deck of a meeting: what stands beside the file, and what its organizer is told when there is none."""

from dataclasses import dataclass
from typing import ClassVar

from bot.messages.catalog.facts import Account
from bot.messages.catalog.message import Message


@dataclass(frozen=True, kw_only=True)
class ReviewDeckNote(Message):
    """Its text goes with the file. `problem`: why the team's own template was not taken, in words."""

    template: ClassVar[str] = "review-deck"
    account: str
    type: str
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewDeckUnmade(Message):
    """To the organizer, when the deck was given up: `why` in words."""

    template: ClassVar[str] = "review-deck-unmade"
    account: Account | None
    type: str
    why: str
