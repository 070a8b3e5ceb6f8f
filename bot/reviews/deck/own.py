"""Our own template, made of nothing but this file: `staysail deck --bare` writes it down, and a team makes its own from there.

Sixteen to nine; a slate and a teal on warm paper, each at least 4.5 to 1 where text stands on it (WCAG AA). Eight layouts have the names
of the slides. Built on the blank presentation that python-pptx brings along, whose eleven layouts are filled anew.
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.presentation import Presentation as Deck
from pptx.slide import SlideLayout
from pptx.util import Inches

from bot.reviews.deck.page import Name

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
XMLNS = f'xmlns:a="{A}" xmlns:p="{P}"'
FONT = "Arial"
"""On every machine with an office program, with Latin, Greek and Cyrillic letters."""
COLOURS = {
    "dk1": "1D2733",
    "lt1": "FFFFFF",
    "dk2": "1F3B4D",
    "lt2": "F5F2EC",
    "accent1": "1F6F7F",
    "accent2": "B5651D",
    "accent3": "4C7A4F",
    "accent4": "6B5B95",
    "accent5": "A4453F",
    "accent6": "66727F",
    "hlink": "1F6F7F",
    "folHlink": "6B5B95",
}
WIDE, TALL = 13.333, 7.5
LEFT, RIGHT = 0.75, WIDE - 0.75
TOP, BOTTOM = 2.15, 6.7
GREY = '<a:schemeClr val="accent6"/>'
INK, SLATE, WHITE = '<a:schemeClr val="tx1"/>', '<a:schemeClr val="tx2"/>', '<a:schemeClr val="bg1"/>'
PAPER = '<a:solidFill><a:schemeClr val="bg2"/></a:solidFill>'
LEAD, FIRST = 10, 11
FOOTER, NUMBER = 30, 31


@dataclass(frozen=True)
class Box:
    """Inches."""

    left: float
    top: float
    wide: float
    tall: float

    @property
    def xml(self) -> str:
        x, y, cx, cy = (int(Inches(value)) for value in (self.left, self.top, self.wide, self.tall))
        return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'


@dataclass(frozen=True)
class Look:
    """How a placeholder's text looks. `inset`: inches on each side, where it stands on a panel; `down`: inches above it elsewhere."""

    size: int = 18
    bold: bool = False
    colour: str = INK
    anchor: str = "t"
    inset: float = 0.0
    down: float = 0.0
    align: str = "l"

    @property
    def panel(self) -> str:
        return PAPER if self.inset else ""


@dataclass(frozen=True)
class Place:
    """A placeholder. `type` as PresentationML names it; empty: one that takes any content."""

    idx: int
    type: str
    box: Box
    prompt: str
    look: Look = Look()


HEAD = Look(30, bold=True, colour=SLATE, anchor="b")
SMALL = Look(11, colour=GREY, anchor="ctr")
PANEL, BESIDE = Look(inset=0.3), Look(down=0.3)
TITLE = Place(0, "title", Box(LEFT, 0.45, RIGHT - LEFT, 0.85), "Title", HEAD)
LINE = Place(LEAD, "body", Box(LEFT, 1.32, RIGHT - LEFT, 0.5), "What the slide says in one line", Look(16, colour=GREY))
FOOT = (
    Place(FOOTER, "ftr", Box(LEFT, 6.95, 9, 0.3), "", SMALL),
    Place(NUMBER, "sldNum", Box(RIGHT - 1, 6.95, 1, 0.3), "‹#›", Look(11, colour=GREY, anchor="ctr", align="r")),
)
MARK = ("accent1", Box(0, 0.62, 0.16, 0.64))
SIDE = ("tx2", Box(0, 0, 4.85, TALL))


def _two(first: float, left: Look = BESIDE, right: Look = PANEL, kind: str = "") -> tuple[Place, ...]:
    """Two places side by side; the first is so many inches wide."""
    beside = LEFT + first + 0.4
    return (
        TITLE,
        LINE,
        Place(FIRST, kind, Box(LEFT, TOP, first, BOTTOM - TOP), "First part", left),
        Place(FIRST + 1, "body", Box(beside, TOP, RIGHT - beside, BOTTOM - TOP), "Second part", right),
        *FOOT,
    )


def _front() -> tuple[Place, ...]:
    tall = 1.86
    facts = (Place(FIRST + at, "body", Box(5.35, 0.6 + at * (tall + 0.25), 7.25, tall), "A fact", Look(inset=0.3)) for at in range(3))
    head = Place(0, "title", Box(LEFT, 0.6, 3.75, 3.0), "Title", Look(32, bold=True, colour=WHITE, anchor="b"))
    return (head, Place(LEAD, "body", Box(LEFT, 3.85, 3.75, 3.0), "With whom, since when", Look(16, colour=WHITE)), *facts)


def _whole(kind: str) -> tuple[Place, ...]:
    return (TITLE, LINE, Place(FIRST, kind, Box(LEFT, TOP - 0.1, RIGHT - LEFT, BOTTOM - TOP + 0.1), "Content", Look()), *FOOT)


LAYOUTS: dict[str, tuple[Place, ...]] = {
    Name.SUMMARY: _front(),
    Name.GOALS: _two(5.7),
    Name.ADOPTION: _whole("chart"),
    Name.VALUE: _two(4.6, PANEL, BESIDE),
    Name.SUPPORT: _two(4.6, PANEL, BESIDE),
    Name.VOICE: _two(6.8),
    Name.PLAN: _two(7.4),
    Name.ASKS: _two(5.7, PANEL, PANEL),
    "Content": _whole(""),
}


@cache
def own_template() -> bytes:
    deck: Deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDE), Inches(TALL)
    _dress(deck)
    for layout, (name, places) in zip(list(deck.slide_layouts), LAYOUTS.items(), strict=False):
        _fill(layout, name, places)
    for spare in list(deck.slide_layouts)[len(LAYOUTS) :]:
        deck.slide_layouts.remove(spare)
    deck.core_properties.author = deck.core_properties.last_modified_by = "Staysail"
    deck.core_properties.title = "Business review"
    written = BytesIO()
    deck.save(written)
    return written.getvalue()


def _dress(deck: Deck) -> None:
    """Colours and letters of the theme, the master's own places in the new format; nothing of a printer or a preview."""
    theme = deck.slide_master.part.part_related_by(RT.THEME)
    found: Any = parse_xml(theme.blob)
    found.set("name", "Staysail")
    for name, colour in COLOURS.items():
        (slot,) = found.iter(f"{{{A}}}{name}")
        slot[:] = [parse_xml(f'<a:srgbClr xmlns:a="{A}" val="{colour}"/>')]
    for font in ("majorFont", "minorFont"):
        next(found.iter(f"{{{A}}}{font}")).find(f"{{{A}}}latin").set("typeface", FONT)
    theme._blob = serialize_part_xml(found)
    _drop(deck.part.rels, RT.PRINTER_SETTINGS)
    _drop(deck.part.package._rels, RT.THUMBNAIL)
    body = Place(1, "body", Box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP), "Text")
    _redraw(deck.slide_master, (), (TITLE, body, *FOOT))
    title = next(deck.slide_master.element.iter(f"{{{P}}}titleStyle"))
    next(title.iter(f"{{{A}}}lvl1pPr")).set("algn", "l")


def _drop(rels: Any, kind: str) -> None:
    for name, rel in list(rels.items()):
        if rel.reltype == kind:
            rels.pop(name)


def _fill(layout: SlideLayout, name: str, places: tuple[Place, ...]) -> None:
    layout.element.cSld.set("name", str(name))
    layout.element.attrib.pop("type", None)
    layout.element.set("userDrawn", "1")
    _redraw(layout, (SIDE if name == Name.SUMMARY else MARK,), places)


def _redraw(holder: Any, marks: tuple[tuple[str, Box], ...], places: tuple[Place, ...]) -> None:
    tree = holder.shapes._spTree
    for old in [*tree.iter(f"{{{P}}}sp"), *tree.iter(f"{{{P}}}pic")]:
        tree.remove(old)
    for number, (colour, box) in enumerate(marks, start=2):
        tree.append(parse_xml(_mark(number, colour, box)))
    for number, place in enumerate(places, start=20):
        tree.append(parse_xml(_placeholder(number, place)))


def _mark(number: int, colour: str, box: Box) -> str:
    fill = f'<a:solidFill><a:schemeClr val="{colour}"/></a:solidFill><a:ln><a:noFill/></a:ln>'
    named = f'<p:nvSpPr><p:cNvPr id="{number}" name="Mark {number}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
    text = "<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr/></a:p></p:txBody>"
    return f"<p:sp {XMLNS}>{named}<p:spPr>{box.xml}{fill}</p:spPr>{text}</p:sp>"


def _placeholder(number: int, place: Place) -> str:
    look, kind = place.look, f'type="{place.type}" ' if place.type else ""
    inset, above = int(Inches(look.inset)), int(Inches(look.inset or look.down))
    named = f'<p:cNvPr id="{number}" name="{place.type.capitalize() or "Content"} {place.idx}"/>'
    frame = f'<a:bodyPr lIns="{inset}" rIns="{inset}" tIns="{above}" bIns="{inset}" anchor="{look.anchor}"><a:normAutofit/></a:bodyPr>'
    letters = f'<a:defRPr sz="{look.size * 100}" b="{int(look.bold)}"><a:solidFill>{look.colour}</a:solidFill></a:defRPr>'
    style = f'<a:lstStyle><a:lvl1pPr marL="0" indent="0" algn="{look.align}"><a:buNone/>{letters}</a:lvl1pPr></a:lstStyle>'
    shown = f"<a:r><a:t>{escape(place.prompt)}</a:t></a:r>" if place.type != "sldNum" else _slide_number()
    return (
        f'<p:sp {XMLNS}><p:nvSpPr>{named}<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph {kind}idx="{place.idx}"/></p:nvPr></p:nvSpPr>'
        f"<p:spPr>{place.box.xml}{look.panel}</p:spPr><p:txBody>{frame}{style}<a:p>{shown}</a:p></p:txBody></p:sp>"
    )


def _slide_number() -> str:
    return '<a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum"><a:rPr/><a:t>‹#›</a:t></a:fld>'
