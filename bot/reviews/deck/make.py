"""A deck for a meeting, from the picture that its brief was made of."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from bot.reviews.deck.draw import draw
from bot.reviews.deck.pages import pages_of, title_of
from bot.reviews.deck.template import open_template
from bot.reviews.deck.text import clean
from bot.reviews.picture import Picture


@dataclass(frozen=True)
class Made:
    """A PowerPoint file (PPTX). `problem`: why the team's own template was not taken, in words."""

    content: bytes
    problem: str = ""


def make(picture: Picture, template: Path | None) -> bytes:
    """Eight slides in the picture's language. Blocks, for less than a second."""
    return made(picture, template).content


def made(picture: Picture, template: Path | None) -> Made:
    opened = open_template(template)
    footer = title_of(picture)
    for page in pages_of(picture):
        layout = opened.layouts[page.name]
        draw(page, opened.deck.slides.add_slide(layout), layout, footer)
    _sign(opened.deck.core_properties, picture)
    written = BytesIO()
    opened.deck.save(written)
    return Made(written.getvalue(), opened.problem)


def _sign(properties: object, picture: Picture) -> None:
    """The file tells who made it: the organizer, and not whoever drew the template."""
    values = {
        "title": title_of(picture),
        "author": clean(picture.organizer)[:200],
        "last_modified_by": clean(picture.organizer)[:200],
        "subject": "",
        "comments": "",
        "keywords": "",
        "language": picture.language[:20],
    }
    for name, value in values.items():
        setattr(properties, name, clean(value)[:250])
