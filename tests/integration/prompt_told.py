"""What became of a story: what people did, as they would tell it, and what they were sent."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

DAY = timedelta(days=1)
ALERTS, MANAGERS = "#cs-alerts", "#cs-leads"


def address(name: str) -> str:
    return f"{name}@ours.example"


@dataclass
class Meeting:
    """`states`: from when on it was what."""

    type: str
    starts: datetime
    states: list[tuple[datetime, str]]

    def state(self, at: datetime) -> str | None:
        return next((state for since, state in reversed(self.states) if since <= at), None)


@dataclass(frozen=True)
class Word:
    account: str
    text: str
    at: datetime
    due: datetime
    channel: str


@dataclass(frozen=True)
class Card:
    """`asks`: for which review when it came."""

    account: str
    opened: datetime
    closed: datetime | None
    asks: str
    due: datetime
    channel: str


@dataclass
class Told:
    """`moved`: when plays could move, `swept`: the whole passes among these."""

    meetings: dict[str, list[Meeting]] = field(default_factory=lambda: defaultdict(list))
    moved: list[datetime] = field(default_factory=list)
    swept: list[datetime] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
