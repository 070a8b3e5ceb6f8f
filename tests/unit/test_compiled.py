"""Compiled templates stand where Python keeps its compiled modules, and only if it keeps any."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from bot.messages.compiled import Compiled


def written(folder: Path, text: str | None = None) -> str:
    """The template as a new process would print it."""
    if text is not None:
        (folder / "word.txt.j2").write_text(text, "utf-8")
    return Environment(loader=FileSystemLoader(folder), bytecode_cache=Compiled()).get_template("word.txt.j2").render(name="Acme")


def kept(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".j2"]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    return tmp_path / "elsewhere"


def test_a_template_is_compiled_once_and_anew_when_it_changes(tmp_path: Path, elsewhere: Path) -> None:
    assert written(tmp_path, "Hello {{ name }}") == "Hello Acme"
    (first,) = kept(tmp_path)
    assert first.is_relative_to(elsewhere)
    before = first.read_bytes(), first.stat().st_ino
    assert written(tmp_path) == "Hello Acme"
    assert (first.read_bytes(), first.stat().st_ino) == before
    assert written(tmp_path, "Good morning {{ name }}") == "Good morning Acme"
    assert kept(tmp_path) == [first]


@pytest.mark.parametrize("left", [0, 10, 30, 60])
def test_what_was_cut_off_is_compiled_anew(tmp_path: Path, elsewhere: Path, left: int) -> None:
    written(tmp_path, "Hello {{ name }}")
    (file,) = kept(elsewhere)
    file.write_bytes(file.read_bytes()[:left])
    assert written(tmp_path) == "Hello Acme"


def test_nothing_is_written_where_python_writes_nothing(tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert written(tmp_path, "Hello {{ name }}") == "Hello Acme"
    assert kept(tmp_path) == []


def test_a_place_that_cannot_be_written_stops_nobody(tmp_path: Path, elsewhere: Path) -> None:
    elsewhere.write_text("a file stands there", "utf-8")
    assert written(tmp_path, "Hello {{ name }}") == "Hello Acme"
