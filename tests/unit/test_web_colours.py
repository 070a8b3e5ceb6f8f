"""The style sheets of the web pages: contrast for every eye, the colours of the letters, and no motion for those who do not like it."""

import re
from collections.abc import Mapping
from importlib.resources import files
from itertools import pairwise

import pytest

CSS = "".join((files("handlers.web.pages") / name).read_text() for name in ("page.css", "survey.css"))


def colours(dark: bool) -> Mapping[str, str]:
    light, darker = re.findall(r":root\{([^}]*)\}", CSS)
    found = dict(re.findall(r"--(\w+):(#\w+)", light))
    return found | dict(re.findall(r"--(\w+):(#\w+)", darker)) if dark else found


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    digits = colour.lstrip("#")
    parts = [int(one, 16) / 255 for one in (re.findall("..", digits) if len(digits) == 6 else [2 * one for one in digits])]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_contrast_is_enough_by_day_and_by_night(dark: bool) -> None:
    tones = colours(dark)
    for text, ground in [("ink", "paper"), ("soft", "paper"), ("link", "paper"), ("bad", "paper"), ("ink", "tint")]:
        assert contrast(tones[text], tones[ground]) >= 4.5, text
    assert contrast("#ffffff", tones["button"]) >= 4.5
    for edge in ("line", "link", "bad"):  # of fields, of what is chosen or in focus, of what is wrong
        assert contrast(tones[edge], tones["paper"]) >= 3, edge


def test_the_pages_have_the_colours_of_the_letters() -> None:
    letter = (files("bot.messages") / "letters" / "_layout.html.j2").read_text().lower()
    for dark in (False, True):
        for name in ("ink", "paper", "link", "button", "soft"):
            tone = colours(dark)[name]
            assert (tone if len(tone) == 7 else tone + tone[1:]) in letter, name


def test_motion_only_for_those_who_like_it() -> None:
    for before, _ in pairwise(CSS.split("transition")):
        assert before.rpartition("@media")[2].startswith(" (prefers-reduced-motion:no-preference){")
    assert "animation" not in CSS
