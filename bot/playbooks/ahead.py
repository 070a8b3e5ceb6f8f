"""What a play would still bring, for whoever thinks of stopping it: in words that need no knowledge of its file."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from math import ceil

from bot.durations import spoken
from bot.playbooks.program import Branch, Do, End, Jump, Loop, Op, Program, Split, Wait
from bot.playbooks.steps import Step

MOST = 4
NOTHING, DAY, HOUR = timedelta(), timedelta(days=1), timedelta(hours=1)
Coming = tuple[timedelta | None, Step]
"""A step that does something, and the longest time until then; None: nobody knows how long."""


def to_come(program: Program, place: int, spent: timedelta = NOTHING) -> tuple[str, ...]:
    """`a reminder to the CSM after 3 days`. `spent`: how long the play has waited already where it stands."""
    moments = groupby(steps_ahead(program, place, spent), key=lambda one: one[0])
    told = [f"{' and '.join(step.brings() for _, step in steps)}{_after(after)}" for after, steps in moments]
    return (*told[:MOST], "…") if len(told) > MOST else tuple(told)


def only_reminds(program: Program, place: int) -> bool:
    """Nothing is to come but words to people of ours."""
    steps = [step for _, step in steps_ahead(program, place)]
    return bool(steps) and all(step.reminds for step in steps)


def steps_ahead(program: Program, place: int, spent: timedelta = NOTHING) -> list[Coming]:
    """In the file's order; of ways that exclude each other those of all."""
    found: dict[int, Coming] = {}
    seen: set[int] = set()
    stands = program.ops[place : place + 1]
    ways: list[tuple[int, timedelta | None]] = [(place, -spent if stands and isinstance(stands[0], Wait) else NOTHING)]
    while ways:
        at, after = ways.pop()
        if at in seen or at >= len(program.ops):
            continue
        seen.add(at)
        op = program.ops[at]
        if isinstance(op, Do):
            found[at] = (after, op.step)
        elif isinstance(op, Wait):
            longest = op.step.longest
            after = None if after is None or longest is None else max(NOTHING, after + longest)
        ways += [(then, after) for then in reversed(_next(op, at))]
    return [found[at] for at in sorted(found)]


def _next(op: Op, at: int) -> Sequence[int]:
    match op:
        case Jump():
            return (op.to,)
        case Branch():
            return (at + 1, op.otherwise)
        case Loop():
            return (at + 1, op.after)
        case Split():
            return [begins for _, _, begins in op.variants]
        case End():
            return ()
    return (at + 1,)


def _after(length: timedelta | None) -> str:
    if length is None:
        return " later"
    unit = DAY if length >= DAY else HOUR
    return f" after {spoken(ceil(length / unit) * unit)}" if length else ""
