"""Text that surely fits: nothing draws a slide here, so widths are estimated, and rather too wide than too narrow. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

LINE = 1.25
"""The height of a line, as a share of the letters' size."""
MORE = "…"
NARROW = frozenset(".,:;!|'’`ijlI()[]")
SMALLEST = 12
"""Points: smaller is not read in a meeting."""
SCALES = (1.0, 0.92, 0.85, 0.78, 0.7)
LIMITS = (400, 160, 110, 70)
"""Letters of a text: the next where it does not fit at any scale."""
TINY = (40, 20, 8)
"""Of the only one that is left."""


class Role(StrEnum):
    """What a paragraph is."""

    HEADING = "heading"
    FIGURE = "figure"
    TEXT = "text"
    ITEM = "item"
    NOTE = "note"
    """Something that is not known, said in one line that somebody is to write over."""


SIZES = {Role.HEADING: 18, Role.FIGURE: 40, Role.TEXT: 18, Role.ITEM: 18, Role.NOTE: 16}
BEFORE = {Role.HEADING: 14, Role.FIGURE: 16, Role.TEXT: 4, Role.ITEM: 8, Role.NOTE: 8}
"""Points above a paragraph that is not the first."""
INDENT = 18
"""Points left of an item's text, where its bullet stands."""


@dataclass(frozen=True)
class Paragraph:
    text: str
    role: Role = Role.ITEM


@dataclass(frozen=True)
class Fitted:
    """Paragraphs with the scale of their sizes, and how many were left out."""

    paragraphs: tuple[Paragraph, ...]
    scale: float = 1.0

    def size(self, role: Role) -> int:
        return max(SMALLEST, round(SIZES[role] * self.scale))


def clean(text: str) -> str:
    """One line without what is not seen: XML refuses some control characters, and marks of direction would turn the slide around."""
    seen = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or not _is_hidden(sign))
    return " ".join(seen.split())


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Cn", "Co"}


def shortened(text: str, most: int) -> str:
    """At most so many characters, cut between words where that is near."""
    text = clean(text)
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > most * 0.7 else cut).rstrip(" ,.;:–-") + MORE


def width(text: str, size: float) -> float:
    """In points: more than the usual fonts take."""
    return sum(_em(sign) for sign in text) * size


def _em(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0.0
    if unicodedata.east_asian_width(sign) in {"W", "F"}:
        return 1.1
    if sign in NARROW:
        return 0.35
    if sign.isupper() or sign in "mwMW@%&—…мшщжюыфд":
        return 0.85 if sign in "MW@%—…ШЩЖЮМФ" else 0.75
    return 0.59 if sign != " " else 0.32


def lines(text: str, room: float, size: float) -> int:
    """How many lines the text takes; words that are wider than a line are broken."""
    count, used = 1, 0.0
    for word in text.split(" "):
        wide = width(word, size)
        if used and used + width(" ", size) + wide > room:
            count, used = count + 1, 0.0
        used += (width(" ", size) if used else 0.0) + wide
        while used > room:
            count, used = count + 1, used - room
    return count


def height(fitted: Fitted, room: float) -> float:
    """In points, in a column so many points wide."""
    total = 0.0
    for at, one in enumerate(fitted.paragraphs):
        size = fitted.size(one.role)
        column = room - (INDENT if one.role is Role.ITEM else 0)
        total += lines(one.text, max(column, size * 2), size) * size * LINE + (BEFORE[one.role] * fitted.scale if at else 0)
    return total


def fit(paragraphs: Sequence[Paragraph], room: float, tall: float) -> Fitted:
    """Smaller letters first, then shorter texts, then fewer items; what is left out is counted in the last one."""
    for most in LIMITS:
        kept = tuple(replace(one, text=shortened(one.text, most)) for one in paragraphs)
        for scale in SCALES:
            if height(found := Fitted(kept, scale), room) <= tall:
                return found
    return _fewer(kept, room, tall)


def _fewer(paragraphs: tuple[Paragraph, ...], room: float, tall: float) -> Fitted:
    found = Fitted(paragraphs, SCALES[-1])
    for keep in range(len(paragraphs) - 1, 0, -1):
        left = Paragraph(f"{MORE} +{len(paragraphs) - keep}", Role.TEXT)
        found = Fitted((*paragraphs[:keep], left), SCALES[-1])
        if height(found, room) <= tall:
            return found
    for most in TINY:
        found = Fitted((replace(paragraphs[0], text=shortened(paragraphs[0].text, most)),), SCALES[-1])
        if height(found, room) <= tall:
            return found
    return found


def fit_line(text: str, size: int, room: float, most_lines: int = 1, smallest: int = SMALLEST) -> tuple[str, int]:
    """A single text and its size, so that it takes at most so many lines."""
    text = clean(text)
    for smaller in range(size, smallest - 1, -1):
        if lines(text, room, smaller) <= most_lines:
            return text, smaller
    while len(text) > 2 and lines(text, room, smallest) > most_lines:
        text = shortened(text, int(len(text) * 0.9))
    return text, smallest
