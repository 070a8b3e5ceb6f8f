"""Pages onto slides: into the placeholders of the layout, or side by side where it has too few."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pptx.enum.dml import MSO_THEME_COLOR as THEME
from pptx.enum.shapes import PP_PLACEHOLDER as KIND
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.slide import Slide, SlideLayout
from pptx.util import Emu, Inches, Pt

from bot.reviews.deck import native
from bot.reviews.deck.page import Graph, Grid, Page, Part, Words
from bot.reviews.deck.template import TITLES, every, is_lead, places
from bot.reviews.deck.text import BEFORE, INDENT, Paragraph, Role, clean, fit, fit_line

GAP = Inches(0.35)
INSET = 91440
"""EMU: what a text keeps clear of its frame where nothing else is said."""
TITLE_SIZE, LEAD_SIZE = 30, 16


@dataclass(frozen=True)
class Area:
    """In EMU."""

    left: int
    top: int
    wide: int
    tall: int

    @property
    def points(self) -> tuple[float, float]:
        return self.wide / 12700, self.tall / 12700

    def within(self, inset: int) -> "Area":
        return Area(self.left + inset, self.top + inset, max(self.wide - 2 * inset, INSET), max(self.tall - 2 * inset, INSET))

    def without_top(self, tall: int) -> "Area":
        return Area(self.left, self.top + tall, self.wide, max(self.tall - tall, INSET))

    def columns(self, shares: Sequence[float]) -> list["Area"]:
        room, found, left = self.wide - GAP * (len(shares) - 1), [], self.left
        for share in shares:
            wide = int(room * share / sum(shares))
            found.append(Area(left, self.top, wide, self.tall))
            left += wide + GAP
        return found

    def rows(self, count: int) -> list["Area"]:
        tall = (self.tall - GAP * (count - 1)) // count
        return [Area(self.left, self.top + at * (tall + GAP), self.wide, tall) for at in range(count)]

    def shared(self, count: int, shares: Sequence[float]) -> list["Area"]:
        """From three equal ones on in two rows."""
        if count < 3 or shares:
            return self.columns(shares or [1] * count)
        half = (count + 1) // 2
        above, below = self.rows(2)
        return [*above.columns([1] * half), *below.columns([1] * (count - half))]


def draw(page: Page, slide: Slide, layout: SlideLayout, footer: str) -> None:
    """The slide was made from the layout, and is empty."""
    _write_title(slide, page.title)
    led = _write_lead(slide, page.lead)
    there = places(every(slide))
    if len(there) >= len(page.parts):
        _fill(slide, layout, there, page.parts)
    else:
        area = _around(there)
        area = area if led or not page.lead else _write_above(slide, area, page.lead)
        for one in there:
            _remove(one)
        for part, share in zip(page.parts, area.shared(len(page.parts), page.shares), strict=True):
            _place(slide, part, share)
    _add_foot(slide, layout, footer)
    slide.notes_slide.notes_text_frame.text = "\n".join(clean(note) for note in page.notes)  # type: ignore[union-attr]


def _fill(slide: Slide, layout: SlideLayout, there: Sequence[Any], parts: Sequence[Part]) -> None:
    insets = {one.placeholder_format.idx: _inset(one) for one in every(layout)}
    for one, part in zip(there, parts, strict=False):
        area, inset = _area(one), insets.get(one.placeholder_format.idx, INSET)
        if isinstance(part, Words) and one.placeholder_format.type in {KIND.BODY, KIND.OBJECT}:
            _write(one.text_frame, part.paragraphs, area.within(inset))
        elif isinstance(part, Graph) and one.placeholder_format.type is KIND.CHART:
            native.put(one, part)
        else:
            _remove(one)
            _place(slide, part, area)
    for spare in there[len(parts) :]:
        _remove(spare)


def _place(slide: Slide, part: Part, area: Area) -> None:
    """Into the area, where there is no placeholder of its kind."""
    if isinstance(part, Graph):
        native.add(slide, part, (area.left, area.top, area.wide, area.tall))
    elif isinstance(part, Grid):
        native.add_table(slide, part, (area.left, area.top, area.wide, area.tall))
    else:
        box = slide.shapes.add_textbox(Emu(area.left), Emu(area.top), Emu(area.wide), Emu(area.tall))
        box.text_frame.word_wrap = True
        _write(box.text_frame, part.paragraphs, area.within(INSET))


def _write(frame: Any, paragraphs: Sequence[Paragraph], area: Area) -> None:
    fitted = fit(paragraphs, *area.points)
    for at, paragraph in enumerate(fitted.paragraphs):
        line = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        size = fitted.size(paragraph.role)
        _style(line, paragraph.role)
        line.line_spacing = 1.0
        line.space_before = Pt(round(BEFORE[paragraph.role] * fitted.scale) if at else 0)
        run = line.add_run()
        run.text, run.font.size = paragraph.text, Pt(size)
        run.font.bold = paragraph.role in {Role.HEADING, Role.FIGURE}
        if paragraph.role in {Role.HEADING, Role.FIGURE}:
            run.font.color.theme_color = THEME.TEXT_2 if paragraph.role is Role.HEADING else THEME.ACCENT_1
        run.font.italic = paragraph.role is Role.NOTE


def _style(line: Any, role: Role) -> None:
    """A bullet of an item's own, whatever the layout's first level has; none for anything else."""
    style = line._p.get_or_add_pPr()
    bullet = '<a:buChar {} char="•"/>' if role is Role.ITEM else "<a:buNone {}/>"
    indent = int(Pt(INDENT)) if role is Role.ITEM else 0
    style.set("marL", str(indent))
    style.set("indent", str(-indent))
    style.append(parse_xml(bullet.format(nsdecls("a"))))


def _write_title(slide: Slide, text: str) -> None:
    title = next(one for one in every(slide) if one.placeholder_format.type in TITLES)
    size = 32 if title.height > title.width // 2 else TITLE_SIZE
    room, tall = _area(title).points
    fitted, smaller = fit_line(text, size, room - 6, max(1, int(tall / (size * 1.25))), 18)
    title.text_frame.text = fitted
    if smaller < size:
        title.text_frame.paragraphs[0].runs[0].font.size = Pt(smaller)


def _write_lead(slide: Slide, text: str) -> bool:
    """False: the layout has no line for it."""
    lead = next((one for one in every(slide) if is_lead(one)), None)
    if lead is None:
        return False
    if not text:
        _remove(lead)
        return True
    room, tall = _area(lead).points
    for at, line in enumerate(text.splitlines()):
        most = max(1, int(tall / (LEAD_SIZE * 1.25)) // len(text.splitlines()))
        fitted, size = fit_line(line, LEAD_SIZE, room - 6, most)
        paragraph = lead.text_frame.paragraphs[0] if at == 0 else lead.text_frame.add_paragraph()
        paragraph.text = fitted
        if size < LEAD_SIZE:
            paragraph.runs[0].font.size = Pt(size)
    return True


def _write_above(slide: Slide, area: Area, text: str) -> Area:
    """The line on top of the parts; gives what is left."""
    tall = int(Inches(0.55))
    box = slide.shapes.add_textbox(Emu(area.left), Emu(area.top), Emu(area.wide), Emu(tall))
    box.text_frame.word_wrap = True
    _write(
        box.text_frame, [Paragraph(" · ".join(text.splitlines()), Role.TEXT)], Area(area.left, area.top, area.wide, tall).within(INSET // 2)
    )
    return area.without_top(tall)


def _add_foot(slide: Slide, layout: SlideLayout, text: str) -> None:
    """Footer and number as the layout has them: slides do not get them by themselves."""
    for one in every(layout):
        if one.placeholder_format.type in {KIND.FOOTER, KIND.SLIDE_NUMBER}:
            copied, tree = deepcopy(one._element), slide.shapes._spTree
            copied.nvSpPr.cNvPr.set("id", str(tree.max_shape_id + 1))
            tree.append(copied)
            if one.placeholder_format.type is KIND.FOOTER:
                room = _area(one).points[0]
                shape = next(found for found in every(slide) if found._element is copied)
                shape.text_frame.text = fit_line(text, 12, room - 15)[0]


def _area(shape: Any) -> Area:
    return Area(int(shape.left), int(shape.top), int(shape.width), int(shape.height))


def _around(shapes: Sequence[Any]) -> Area:
    areas = [_area(shape) for shape in shapes]
    left, top = min(area.left for area in areas), min(area.top for area in areas)
    right, bottom = max(area.left + area.wide for area in areas), max(area.top + area.tall for area in areas)
    return Area(left, top, right - left, bottom - top)


def _inset(placeholder: Any) -> int:
    body = placeholder.text_frame._txBody.bodyPr
    return max(int(body.get(side, INSET)) for side in ("lIns", "tIns", "rIns", "bIns"))


def _remove(shape: Any) -> None:
    shape._element.getparent().remove(shape._element)
