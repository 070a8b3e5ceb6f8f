"""What a slide says, before it is drawn."""

from dataclasses import dataclass
from enum import StrEnum

from bot.reviews.deck.text import Paragraph


class Name(StrEnum):
    """The eight slides in their order: also the names of their layouts in a template."""

    SUMMARY = "Summary"
    GOALS = "Goals"
    ADOPTION = "Adoption"
    VALUE = "Value"
    SUPPORT = "Support"
    VOICE = "Voice"
    PLAN = "Plan"
    ASKS = "Asks"


@dataclass(frozen=True)
class Words:
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Series:
    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Graph:
    """A chart that can be edited in PowerPoint. The first series is what it is about, the second what it is compared with.

    `note` follows the title, `alt` tells the numbers to who does not see it. Columns instead of a line where there are few values.
    """

    title: str
    note: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    alt: str
    columns: bool = False
    top: float | None = None


@dataclass(frozen=True)
class Grid:
    """A table: its first row is the head, `shares` are the columns' widths. `total`: how many rows there are without the head;
    those that are not shown are counted by `more`, with `{count}` in it."""

    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    heading: str
    total: int
    more: str


Part = Words | Graph | Grid


@dataclass(frozen=True)
class Page:
    """`shares`: how the parts share the width where the layout has no places for them; `()`: evenly, from three on in two rows.

    `notes` are the speaker's: where each fact comes from. They leave with the file: nothing stands in them that the customer may not read.
    """

    name: Name
    title: str
    lead: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    shares: tuple[float, ...] = ()
