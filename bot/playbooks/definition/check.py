"""The steps of a playbook file, each checked by the spec of its type, and those inside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.documents.check import check
from bot.documents.source import Source, Way
from bot.documents.words import one_of, shown
from bot.playbooks.condition import Condition
from bot.playbooks.program import Node
from bot.playbooks.steps import STEPS, IfStep, RepeatStep, SplitStep, Step, StepContext, WaitStep

Compile = Callable[[str, Way], Condition | None]
"""A text at a place in the file → the condition, or None after reporting what is wrong."""


@dataclass(frozen=True)
class Checker:
    """Checks lists of steps, however deep they stand in each other."""

    source: Source
    context: StepContext
    compiled: Compile

    def nodes(self, steps: Sequence[Any], way: Way, path: str = "") -> tuple[Node, ...]:
        """Those steps that are right; the others are reported."""
        checked = (self._node(step, (*way, index), f"{path}{index}") for index, step in enumerate(steps))
        return tuple(node for node in checked if node)

    def _node(self, value: Any, way: Way, path: str) -> Node | None:
        if not isinstance(value, dict) or not value:
            cure = "allowed: a mapping such as `card: churn-risk`"
            self.source.wrong(way, f"found {shown(value)} where a step is needed", cure)
            return None
        types = [key for key in value if key in STEPS]
        if "split" in types:
            types = ["split"]  # a variant may bear any name
        if len(types) != 1:
            self._not_one(value, types, way)
            return None
        step = check(STEPS[types[0]], value, way, self.source, self.context)
        if step is None:
            self._look_inside(value, types[0], way, path)
            return None
        condition = self._condition(step, way)
        return Node(step, path, condition, tuple(self._inside(step, way, path)))

    def _not_one(self, value: dict[str, Any], types: list[str], way: Way) -> None:
        if types:
            self.source.wrong((*way, types[1]), f"one step holds `{types[0]}` and `{types[1]}`", "begin each step with `- `")
        for key in list(value)[: 0 if types else 1]:
            self.source.wrong((*way, key), f"unknown step `{key}`", one_of(key, set(STEPS)))

    def _look_inside(self, value: dict[str, Any], kind: str, way: Way, path: str) -> None:
        """Reports mistakes inside a step that is itself mistaken."""
        for key in {"if": ("then", "else"), "repeat": ("repeat",)}.get(kind, ()):
            if isinstance(value.get(key), list):
                self.nodes(value[key], (*way, key), f"{path}.{key}.")

    def _condition(self, step: Step, way: Way) -> Condition | None:
        match step:
            case IfStep():
                return self.compiled(step.condition, (*way, "if"))
            case RepeatStep() if step.until is not None:
                return self.compiled(step.until, (*way, "until"))
            case WaitStep() if step.wait.until is not None:
                return self.compiled(step.wait.until, (*way, "wait", "until"))
        return None

    def _inside(self, step: Step, way: Way, path: str) -> list[tuple[str, tuple[Node, ...]]]:
        return [(key, self.nodes(steps, (*way, key), f"{path}.{key}.")) for key, steps in _lists(step)]


def _lists(step: Step) -> list[tuple[str, list[Any]]]:
    match step:
        case IfStep():
            return [("then", step.then), ("else", step.otherwise)]
        case RepeatStep():
            return [("repeat", step.repeat)]
        case SplitStep():
            return [(name, step.steps_of(name)) for name in step.split]
    return []
