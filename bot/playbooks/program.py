"""A playbook's steps as a flat program: what the engine walks through, one number being the place.

    steps (a tree, as in the file) ─► ops with jumps:   if A: [x] else: [y]   ─►   0 Branch(A, else 3)  1 x  2 Jump 4  3 y

A play in flight keeps its version, so its numbers never come to mean something else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.playbooks.condition import Condition
from bot.playbooks.steps import GoalStep, IfStep, RepeatStep, SplitStep, Step, StopStep, WaitStep


@dataclass(frozen=True)
class Node:
    """A checked step, its place in the file (`2.then.0`), its compiled condition, and the steps inside it by their key."""

    step: Step
    path: str
    condition: Condition | None = None
    inside: tuple[tuple[str, tuple["Node", ...]], ...] = ()


@dataclass(frozen=True)
class Do:
    """An effect: the runner's work."""

    path: str
    step: Step


@dataclass(frozen=True)
class Wait:
    """`until` is the number of a condition."""

    path: str
    step: WaitStep
    until: int | None


@dataclass(frozen=True)
class Branch:
    """Goes on when the condition holds, else to `otherwise`."""

    path: str
    condition: int
    otherwise: int


@dataclass(frozen=True)
class Jump:
    to: int


@dataclass(frozen=True)
class Split:
    """Variants as (name, weight, where they begin)."""

    path: str
    variants: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Loop:
    """Begins a round, or goes to `after` when there were enough or the condition holds."""

    path: str
    at_most: int
    until: int | None
    after: int


@dataclass(frozen=True)
class End:
    path: str
    reason: str
    words: str


Op = Do | Wait | Branch | Jump | Split | Loop | End


@dataclass(frozen=True)
class OutlineLine:
    """A step for people. `pc` is its place in the program (None for `otherwise` and the names of variants)."""

    path: str
    depth: int
    text: str
    pc: int | None


@dataclass(frozen=True)
class Program:
    """`names`: where the steps that bear a name stand."""

    ops: tuple[Op, ...]
    conditions: tuple[Condition, ...]
    lines: tuple[OutlineLine, ...]
    names: dict[str, int] = field(hash=False)

    def outline(self) -> tuple[OutlineLine, ...]:
        return self.lines

    def steps(self) -> Iterable[Step]:
        """Those that do something or wait."""
        return (op.step for op in self.ops if isinstance(op, Do | Wait))

    def line_at(self, place: int) -> OutlineLine | None:
        """The step at which a play stands. None: it is through."""
        return next((line for line in self.lines if line.pc is not None and line.pc >= place), None) if place < len(self.ops) else None

    @property
    def opens_with_alert(self) -> bool:
        """It opens an alert before it waits for anything."""
        for op in self.ops:
            if isinstance(op, Do) and op.step.opens_alert:
                return True
            if not isinstance(op, Do):
                return False
        return False


def program_of(nodes: Sequence[Node]) -> Program:
    builder = _Builder()
    builder.add(nodes, 0)
    return Program(tuple(builder.ops), tuple(builder.conditions), tuple(builder.lines), builder.names)


class _Builder:
    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.conditions: list[Condition] = []
        self.lines: list[OutlineLine] = []
        self.names: dict[str, int] = {}

    def add(self, nodes: Sequence[Node], depth: int) -> None:
        for node in nodes:
            here = len(self.ops)
            if node.step.name:
                self.names[node.step.name] = here
            self._line(node.path, depth, node.step.in_words(), here)
            self._add(node, depth)

    def _line(self, path: str, depth: int, text: str, pc: int | None = None) -> None:
        self.lines.append(OutlineLine(path, depth, text, pc))

    def _add(self, node: Node, depth: int) -> None:
        match node.step:
            case IfStep():
                self._branch(node, depth)
            case SplitStep():
                self._split(node, node.step, depth)
            case RepeatStep():
                self._loop(node, node.step, depth)
            case WaitStep():
                self.ops.append(Wait(node.path, node.step, self._condition(node)))
            case GoalStep():
                self.ops.append(End(node.path, "goal", node.step.goal or ""))
            case StopStep():
                self.ops.append(End(node.path, "stopped", node.step.stop or ""))
            case _:
                self.ops.append(Do(node.path, node.step))

    def _condition(self, node: Node) -> int | None:
        if node.condition is None:
            return None
        self.conditions.append(node.condition)
        return len(self.conditions) - 1

    def _reserve(self) -> int:
        self.ops.append(Jump(0))
        return len(self.ops) - 1

    def _branch(self, node: Node, depth: int) -> None:
        number = self._condition(node)
        assert number is not None
        begin, inside = self._reserve(), dict(node.inside)
        self.add(inside["then"], depth + 1)
        leave = self._reserve()
        self.ops[begin] = Branch(node.path, number, len(self.ops))
        if inside.get("else"):
            self._line(node.path, depth, "otherwise")
            self.add(inside["else"], depth + 1)
        self.ops[leave] = Jump(len(self.ops))

    def _split(self, node: Node, step: SplitStep, depth: int) -> None:
        begin, leaves, variants = self._reserve(), [], []
        for name, nodes in node.inside:
            variants.append((name, step.split[name], len(self.ops)))
            self._line(f"{node.path}.{name}", depth, name)
            self.add(nodes, depth + 1)
            leaves.append(self._reserve())
        self.ops[begin] = Split(node.path, tuple(variants))
        for leave in leaves:
            self.ops[leave] = Jump(len(self.ops))

    def _loop(self, node: Node, step: RepeatStep, depth: int) -> None:
        begin, number = self._reserve(), self._condition(node)
        self.add(dict(node.inside)["repeat"], depth + 1)
        self.ops.append(Jump(begin))
        self.ops[begin] = Loop(node.path, step.at_most, number, len(self.ops))


def stands_at(program: Program, place: int) -> str:
    """`wait 14d (step 5 of 7)`; empty when its steps are done."""
    line = program.line_at(place)
    steps = [one for one in program.outline() if one.pc is not None]
    return f"{line.text} (step {steps.index(line) + 1} of {len(steps)})" if line else ""
