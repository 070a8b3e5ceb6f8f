"""What is done for a room, in which order, and what a failure means. Pure: from what stands written to the next step.

    opening   channel → invite → topic → each bookmark → chart → canvas → brief (the state becomes `asked`) → pin
    later     invite, whenever somebody else is asked; pin, once the brief stands in the channel
    closing   summary → archive (once all that was said stands there; the state becomes `closed`)

A finished step stands in `Room.done` by its key; one that was given up stands there too, with the reason. While `Room.attempted_at`
is set, a step was begun and no clear answer is known: its deed then looks before it repeats anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.messages.catalog import RoomState
from bot.rooms.answers import Answer, Meaning

MOST_TRIES = 12
LONGEST_WAIT = 300.0
STUCK_WAIT = 600.0
"""Seconds: how long a retry waits at most, and how long when only a person can cure it."""


class Deed(StrEnum):
    CHANNEL = "channel"
    INVITE = "invite"
    TOPIC = "topic"
    BOOKMARK = "bookmark"
    CHART = "chart"
    CANVAS = "canvas"
    BRIEF = "brief"
    PIN = "pin"
    SUMMARY = "summary"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Step:
    """`about` tells several of a kind apart: a bookmark's title."""

    deed: Deed
    about: str = ""

    @property
    def key(self) -> str:
        return f"{self.deed}:{self.about}" if self.about else self.deed.value


@dataclass(frozen=True)
class Stand:
    """What a room's next step depends on. `wanted`: who is to be in it; `chart`: one can be drawn."""

    state: RoomState
    done: Mapping[str, Any]
    wanted: Sequence[str] = ()
    bookmarks: Sequence[str] = ()
    chart: bool = False


def next_step(stand: Stand) -> Step | None:
    return next((step for step in _steps(stand) if not _is_done(step, stand)), None)


def _steps(stand: Stand) -> Iterable[Step]:
    if stand.state is RoomState.CLOSED:
        return
    if stand.state is RoomState.CLOSING:
        yield from (Step(Deed.SUMMARY), Step(Deed.ARCHIVE))
        return
    yield from (Step(Deed.CHANNEL), Step(Deed.INVITE), Step(Deed.TOPIC))
    yield from (Step(Deed.BOOKMARK, title) for title in stand.bookmarks)
    if stand.chart:
        yield Step(Deed.CHART)
    yield from (Step(Deed.CANVAS), Step(Deed.BRIEF), Step(Deed.PIN))


def _is_done(step: Step, stand: Stand) -> bool:
    if step.deed is Deed.INVITE:
        return set(stand.wanted) <= set(stand.done.get(step.key) or ())
    return step.key in stand.done


class Then(StrEnum):
    """What follows a failure. STUCK: only a person can cure it, nothing goes on before; it is tried again now and then."""

    RETRY = "retry"
    GIVE_UP = "give_up"
    STUCK = "stuck"


@dataclass(frozen=True)
class Verdict:
    """`seconds` until the next try. `clear`: it surely had no effect. `tell`: the admins learn of it. `counts`: as an attempt."""

    then: Then
    seconds: float = 0.0
    clear: bool = True
    tell: bool = False
    counts: bool = True
    problem: str = field(default="")


def judge(step: Step, answer: Answer, attempts: int) -> Verdict:
    """`attempts` before this one. Only the channel is indispensable; everything else is given up with a word rather than hold the rest."""
    last = attempts + 1 >= MOST_TRIES
    match answer.meaning:
        case Meaning.WAIT:
            return Verdict(Then.RETRY, answer.seconds, clear=answer.clear, counts=False)
        case Meaning.REFUSED:
            stuck = step.deed is Deed.CHANNEL
            return Verdict(Then.STUCK if stuck else Then.GIVE_UP, STUCK_WAIT, tell=stuck or answer.ours, problem=answer.text)
        case Meaning.UNSURE | Meaning.UNREACHED if last and step.deed is not Deed.CHANNEL:
            return Verdict(Then.GIVE_UP, clear=answer.clear, tell=True, problem=answer.text)
        case _:
            then = Then.STUCK if last else Then.RETRY
            return Verdict(then, _pause(attempts), clear=answer.clear, tell=attempts + 1 == MOST_TRIES, problem=answer.text)


def _pause(attempts: int) -> float:
    return STUCK_WAIT if attempts + 1 >= MOST_TRIES else min(float(2**attempts), LONGEST_WAIT)
