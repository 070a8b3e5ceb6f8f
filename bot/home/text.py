"""A message's text as Slack stores it, as somebody would have typed it."""

import re
from collections.abc import Mapping
from html import unescape

ENTITY = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
PERSON = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")


def people_in(text: str) -> tuple[str, ...]:
    """The Slack ids of those who are mentioned."""
    return tuple(dict.fromkeys(PERSON.findall(text)))


def typed(text: str, names: Mapping[str, str]) -> str:
    """`<@U1>` → @Jana, `<https://…|label>` → label, `&amp;` → &. `names`: people by id; one that is not there stays an id."""

    def word(match: re.Match[str]) -> str:
        kind, target, label = match.groups()
        if kind == "@":
            return f"@{names.get(target) or label or target}"
        if kind == "#":
            return f"#{label or target}"
        if kind == "!":
            return label or f"@{target.partition('^')[0]}"
        return label or target.removeprefix("mailto:")

    return unescape(ENTITY.sub(word, text)).strip()


def question_in(text: str) -> str:
    """What is asked in a message that mentions the app: its text without the mentions and the marks around it, on one line."""
    return " ".join(typed(PERSON.sub(" ", text), {}).split()).strip(" ,;:?!")
