"""What Details says, where no scenario says it: sources that are not connected yet, and too much of everything."""

from collections import Counter
from dataclasses import replace

import pytest

from bot.messages import catalog as m
from bot.messages.catalog.detail_examples import DETAIL_EXAMPLES, FILLED, OPENING
from bot.messages.render import render_view
from tests.factories import words


def shown(modal: m.DetailsModal) -> str:
    return words(render_view(modal)["blocks"]).replace("\u200b", "")


def test_who_is_asked_is_named_until_they_have_answered() -> None:
    assert "Asking CRM, Usage and Support…" in shown(OPENING)
    assert "read just now" not in shown(OPENING)
    assert "Asking" not in shown(FILLED)
    assert "CRM, Usage and Surveys: read just now\nSupport did not answer within 2 s\nReviews: connection refused" in shown(FILLED)


def test_tickets_and_answers_are_lines() -> None:
    text = shown(FILLED)
    assert "*Tickets*\n<https://help.example/1|Export fails> · open · high · 30 h ago\n" in text
    assert "*Last answers*\nNPS *4* from Marta Silva, <!date^" in text
    assert "“It got &lt;slow&gt;”" in text
    assert "Tickets" not in shown(OPENING)


def test_what_is_written_in_the_crm_is_quoted() -> None:
    assert "*Written in the CRM*\nOutcome: saved\nNext step: Call &lt;Marta&gt; in May" in shown(FILLED)


def test_a_value_that_was_taken_away_is_nothing() -> None:
    assert "`renewal_on`  12 Mar 2027 → *nothing*" in shown(FILLED)


def test_what_clicks_tell_is_shown_only_where_it_is_known() -> None:
    text = shown(FILLED)
    assert "“A few words?” to Marta Silva, from <@U0ANNA>, <!date^" in text
    assert "· clicked 2 times\n" in text
    assert "· not clicked yet\n" in text
    untracked = replace(FILLED, mail=tuple(replace(letter, clicked=None) for letter in FILLED.mail))
    assert "clicked" not in shown(untracked)


def test_an_account_that_is_gone_is_said_to_be() -> None:
    gone = DETAIL_EXAMPLES["details-of-one-that-is-gone"]
    assert isinstance(gone, m.DetailsModal)
    assert "The CRM no longer has this account; it was gone on 1 Nov 2026." in shown(gone)


def test_at_most_six_pictures_and_the_rest_in_words() -> None:
    live = replace(FILLED.live, charts=tuple(m.ChartFact(f"Metric {n}", f"Metric {n}: words.", f"F{n}") for n in range(9)))
    blocks = render_view(replace(FILLED, live=live))["blocks"]
    assert Counter(block["type"] for block in blocks)["image"] == 6
    assert "Metric 6: words.\nMetric 7: words.\nMetric 8: words." in words(blocks)


@pytest.mark.parametrize("kind", ["mail", "notes", "contacts"])
def test_what_is_too_much_is_cut_and_counted(kind: str) -> None:
    modal = replace(FILLED, **{kind: getattr(FILLED, kind) * 40})
    (block,) = [block for block in render_view(modal)["blocks"] if block.get("text", {}).get("text", "").split("\n")[-1].endswith(" more")]
    lines = block["text"]["text"].split("\n")
    left = int(lines[-1].split()[1])
    assert len(lines) - 2 + left == 40 * len(getattr(FILLED, kind))
    assert len(block["text"]["text"]) <= 3000
