"""The steps of a playbook file, each checked by the spec of its type."""

from collections.abc import Sequence
from typing import Any

from bot.documents.check import check
from bot.documents.source import Source, Way
from bot.documents.words import one_of, shown
from bot.playbooks.steps import STEPS, Step, StepContext


def check_steps(steps: Sequence[Any], source: Source, context: StepContext) -> tuple[Step, ...]:
    """The specs of those steps that are right; the others are reported."""
    checked = (_step(step, ("steps", index), source, context) for index, step in enumerate(steps))
    return tuple(step for step in checked if step)


def _step(value: Any, way: Way, source: Source, context: StepContext) -> Step | None:
    if not isinstance(value, dict) or not value:
        cure = "allowed: a mapping such as `card: churn-risk`"
        source.wrong(way, f"found {shown(value)} where a step is needed", cure)
        return None
    types = [key for key in value if key in STEPS]
    if len(types) == 1:
        return check(STEPS[types[0]], value, way, source, context)
    for key in list(value)[:1]:
        source.wrong((*way, key), f"unknown step `{key}`", one_of(key, set(STEPS)))
    return None
