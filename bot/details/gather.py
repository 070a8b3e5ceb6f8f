"""Asks every source at the same time, each within its own time. What comes is kept, what does not is named, with the reason.

A new source is a class with a name and `load`, added to the tuple in the composition root; what it gives is one of the sections below.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.charts.chart import Chart
from bot.errors import SourceFailed
from bot.log import log
from bot.messages.catalog import Answer, MissingSource, SignalValue, Ticket

LIMIT = 2.0
OUR_FAULT = "something went wrong on our side"


@dataclass(frozen=True)
class Record:
    """The account in the CRM at this moment, by column; None: the CRM has no such account."""

    values: Mapping[str, SignalValue] | None


@dataclass(frozen=True)
class Written:
    """What stands in the record's fields that are written back to, by field."""

    values: Mapping[str, str | None]


@dataclass(frozen=True)
class Trends:
    """A chart of each metric, still to be drawn."""

    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Tickets:
    tickets: tuple[Ticket, ...]


@dataclass(frozen=True)
class Answers:
    """What the account's people last answered or wrote, newest first."""

    answers: tuple[Answer, ...]


Section = Record | Written | Trends | Tickets | Answers
Kind = TypeVar("Kind", Record, Written, Trends, Tickets, Answers)


class Source(Protocol):
    """A system that knows something of an account. `name` is what people call it."""

    @property
    def name(self) -> str: ...

    async def load(self, account_id: str) -> tuple[Section, ...]:
        """What it knows, or SourceFailed. May take its time: whoever asks does not wait for ever."""
        ...


@dataclass(frozen=True)
class Gathered:
    """`came` by source, in the order in which they were asked."""

    came: Mapping[str, tuple[Section, ...]]
    missing: tuple[MissingSource, ...] = ()

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Every section of one kind, whoever gave it."""
        return tuple(section for sections in self.came.values() for section in sections if isinstance(section, kind))


async def gather(sources: Sequence[Source], account_id: str, limit: float = LIMIT) -> Gathered:
    """Never raises, and takes `limit` seconds at most."""
    found = await asyncio.gather(*(_asked(source, account_id, limit) for source in sources))
    answers = list(zip(sources, found, strict=True))
    return Gathered(
        {source.name: answer for source, answer in answers if not isinstance(answer, MissingSource)},
        tuple(answer for _, answer in answers if isinstance(answer, MissingSource)),
    )


async def _asked(source: Source, account_id: str, limit: float) -> tuple[Section, ...] | MissingSource:
    try:
        async with asyncio.timeout(limit):
            return await source.load(account_id)
    except TimeoutError:
        return MissingSource(source.name, seconds=limit)
    except SourceFailed as error:
        return MissingSource(source.name, why=str(error))
    except Exception as error:
        log.error("source_broken", source=source.name, problem=str(error), exc_info=error)
        return MissingSource(source.name, why=OUR_FAULT)
