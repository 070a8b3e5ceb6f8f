"""The deck of a meeting: what its slides say, that their charts are PowerPoint's own, and that nothing internal is in the file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import ZipFile, is_zipfile

import pytest
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE

from bot.reviews.deck.make import make
from bot.reviews.deck.own import COLOURS
from bot.reviews.deck.page import Words
from bot.reviews.deck.pages import pages_of
from bot.reviews.deck.say import _table
from bot.reviews.deck.text import Paragraph, Role, fit, height
from bot.reviews.picture import Answered, Before, Happened, Line, Picture, Point, Promised
from bot.reviews.sample import EVERYTHING, HOSTILE, NOTHING, SAMPLE

SECRETS = replace(
    SAMPLE,
    url="https://crm.example/xsecreturl",
    stage="xsecretstage",
    arr=987_654_321.0,
    health=98.7654,
    before=Before("qbr", date(2026, 8, 27), "Train the admins", "xsecretnote", 1),
    alerts=(Happened("xsecretalert", date(2026, 9, 1), "xsecretend"),),
    points=(Point("xsecretpoint", "xsecretwhy"),),
    missing=("xsecretmissing",),
    escalations=(Happened("xsecretneed", date(2026, 9, 2), "xsecretoutcome"),),
    promises=(Promised("xsecrettask", "Anna Lind"), Promised("Send the guide", "Anna Lind", agreed=True)),
    kept=("xsecretkept", "Book the training"),
    kept_agreed=("Book the training",),
    answers=(
        Answered("nps", "nps", 3, date(2026, 9, 3), "Xsecret Person", "xsecretwords", (), "low"),
        Answered("nps", "nps", 9, date(2026, 9, 4), "Eva Malá", "Said openly", (), "high"),
    ),
)


@cache
def opened(picture: Picture) -> Any:
    return Presentation(BytesIO(make(picture, None)))


def shapes(picture: Picture) -> Iterator[tuple[int, Any]]:
    """With the number of their slide, from 1."""
    for number, slide in enumerate(opened(picture).slides, start=1):
        for shape in slide.shapes:
            yield number, shape


def texts(picture: Picture, number: int) -> list[str]:
    """The lines of a slide, with its table's cells."""
    found: list[str] = []
    for at, shape in shapes(picture):
        if at == number and shape.has_text_frame:
            found += [paragraph.text for paragraph in shape.text_frame.paragraphs]
        elif at == number and shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return found


def said(picture: Picture, number: int) -> list[str]:
    """The lines of a slide's texts before it is drawn."""
    page = pages_of(picture)[number - 1]
    return [paragraph.text for part in page.parts if isinstance(part, Words) for paragraph in part.paragraphs]


def charts(picture: Picture, number: int) -> list[Any]:
    return [shape.chart for at, shape in shapes(picture) if at == number and shape.has_chart]


def parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Everything in the file, also in the workbooks behind its charts."""
    with ZipFile(BytesIO(content)) as file:
        for name in file.namelist():
            part = file.read(name)
            yield name, part
            if is_zipfile(BytesIO(part)):
                yield from parts(part)


def test_there_are_eight_slides_with_what_is_known() -> None:
    titles = [slide.shapes.title.text_frame.text for slide in opened(SAMPLE).slides]
    assert titles == [
        "Northwind Traders",
        "Goals",
        "Adoption",
        "What has been achieved",
        "Support",
        "Your voice",
        "The plan",
        "What we ask of each other",
    ]
    assert {"Quarterly business review", "24 November 2026", "Anna Lind, Ours", "−57 %", "+34 %"} <= set(texts(SAMPLE, 1))
    assert "Active users: 18 a day of late, usually 40 a day" in texts(SAMPLE, 1)
    assert {"Monthly reports without spreadsheets by the end of the year", "Agreed on 27 August 2026"} <= set(texts(SAMPLE, 2))
    assert "Done since then: 1 · still open: 2" in texts(SAMPLE, 2)
    assert {"+34 %", "Book the training for new admins"} <= set(texts(SAMPLE, 4))
    assert "Taken up on 20 October 2026: closed" in texts(SAMPLE, 5)
    assert {"3 of 10", "“The training was great.”"} <= set(texts(SAMPLE, 6))
    assert {"Send the guide to single sign-on", "Ben Okafor", "4 Dec", "Your contract renews on 29 January 2027"} <= set(texts(SAMPLE, 7))
    assert {"Reports and exports", "What should we do differently?"} <= set(texts(SAMPLE, 8))


def test_its_charts_are_native_and_have_the_numbers_of_the_metrics() -> None:
    found = charts(SAMPLE, 3)
    assert [chart.chart_type for chart in found] == [XL_CHART_TYPE.LINE] * 4
    for chart, line in zip(found, SAMPLE.lines, strict=True):
        measured, usual = chart.plots[0].series
        assert list(measured.values) == [value for _, value in line.points]
        assert list(usual.values) == [line.usual] * len(line.points)
        assert chart.part.chart_workbook.xlsx_part is not None
    assert list(found[0].plots[0].categories)[:2] == ["24 Aug", "31 Aug"]
    assert None in list(found[3].plots[0].series[0].values), "a gap stays one"


def test_scores_of_several_months_are_a_chart() -> None:
    answers = tuple(Answered("nps", "nps", score, date(2026, month, 2), "") for month, score in ((7, 6), (7, 7), (9, 10)))
    (chart,) = charts(replace(SAMPLE, answers=answers), 6)
    assert list(chart.plots[0].categories) == ["Jul 2026", "Sep 2026"]
    assert list(chart.plots[0].series[0].values) == [6.5, 10]
    assert chart.value_axis.maximum_scale == 10


def test_nothing_internal_is_in_the_file() -> None:
    told = {"Train the admins", "Send the guide", "Book the training", "Said openly"}
    everything = b" ".join(part for _, part in parts(make(SECRETS, None))).lower()
    assert b"xsecret" not in everything
    assert not [number for number in (b"987654321", b"987,654", b"98.7654", b"98.8") if number in everything]
    assert all(words.lower().encode() in everything for words in told)


def test_what_is_not_known_is_said_in_a_line_to_write_over() -> None:
    lines = [texts(NOTHING, number) for number in range(1, 9)]
    assert "What has changed since 25 August 2026: to be filled in" in lines[0]
    assert "To be agreed today" in lines[1]
    assert "No earlier meeting is noted: to be filled in" in lines[1]
    assert "Usage: no numbers at hand for this time" in lines[2]
    assert "To be filled in: what came of our work" in lines[3]
    assert "Its figures: to be filled in" in lines[4]
    assert "Nobody was asked yet, or nobody has answered: how are we doing?" in lines[5]
    assert "No open promise is noted: what comes next is agreed today" in lines[6]
    assert "To be filled in together" in lines[7]
    assert not [shape for _, shape in shapes(NOTHING) if shape.has_chart or shape.has_table]


def test_only_who_is_happy_is_asked_for_a_reference() -> None:
    reference = "Would you tell others about it, as a reference?"
    good = tuple(Answered("nps", "nps", 9, date(2026, 9, day), "", band="high") for day in range(1, 5))
    bad = Answered("nps", "nps", 2, date(2026, 9, 9), "", band="low")
    assert reference in said(replace(SAMPLE, answers=(*good, bad)), 8)
    assert reference not in said(replace(SAMPLE, answers=(*good[1:], bad)), 8)
    assert reference not in said(replace(SAMPLE, answers=()), 8)


def test_what_fell_is_no_value() -> None:
    assert "−57 %" not in said(SAMPLE, 4)
    assert "18 of 60" not in said(SAMPLE, 4)
    assert "48 of 60" in said(replace(SAMPLE, seats_used=48.2), 4)


@pytest.mark.parametrize(
    ("values", "kind"),
    [((41.0,), XL_CHART_TYPE.COLUMN_CLUSTERED), ((None, 0.0, None, None, 3.5, 4, 5), XL_CHART_TYPE.LINE), ((None, None), None)],
)
def test_few_values_gaps_and_none(values: tuple[float | None, ...], kind: Any) -> None:
    points = tuple((date(2026, 9, 7 + at), value) for at, value in enumerate(values))
    found = charts(replace(SAMPLE, lines=(Line("x", "=1+1", "", points, 3.0),)), 3)
    assert [chart.chart_type for chart in found] == ([kind] if kind else [])
    for chart in found:
        assert list(chart.plots[0].series[0].values) == list(values)
        assert chart.plots[0].series[0].name == "1+1", "no formula"


def test_it_speaks_the_language_of_the_letters_and_english_else() -> None:
    assert {tuple(sorted(words)) for words in _table().values()} == {("cs", "en", "ru")}
    assert all(text and "{}" not in text for words in _table().values() for text in words.values())
    assert "Dohodnuto 27. srpna 2026" in said(replace(SAMPLE, language="cs"), 2)
    assert "Договорённости от 27 августа 2026\u202fг." in said(replace(SAMPLE, language="ru"), 2)
    assert said(replace(SAMPLE, language="pt-br"), 2) == said(SAMPLE, 2)


def test_every_fact_says_in_the_notes_where_it_comes_from() -> None:
    notes = [slide.notes_slide.notes_text_frame.text for slide in opened(SAMPLE).slides]
    assert "usage.metrics.active_users" in notes[0]
    assert "the CRM's column `goals`" in notes[1]
    assert all(notes)


def test_the_file_is_the_organizers() -> None:
    about = opened(SAMPLE).core_properties
    assert (about.author, about.title) == ("Anna Lind", "Northwind Traders · Quarterly business review · 24 November 2026")


LONG = "Překvapivě " * 30
LOUD = replace(
    HOSTILE,
    account=f"\u202e\x00\x0b\u200f{LONG}\ufffe\ud800",
    promises=tuple(Promised(f"{LONG} \x1f{at}", "W" * 300, date(2026, 12, 1), agreed=True) for at in range(40)),
    kept_agreed=(LONG,) * 40,
    people=("漢字" * 150,) * 40,
)


@pytest.mark.parametrize("picture", [SAMPLE, EVERYTHING, LOUD], ids=["sample", "everything", "loud"])
def test_nothing_runs_off_a_slide(picture: Picture) -> None:
    deck = opened(picture)
    for number, shape in shapes(picture):
        assert shape.left >= 0, (number, shape.name)
        assert shape.left + shape.width <= deck.slide_width, (number, shape.name)
        assert shape.top + shape.height <= deck.slide_height, (number, shape.name)
        if shape.has_text_frame:
            assert not any(sign in shape.text_frame.text for sign in "\u202e\u200f\x00\x1f\ufffe"), (number, shape.name)
    assert len(deck.slides) == 8


def test_of_forty_promises_those_that_fit_are_shown_and_the_rest_is_counted() -> None:
    (table,) = [shape.table for number, shape in shapes(LOUD) if number == 7 and shape.has_table]
    shown = len(table.rows) - 2
    assert 1 <= shown <= 12
    assert table.cell(len(table.rows) - 1, 0).text == f"and {40 - shown} more"


def test_texts_are_readable_on_their_ground() -> None:
    """WCAG AA: 4.5 to 1."""
    for ink, paper in (
        ("dk1", "lt1"),
        ("dk1", "lt2"),
        ("dk2", "lt1"),
        ("dk2", "lt2"),
        ("lt1", "dk2"),
        ("accent1", "lt1"),
        ("accent1", "lt2"),
        ("accent6", "lt1"),
    ):
        assert contrast(COLOURS[ink], COLOURS[paper]) >= 4.5, (ink, paper)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("wide", [80, 300, 700])
@pytest.mark.parametrize("tall", [60, 320])
def test_whatever_the_texts_they_fit_into_their_place(wide: float, tall: float) -> None:
    for texts in ([LONG] * 20, ["W" * 500] * 3, ["漢字" * 200], ["Short", "Two words"], [LONG + "Ж" * 90] * 2):
        found = fit([Paragraph(text) for text in texts], wide, tall)
        assert height(found, wide) <= tall
        assert found.size(Role.ITEM) >= 12
    assert fit([Paragraph("Short", Role.HEADING)], 700, 320).scale == 1
