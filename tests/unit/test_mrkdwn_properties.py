"""Whatever a customer is called and whatever they write, Slack shows it and does nothing else."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages.catalog import (
    Account,
    AccountAnswer,
    AccountChoice,
    AlertLine,
    Cause,
    Condition,
    Contact,
    DetailsModal,
    HelpAnswer,
    Hit,
    Person,
    RisksAnswer,
    Said,
    Signal,
    State,
)
from bot.messages.catalog.card_examples import CLOSED, TAKEN
from bot.messages.catalog.example_cast import DROP, FACTS, HISTORY, NOW
from bot.messages.mrkdwn import BREAK, clean, fit, link, mrkdwn, plain
from bot.messages.render import Rendered, render, render_view

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
text = st.lists(
    st.one_of(st.text(max_size=40), st.sampled_from(NASTY)), max_size=12
).map("".join)
OURS = re.compile(
    r"<(@U0(ANNA|BEN)|!date\^\d+\^(\{date_short_pretty\}( at \{time\})?|\{ago\})\|[\w :]+ UTC|https?://[^|<>]+\|[^<>]+)>"
)


def decoded(shown: str) -> str:
    return html.unescape(shown).replace(BREAK, "")


def mrkdwn_texts(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if found.get("type") == "mrkdwn":
            yield found["text"]
        for value in found.values():
            yield from mrkdwn_texts(value)
    elif isinstance(found, list):
        for item in found:
            yield from mrkdwn_texts(item)


def assert_harmless(shown: str) -> None:
    rest = OURS.sub("", shown)
    assert "<" not in rest
    assert ">" not in rest


def assert_message_harmless(rendered: Rendered) -> None:
    assert rendered.text
    assert_harmless(rendered.text)
    assert len(rendered.blocks) <= 50
    json.dumps(rendered.blocks).encode("utf-8")
    for shown in mrkdwn_texts(rendered.blocks):
        assert 1 <= len(shown) <= 3000
        assert_harmless(shown)


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
        assert re.fullmatch(
            r"<https?://[^|<>\s]+\|[^<>|]+>", shown, re.IGNORECASE
        ) or shown == mrkdwn(label)


@given(st.text(), st.integers(20, 300))
def test_what_fits_is_within_the_limit(lines: str, limit: int) -> None:
    assert len(fit(lines, limit)) <= limit + len("\nand 100 more")


@settings(max_examples=60, deadline=None)
@given(text, text)
def test_a_card_is_harmless_in_every_field(name: str, url: str) -> None:
    what = replace(DROP.what, metric=name, unit=name) if DROP.what else None
    terms = (Condition(name, name, name, None, NOW),)
    cause = Cause(name, what=what, about=name, conditions=terms)
    facts = replace(
        FACTS,
        plan=name,
        stage=name,
        owner=Person(None, name, name),
        trend_metric=name,
        trend_unit=name,
    )
    history = tuple(replace(line, note=name, outcome=name) for line in HISTORY)
    card = replace(
        TAKEN,
        account=Account("1", name, url),
        facts=facts,
        history=history,
        acting=Person(None, name),
    )
    assert_message_harmless(render(card))
    assert_message_harmless(render(replace(card, cause=cause)))
    assert_message_harmless(render(replace(card, cause=replace(DROP, what=what))))
    assert_message_harmless(
        render(
            replace(
                CLOSED,
                state=State.RESOLVED,
                account=card.account,
                outcome=name,
                note=name,
            )
        )
    )


@settings(max_examples=60, deadline=None)
@given(text, text)
def test_answers_and_modals_are_harmless_in_every_field(name: str, url: str) -> None:
    account = Account("1", name, url)
    signals = (Signal(name, name, name, NOW), Signal(name, None, name))
    contacts = (Contact(name, name, name, True),)
    line = AlertLine(
        1, account, Cause(name, about=name), State.OPEN, NOW, Person(None, name)
    )
    for message in (
        AccountAnswer(
            now=NOW,
            account=account,
            facts=FACTS,
            domain=name,
            signals=signals,
            contacts=contacts,
            alerts=(line,),
        ),
        AccountChoice(query=name, hits=(Hit(account, name),), total=2),
        RisksAnswer(lines=(line,), total=1),
        HelpAnswer(unknown=name or "x", nearest=name),
        Said(text=name + ".", error_id=name),
    ):
        assert_message_harmless(render(message))
    view = render_view(
        DetailsModal(
            alert_id=1,
            account=account,
            cause=line.cause,
            now=NOW,
            signals=signals,
            contacts=contacts,
        )
    )
    for shown in mrkdwn_texts(view):
        assert_harmless(shown)
