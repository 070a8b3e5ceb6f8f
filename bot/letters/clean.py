"""Customers' words made harmless for a letter: one line, no control or direction marks, no name that is really a link."""

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LINKLIKE = re.compile(r"[:/\\@<>=\[\]{}|]|www\.|\.\w", re.IGNORECASE)
LONGEST = 200
LONGEST_OF_OURS = 2000
"""For what no customer wrote: a question, a link."""


def line(text: str, longest: int = LONGEST) -> str:
    """One line without anything that a header, a terminal or a reader's eye could take for more than text."""
    seen = " ".join(UNSEEN.sub("", CONTROL.sub(" ", text)).split())
    return seen if len(seen) <= longest else seen[: longest - 1].rstrip() + "…"


def lines(text: str) -> list[list[str]]:
    """A text that a person typed: its paragraphs, each with its lines, without control marks and without blanks at the ends of lines."""
    typed = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [CONTROL.sub(" ", one).rstrip() for one in typed]
    return [list(paragraph) for filled, paragraph in groupby(kept, bool) if filled]


def paragraphed(text: str) -> str:
    """What a template printed: without blanks at the ends of lines, and with at most one empty line between paragraphs."""
    trimmed = "\n".join(one.rstrip() for one in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", trimmed)


def header(text: str, longest: int = LONGEST) -> str:
    """Also without the beginning of an encoded word: a mail program would decode what a customer wrote."""
    return line(text, longest).replace("=?", "= ?")


def first_name(name: str) -> str:
    """The first word, or nothing where it is no name to greet with: whoever signs up as `http://…` is not to be quoted to others."""
    first = line(name, 60).split(" ")[0] if name.strip() else ""
    return "" if LINKLIKE.search(first) else first.strip(",;")


def values(found: Any, longest: int = LONGEST) -> Any:
    """Every text within mappings and sequences, as one harmless line each."""
    if isinstance(found, str):
        return line(found, longest)
    if isinstance(found, Mapping):
        return {str(key): values(value, longest) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [values(value, longest) for value in found]
    return found
