"""How content the sample company's people are, as their accounts' stories make one expect, and in which words they say so."""

import csv
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final, NamedTuple

HALF: Final = 182
"""Days: in so many trouble came, or was mended."""
WORDY, IN_CZECH, IN_RUSSIAN = 0.55, 0.5, 0.05
BAD: Final = frozenset({"sliding", "cliff", "silent", "fading", "slump", "left", "slipping", "stuck"})
GOOD: Final = frozenset({"growing", "booming", "rising", "piloted"})
MENDED: Final = frozenset({"recovered", "recovering"})


class Comment(NamedTuple):
    language: str
    band: str
    theme: str
    text: str


@cache
def comments() -> tuple[Comment, ...]:
    text = files("bot.sandbox.company").joinpath("comments.csv").read_text("utf-8")
    return tuple(Comment(**row) for row in csv.DictReader(text.splitlines()))


def score_of(shape: str, ago: int, scale: range, random: Random) -> int:
    """On the scale, around what the story makes one expect so many days ago."""
    wanted = scale[0] + _mood(shape, ago) * (scale[-1] - scale[0])
    return min(scale[-1], max(scale[0], round(random.gauss(wanted, 0.17 * len(scale)))))


def _mood(shape: str, ago: int) -> float:
    """From 0 to 1. Trouble shows in the last half-year, and mended trouble before it."""
    lately = ago < HALF
    if shape in BAD:
        return 0.45 if lately else 0.75
    if shape in MENDED:
        return 0.85 if lately else 0.5
    return 0.95 if shape in GOOD else 0.82


def comment_of(band: str, locale: str, random: Random) -> Comment | None:
    """In one's own language now and then; a few write Russian. None: no words."""
    if random.random() > WORDY:
        return None
    czech = locale.startswith("cs") and random.random() < IN_CZECH
    language = "cs" if czech else "ru" if random.random() < IN_RUSSIAN else "en"
    return random.choice([one for one in comments() if (one.language, one.band) == (language, band)])
