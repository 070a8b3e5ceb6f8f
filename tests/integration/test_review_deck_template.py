"""Templates of decks: ours, a team's, one that will not do; and a deck as LibreOffice draws it."""

import json
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from pptx import Presentation
from pptx.oxml import parse_xml
from typer.testing import CliRunner

from bot.check import _deck
from bot.errors import StaysailError
from bot.reviews.deck.make import made, make
from bot.reviews.deck.own import own_template
from bot.reviews.deck.page import Name
from bot.reviews.deck.template import check_template
from bot.reviews.sample import SAMPLE
from bot.settings import load_settings
from bot.verbs.deck import app
from tests.integration.crashing import SETTINGS

SECTIONS = (
    '<p:extLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:ext uri="{{521415D9-36F7-43E2-AB2F-B90AF26B5E84}}">'
    '<s:sectionLst xmlns:s="http://schemas.microsoft.com/office/powerpoint/2010/main"><s:section name="All"><s:sldIdLst>'
    '<s:sldId id="{}"/></s:sldIdLst></s:section></s:sectionLst></p:ext></p:extLst>'
)
PROGRAMS = ("soffice", "pdftoppm", "pdftotext")
WORDS = {
    "Northwind",
    "Čtvrtletní zhodnocení spolupráce",
    "Vaše cíle",
    "Využití",
    "Active users",
    "Splněné sliby",
    "Book the training",
    "Ask the product team about faster exports",
    "Ben Okafor",
    "29. ledna 2027",
    "Exports take an hour",
    "Čeho jsme dosáhli",
}
"""Some of each slide: what was written, and what is drawn of it."""


def blank(file: Path, keep: set[str] | None = None) -> Path:
    """A template as PowerPoint begins with (4:3), with these of its layouts; and with a slide of its own."""
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title Only"))
    slide.shapes.title.text = "A slide that stood in the template"
    deck.element.append(parse_xml(SECTIONS.format(slide.slide_id)))
    if keep is not None:
        deck.slides._sldIdLst.clear()
        for layout in list(deck.slide_layouts):
            if layout.name not in keep:
                deck.slide_layouts.remove(layout)
    deck.save(str(file))
    return file


def titles(content: bytes) -> list[str]:
    return [slide.shapes.title.text for slide in Presentation(BytesIO(content)).slides]


def test_any_template_with_a_title_and_content_will_do(tmp_path: Path) -> None:
    deck = made(SAMPLE, blank(tmp_path / "theirs.pptx"))
    assert deck.problem == ""
    assert titles(deck.content)[:3] == ["Northwind Traders", "Goals", "Adoption"]
    found = Presentation(BytesIO(deck.content))
    assert len(found.slides) == 8
    assert {slide.slide_layout.name for slide in found.slides} == {"Title and Content"}
    assert found.slide_width == 9144000, "theirs"
    names = ZipFile(BytesIO(deck.content)).namelist()
    assert len(names) == len(set(names))
    assert b"sectionLst" not in ZipFile(BytesIO(deck.content)).read("ppt/presentation.xml")
    assert check_template(tmp_path / "theirs.pptx", "staysail.yml: meetings.deck") == []
    for slide in found.slides:
        assert all(shape.left + shape.width <= found.slide_width for shape in slide.shapes)
        boxes = [shape for shape in slide.shapes if not shape.is_placeholder]
        assert not [(one.name, other.name) for one in boxes for other in boxes if one is not other and overlap(one, other)]


def overlap(one: Any, other: Any) -> bool:
    across = one.left < other.left + other.width and other.left < one.left + one.width
    return bool(across and one.top < other.top + other.height and other.top < one.top + one.height)


def test_layouts_are_found_by_their_names(tmp_path: Path) -> None:
    file = tmp_path / "ours.pptx"
    file.write_bytes(own_template())
    deck = Presentation(str(file))
    for layout in deck.slide_layouts:
        layout.element.cSld.set("name", layout.name.upper())
    deck.save(str(file))
    found = Presentation(BytesIO(make(SAMPLE, file)))
    assert [slide.slide_layout.name for slide in found.slides] == [name.upper() for name in Name]


@pytest.mark.parametrize(
    ("write", "problem", "cure"),
    [
        (
            lambda file: blank(file, {"Blank", "Title Slide"}),
            "theirs.pptx has no layout for Summary, Goals, ",
            "staysail deck FILE.pptx --bare",
        ),
        (
            lambda file: file.write_bytes(b"PK\x03\x04 broken"),
            "theirs.pptx is no PowerPoint file (PPTX) that can be read",
            "save it as .pptx",
        ),
        (lambda file: None, "there is no file theirs.pptx", "correct the name"),
    ],
    ids=["no-layout", "no-pptx", "no-file"],
)
def test_a_template_that_will_not_do_is_told_and_ours_is_taken(tmp_path: Path, write: Any, problem: str, cure: str) -> None:
    file = tmp_path / "theirs.pptx"
    write(file)
    deck = made(SAMPLE, file)
    assert deck.problem.startswith(problem)
    assert Presentation(BytesIO(deck.content)).slide_width == Presentation(BytesIO(own_template())).slide_width
    (finding,) = check_template(file, "staysail.yml: meetings.deck")
    assert finding.problem.startswith(problem)
    assert cure in finding.cure
    assert not finding.fatal


def test_check_looks_at_it(tmp_path: Path) -> None:
    file = tmp_path / "staysail.yml"
    file.write_text(json.dumps({**SETTINGS, "meetings": {"deck": "none.pptx"}}))
    (finding,) = _deck(load_settings(file, {}))
    assert str(finding).startswith(f"{file}: meetings.deck: there is no file none.pptx")
    file.write_text(json.dumps(SETTINGS))
    assert _deck(load_settings(file, {})) == []


def test_the_verb_writes_a_sample_and_the_template(tmp_path: Path) -> None:
    bare, sample = tmp_path / "bare.pptx", tmp_path / "sample.pptx"
    assert run(str(bare), "--bare").exit_code == 0
    assert [layout.name for layout in Presentation(str(bare)).slide_layouts] == [*Name, "Content"]
    done = run(str(sample), "--template", str(bare), "--language", "cs")
    assert (done.exit_code, done.output) == (0, f"wrote {sample}\n")
    assert titles(sample.read_bytes())[1] == "Cíle"
    assert run(str(sample), "--language", "Czech").exit_code == 2
    failed = run(str(sample), "--template", str(tmp_path / "none.pptx"))
    assert isinstance(failed.exception, StaysailError)
    assert str(failed.exception).startswith("there is no file none.pptx")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, words)


def _call(folder: Path, *words: str) -> str:
    return subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True, timeout=120).stdout


def grey(file: Path) -> list[bytes]:
    """The rows of a PGM picture."""
    kind, size, depth, pixels = file.read_bytes().split(b"\n", 3)
    assert (kind, depth) == (b"P5", b"255")
    wide, tall = (int(number) for number in size.split())
    assert len(pixels) == wide * tall
    return [pixels[at * wide : (at + 1) * wide] for at in range(tall)]


def test_libreoffice_draws_eight_slides_with_all_their_words_and_nothing_at_the_edges(tmp_path: Path) -> None:
    """In one test: LibreOffice takes seconds."""
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        pytest.skip(f"not installed here: {', '.join(missing)} (packages libreoffice-impress and poppler-utils)")
    (tmp_path / "deck.pptx").write_bytes(make(replace(SAMPLE, language="cs"), None))
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    _call(tmp_path, "soffice", home, "--headless", "--convert-to", "pdf", "deck.pptx")
    _call(tmp_path, "pdftoppm", "-r", "24", "-gray", "deck.pdf", "slide")
    slides = [grey(file) for file in sorted(tmp_path.glob("slide-*.pgm"))]
    assert len(slides) == 8
    for rows in slides:
        ink = sum(value < 128 for row in rows for value in row) / sum(map(len, rows))
        assert 0.003 < ink < 0.6, "blank, or black"
        assert min(value for row in rows for value in row[-6:]) > 200, "the right edge is clear"
        assert min(min(row[len(row) // 2 :]) for row in (*rows[:6], *rows[-4:])) > 200, "above and below too; at the left is the panel"
    text = " ".join(_call(tmp_path, "pdftotext", "-raw", "deck.pdf", "-").split())
    assert {word for word in WORDS if word not in text} == set()
