"""Whatever a customer is called and whatever they write, Slack shows it and does nothing else."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages.catalog import Message, Modal
from bot.messages.catalog.answer_examples import ANSWER_EXAMPLES
from bot.messages.catalog.card_examples import CARD_EXAMPLES
from bot.messages.catalog.modal_examples import MODAL_EXAMPLES
from bot.messages.gallery import drawn
from bot.messages.mrkdwn import BREAK, clean, fit, link, mrkdwn, plain
from bot.messages.render import render, render_view

NASTY = [
    "<!channel>",
    "<@U0ANNA>",
    "<!date^1^{ago}|x>",
    "&lt;",
    "{{7*7}}",
    "{% raw %}",
    '"},{"',
    "\\",
    "\u202e",
    "\n>",
    "*",
    "`",
    "|",
    "<http://x|y>",
]
KEPT = {"id", "slack_id"}
UNWANTED = re.compile("[\\x00-\\x09\\x0b-\\x1f\\u202a-\\u202e\\u2066-\\u2069\\u200e\\u200f\\u061c]")
text = st.lists(st.one_of(st.text(max_size=40), st.sampled_from(NASTY)), max_size=12).map("".join)
OURS = re.compile(
    r"<(@U0(ANNA|BEN)|#C0ROOM|!date\^\d+\^(\{date_short_pretty\}( at \{time\})?|\{ago\})\|[\w :]+ UTC|https?://[^|<>]+\|[^<>]+)>"
)


def decoded(shown: str) -> str:
    return html.unescape(shown).replace(BREAK, "")


def texts(found: Any) -> Iterator[tuple[str, str]]:
    """Every text with its kind: mrkdwn, plain_text or raw_text."""
    if isinstance(found, dict):
        if isinstance(found.get("text"), str):
            yield found["type"], found["text"]
        for value in found.values():
            yield from texts(value)
    elif isinstance(found, list):
        for item in found:
            yield from texts(item)


def assert_all_harmless(payload: Any) -> None:
    json.dumps(payload).encode("utf-8")
    for kind, shown in texts(payload):
        assert 1 <= len(shown) <= 3000
        assert not UNWANTED.search(shown)
        if kind == "mrkdwn":
            assert_harmless(shown)
        else:
            assert "<!" not in shown
            assert "<@" not in shown


def assert_harmless(shown: str) -> None:
    rest = OURS.sub("", shown)
    assert "<" not in rest
    assert ">" not in rest


def poisoned(fact: Any, text: str) -> Any:
    """The same facts with the text in every place for words, however deep. Ids and our own choices stay."""
    if isinstance(fact, tuple):
        return tuple(poisoned(item, text) for item in fact)
    if is_dataclass(fact) and not isinstance(fact, type):
        found = {field.name: getattr(fact, field.name) for field in fields(fact) if field.name not in KEPT}
        return replace(fact, **{name: poisoned(value, text) for name, value in found.items()})
    return text if isinstance(fact, str) and not isinstance(fact, StrEnum) else fact


@given(text)
def test_escaping_loses_nothing_but_layout(name: str) -> None:
    shown = mrkdwn(name, 1000)
    assert decoded(shown) == clean(name, 1000)
    assert not set("<>") & set(shown)
    assert not re.search(rf"[*_~`](?!{BREAK})", shown)
    assert not shown.startswith("&gt;")
    assert "&" not in re.sub("&(amp|lt|gt);", "", shown)


@given(text, st.integers(1, 200))
def test_a_cut_never_splits_an_escape(name: str, limit: int) -> None:
    assert len(clean(name, limit)) <= limit
    assert decoded(mrkdwn(name, limit)) == clean(name, limit)
    assert len(plain(name, limit)) <= limit
    assert "<!" not in plain(name, limit)
    assert "<@" not in plain(name, limit)


@given(text, text)
def test_a_link_is_one_link(url: str, label: str) -> None:
    for address in (url, f"https://{url}"):
        shown = link(address, label)
        assert re.fullmatch(r"<https?://[^|<>\s]+\|[^<>|]+>", shown, re.IGNORECASE) or shown == mrkdwn(label)


@given(st.text(), st.integers(20, 300))
def test_what_fits_is_within_the_limit(lines: str, limit: int) -> None:
    assert len(fit(lines, limit)) <= limit + len("\nand 100 more")


FROM_EITHER_END = ("".join(NASTY), "".join(reversed(NASTY)))
"""Every nasty thing in one text, for places that cut it."""
MANY = {name: example for name, example in CARD_EXAMPLES.items() if not name.startswith("churn-risk-did-")}
MESSAGES = MANY | ANSWER_EXAMPLES


def assert_message_harmless(message: Message, words: str) -> None:
    rendered = render(poisoned(message, words))
    assert rendered.text
    assert_harmless(rendered.text)
    assert len(rendered.blocks) <= 50
    assert_all_harmless(rendered.blocks)


def assert_modal_harmless(modal: Modal, words: str) -> None:
    view = render_view(poisoned(modal, words))
    assert 1 <= len(view["title"]["text"]) <= 24
    assert len(view["blocks"]) <= 100
    assert_all_harmless(view)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_harmless_in_every_field(message: str) -> None:
    for words in FROM_EITHER_END:
        assert_message_harmless(MESSAGES[message], words)


@pytest.mark.parametrize("modal", MODAL_EXAMPLES)
def test_a_modal_is_harmless_in_every_field(modal: str) -> None:
    for words in FROM_EITHER_END:
        assert_modal_harmless(MODAL_EXAMPLES[modal], words)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(MESSAGES)), st.sampled_from(sorted(MODAL_EXAMPLES)), text)
def test_whatever_is_written_is_harmless(message: str, modal: str, words: str) -> None:
    assert_message_harmless(MESSAGES[message], words)
    assert_modal_harmless(MODAL_EXAMPLES[modal], words)


def test_words_that_are_a_template_stay_words() -> None:
    for facts in (*MESSAGES.values(), *MODAL_EXAMPLES.values()):
        shown = json.dumps(drawn(poisoned(facts, "{{ 7777 * 7777 }}{% raw %}{{ m.__class__ }}")))
        assert "60481729" not in shown
        assert "class '" not in shown
