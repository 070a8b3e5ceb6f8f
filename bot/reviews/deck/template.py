"""The template of a deck: a team's own or ours. Its layouts are found by name; any with a title and a large place for content will do.

A layout is asked for its title, for a text placeholder with the index 10 (one line below the title), and for its places: all other text,
content, chart and table placeholders, by index. Where it has fewer places than the slide has parts, the parts share the area of them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.presentation import Presentation as Deck
from pptx.slide import SlideLayout

from bot.errors import Finding
from bot.log import log
from bot.reviews.deck.own import LEAD, own_template
from bot.reviews.deck.page import Name

TITLES = frozenset({KIND.TITLE, KIND.CENTER_TITLE})
PLACES = frozenset({KIND.BODY, KIND.OBJECT, KIND.CHART, KIND.TABLE})
LARGE = 0.2
"""The share of the slide that the places of a layout without our name have to cover."""
NOT_READ = "no PowerPoint file (PPTX) that can be read"
CURE = "give it a layout with a title and a large content placeholder, or begin with ours: `staysail deck FILE.pptx --bare`"


@dataclass(frozen=True)
class Opened:
    """`problem`: why it is ours and not the team's, in words."""

    deck: Deck
    layouts: Mapping[Name, SlideLayout]
    problem: str = ""


def open_template(path: Path | None) -> Opened:
    """The team's own, without its slides; ours where there is none, or where it cannot be used."""
    if path is None:
        return _opened(_ours())
    if not path.is_file():
        return _opened(_ours(), f"there is no file {path.name}")
    try:
        deck = _read(path)
    except Exception as error:  # whatever a damaged file makes the library stumble over
        log.warning("template_not_read", file=str(path), problem=str(error))
        return _opened(_ours(), f"{path.name} is {NOT_READ}")
    found = _opened(deck)
    missing = [name for name in Name if name not in found.layouts]
    return _opened(_ours(), f"{path.name} has no layout for {', '.join(missing)}") if missing else found


def check_template(path: Path | None, place: str) -> list[Finding]:
    """What is wrong with it. Decks are made all the same, from ours."""
    problem = open_template(path).problem
    if not problem:
        return []
    cure = "correct the name: it counts from the folder of staysail.yml" if problem.startswith("there is no file") else CURE
    cure = "save it as .pptx (not .ppt, .potx or .key)" if problem.endswith(NOT_READ) else cure
    return [Finding(place, f"{problem}; decks are made from ours until then", cure, fatal=False)]


def layout_for(deck: Deck, name: Name, titled: list[SlideLayout]) -> SlideLayout | None:
    """By its name, in upper or lower case; else the first that has a title and enough room."""
    named = (layout for layout in titled if layout.name.strip().casefold() == name.casefold() and places(every(layout)))
    others = {other.casefold() for other in Name}
    roomy = (layout for layout in titled if layout.name.strip().casefold() not in others and _is_roomy(deck, layout))
    return next(named, None) or next(roomy, None)


def places(placeholders: list[Any]) -> list[Any]:
    """Where parts of the slide can stand, by index."""
    found = [one for one in placeholders if one.placeholder_format.type in PLACES and not is_lead(one) and one.width and one.height]
    return sorted(found, key=lambda one: int(one.placeholder_format.idx))


def every(holder: Any) -> list[Any]:
    """The placeholders of a slide or a layout."""
    return list(holder.placeholders)


def is_lead(placeholder: Any) -> bool:
    return int(placeholder.placeholder_format.idx) == LEAD and placeholder.placeholder_format.type is KIND.BODY


def _has_title(layout: SlideLayout) -> bool:
    return any(one.placeholder_format.type in TITLES for one in every(layout))


def _is_roomy(deck: Deck, layout: SlideLayout) -> bool:
    whole = int(deck.slide_width or 0) * int(deck.slide_height or 0)
    return sum(int(one.width) * int(one.height) for one in places(every(layout))) >= LARGE * whole


def _opened(deck: Deck, problem: str = "") -> Opened:
    titled = [layout for layout in deck.slide_layouts if _has_title(layout)]
    layouts = {name: layout for name in Name if (layout := layout_for(deck, name, titled))}
    return Opened(deck, layouts, problem)


def _ours() -> Deck:
    return Presentation(BytesIO(own_template()))


def _read(path: Path) -> Deck:
    """Without the slides that stand in it, and what names them: PowerPoint would find the file damaged."""
    deck = Presentation(str(path))
    ids = deck.slides._sldIdLst
    for slide in list(ids):
        deck.part.drop_rel(slide.rId)
        ids.remove(slide)
    for naming in deck.element.xpath("//*[local-name()='sectionLst' or local-name()='custShowLst']"):
        around = naming.getparent()
        gone = around if around.tag.endswith("}ext") else naming
        gone.getparent().remove(gone)
    return deck
