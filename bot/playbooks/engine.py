"""The engine: where a play stands and its playbook's steps → what to do next. Pure: effects happen in the runner.

start ─► step 0 ─► step 1 … ─► done ─► (its card is closed) ─► ended
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.playbooks.steps import CardStep, Step


@dataclass(frozen=True)
class OpenCard:
    """Open an alert and post its card."""

    card: str


Effect = OpenCard


@dataclass(frozen=True)
class Advance:
    """What to do now, and the step at which the play then stands."""

    effects: tuple[Effect, ...]
    step: int


def advance(at: int, steps: Sequence[Step]) -> Advance:
    """Everything that can be done without waiting."""
    effects = tuple(_effect(step) for step in steps[at:])
    return Advance(effects, len(steps))


def _effect(step: Step) -> Effect:
    match step:
        case CardStep():
            return OpenCard(step.card)
        case _:
            raise TypeError(f"no effect is known for {type(step).__name__}")
