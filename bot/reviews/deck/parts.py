"""Columns of text as slides have them: a heading with items, figures, and the one line where nothing is known. Pure."""

from collections.abc import Iterable, Sequence

from bot.reviews.deck.figures import Figure
from bot.reviews.deck.page import Words
from bot.reviews.deck.text import Paragraph, Role, clean, shortened

ITEMS, ITEM = 10, 220
"""A list's items, and the letters of each."""
BULLETS = "-*•–— \t"


def listed(heading: str, items: Iterable[str], nothing: str, more: str = "… +{count}") -> tuple[Paragraph, ...]:
    """`nothing`: what is said where there are no items; `more` counts those that are left out."""
    found = [text for item in items if (text := shortened(item, ITEM))]
    if not found:
        return Paragraph(heading, Role.HEADING), Paragraph(nothing, Role.NOTE)
    left_out = [Paragraph(more.format(count=len(found) - ITEMS), Role.TEXT)] if len(found) > ITEMS else []
    return Paragraph(heading, Role.HEADING), *(Paragraph(text) for text in found[:ITEMS]), *left_out


def counted(heading: str, figures: Sequence[Figure], nothing: str) -> tuple[Paragraph, ...]:
    if not figures:
        return Paragraph(heading, Role.HEADING), Paragraph(nothing, Role.NOTE)
    return Paragraph(heading, Role.HEADING), *(paragraph for figure in figures for paragraph in shown(figure))


def shown(figure: Figure) -> tuple[Paragraph, Paragraph]:
    return Paragraph(shortened(figure.number, 40), Role.FIGURE), Paragraph(shortened(figure.words, ITEM), Role.TEXT)


def words(*columns: Sequence[Paragraph]) -> Words:
    """One below the other."""
    return Words(tuple(paragraph for column in columns for paragraph in column))


def lines_of(text: str) -> list[str]:
    """The lines of something that a person wrote, without the bullets that they put there."""
    return [line for raw in text.splitlines() if (line := clean(raw).lstrip(BULLETS))]
