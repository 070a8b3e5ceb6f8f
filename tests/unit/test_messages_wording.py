"""What the cards say, as a customer-success manager reads it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.messages.catalog import (
    ChurnRiskCard,
    Message,
    Person,
    Reason,
    RisksAnswer,
    Said,
    Signal,
    State,
)
from bot.messages.catalog.answer_examples import ANSWER_EXAMPLES, LINES
from bot.messages.catalog.card_examples import CARD_EXAMPLES, OPEN, TAKEN
from bot.messages.catalog.example_cast import ANNA, NOW, QUIET
from bot.messages.catalog.modal_examples import MODAL_EXAMPLES
from bot.messages.render import render, render_view


def seen(message: Message) -> str:
    """All that the blocks show, one line each."""
    return "\n".join(lines(render(message).blocks))


def lines(found: Any) -> list[str]:
    if isinstance(found, list):
        return [line for item in found for line in lines(item)]
    if not isinstance(found, dict):
        return []
    own = [found["text"]] if isinstance(found.get("text"), str) else []
    return own + [line for value in found.values() for line in lines(value)]


def buttons(message: Message) -> list[str]:
    return [
        element["text"]["text"]
        for block in render(message).blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]


def test_the_first_line_tells_who_and_what() -> None:
    first = render(OPEN).blocks[0]["text"]["text"].splitlines()
    assert first[0] == "*<https://crm.example/accounts/a-1041|Northwind Traders>* · Usage drop"
    assert first[1] == "Active users fell from 41 to 17 a day (−59 %) against the 8 weeks before."


def test_the_notification_tells_the_story() -> None:
    assert render(OPEN).text == "Usage drop at Northwind Traders: active users 41 → 17 a day (−59 %)"


def test_a_silent_account_says_for_how_long() -> None:
    assert "No active users for 12 days; before that 23 a day." in seen(CARD_EXAMPLES["churn-risk-silent-without-owner"])


def test_without_a_baseline_only_the_present_is_told() -> None:
    assert "Active users are at 17 a day." in seen(CARD_EXAMPLES["churn-risk-without-baseline"])


def test_a_renewal_says_when_and_how_far_below() -> None:
    said = seen(CARD_EXAMPLES["churn-risk-renewal-owner-not-in-slack"])
    assert "Renews in 34 days, and active users are at 62 % of their baseline (8.1 against 13 a day)." in said


def test_a_playbook_of_ones_own_speaks_for_itself() -> None:
    said = seen(CARD_EXAMPLES["churn-risk-own-playbook"])
    assert "Support storm" in said
    assert "Many open tickets and a poor last score.\n• `open_tickets` is *7*\n• `nps.last` is *4*" in said


def test_the_card_holds_what_one_asks_first() -> None:
    said = seen(OPEN)
    for fact in (
        "*ARR*\n€48,000",
        "*Renewal*\n12 Mar 2027, in 109 days",
        "*Plan*\nTeam, 60 seats",
        "*Stage*\nAdoption",
    ):
        assert fact in said
    assert "`███▇███▇▇▆▅▄▄`  13 weeks of active users: 43 → 16 a day" in said
    assert "*Owner*\n<@U0ANNA>" in said
    assert "Usage up to 22 Nov, read <!date^" in said


@pytest.mark.parametrize("reason", list(Reason))
def test_a_card_without_any_number_still_speaks(reason: Reason) -> None:
    bare = replace(OPEN, cause=replace(QUIET, reason=reason, what=None))
    assert render(bare).text.startswith("Gone silent at Northwind Traders: ")


def test_an_open_card_offers_everything() -> None:
    act, close = [[button["text"]["text"] for button in block["elements"]] for block in render(OPEN).blocks if block["type"] == "actions"]
    assert act == ["Take it", "Write…", "Escalate…", "Hand over…", "Task…"]
    assert close == ["Snooze…", "Not a risk…", "Resolve…", "Details", "Why?"]


def test_a_taken_card_cannot_be_taken_again() -> None:
    assert buttons(TAKEN) == ["Write…", "Book a call…", *buttons(OPEN)[2:]]


def test_a_card_shows_all_its_reasons() -> None:
    said = seen(CARD_EXAMPLES["churn-risk-two-reasons"])
    assert "*Also: Gone silent*. No active users for 12 days" in said
    assert "take it by <!date^" in said
    assert "~Gone silent~ no longer holds." in seen(CARD_EXAMPLES["churn-risk-one-reason-over"])
    assert "It is back, and worse than when it was closed, <!date^" in seen(CARD_EXAMPLES["churn-risk-back-and-worse"])


def test_a_card_with_a_room_leads_there_and_opens_no_second_one() -> None:
    card = CARD_EXAMPLES["churn-risk-escalated"]
    assert "*Room*\n<#C0ROOM>, waits for <@U0ANNA> until <!date^" in seen(card)
    assert "Escalate…" not in buttons(card)


def test_strangers_read_no_money_and_no_values() -> None:
    card = CARD_EXAMPLES["churn-risk-read-by-strangers"]
    own = CARD_EXAMPLES["churn-risk-own-playbook"]
    assert "•" in seen(own)
    assert "•" not in seen(card)
    assert "ARR" not in seen(card)


@pytest.mark.parametrize("name", ["churn-risk-silent-without-owner", "churn-risk-renewal-owner-not-in-slack"])
def test_a_card_that_reaches_nobody_can_be_assigned(name: str) -> None:
    assert "Assign…" in buttons(CARD_EXAMPLES[name])


def test_a_card_that_somebody_took_needs_no_assigning() -> None:
    assert "Assign…" not in buttons(replace(TAKEN, facts=replace(TAKEN.facts, owner=None)))


def test_nobody_in_charge_is_said() -> None:
    assert "No owner in the CRM" in seen(CARD_EXAMPLES["churn-risk-silent-without-owner"])
    assert "Petra Nová (not in Slack)" in seen(CARD_EXAMPLES["churn-risk-renewal-owner-not-in-slack"])


def test_history_stands_in_place_and_old_lines_make_room() -> None:
    said = seen(TAKEN)
    assert "1 earlier in Details" in said
    assert "<@U0ANNA> snoozed it until <!date^" in said
    assert "<@U0BEN> took it for <@U0ANNA>, <!date^" in said


CLOSED = [card for card in CARD_EXAMPLES.values() if isinstance(card, ChurnRiskCard) and card.closed]


@pytest.mark.parametrize("card", CLOSED, ids=[card.state.value for card in CLOSED])
def test_a_closed_card_keeps_one_quiet_line(card: ChurnRiskCard) -> None:
    (block,) = render(card).blocks
    assert block["type"] == "context"
    assert "Northwind Traders" in seen(card)
    assert "Usage drop" in seen(card)
    assert "\n" not in seen(card)


def test_a_closed_card_says_what_of_it_stands_in_the_crm() -> None:
    failed = CARD_EXAMPLES["churn-risk-resolved-write_back_failed"]
    assert seen(failed).endswith(" · not written to the CRM: see the receipt")
    assert isinstance(failed, ChurnRiskCard)
    earlier = replace(failed, history=tuple(replace(line, at=NOW - timedelta(hours=1)) for line in failed.history))
    assert "CRM" not in seen(earlier)  # what a room had written before it was closed


def test_a_closed_card_tells_who_and_how() -> None:
    said = seen(CARD_EXAMPLES["churn-risk-resolved"])
    assert "Resolved: saved · <@U0ANNA> · <!date^" in said
    assert said.endswith("“New admin trained, back to daily use”")
    assert {card.state for card in CLOSED} == {
        State.RESOLVED,
        State.DISMISSED,
        State.RECOVERED,
        State.ENDED,
    }


def test_a_breaker_shows_its_figure() -> None:
    assert "37 of 58 accounts (64 %) would open at once; the limit is 30 %." in seen(CARD_EXAMPLES["breaker-mass-drop"])
    assert "Usage is 4 days old (newest day 19 Nov 2026); the limit is 2 days." in seen(CARD_EXAMPLES["breaker-stale"])
    assert buttons(CARD_EXAMPLES["breaker-stale"]) == ["Release", "Keep holding"]
    assert buttons(CARD_EXAMPLES["breaker-released"]) == []


def test_an_unknown_word_gets_the_nearest_command() -> None:
    assert "Did you mean `/stay risks`?" in seen(ANSWER_EXAMPLES["help-unknown-word"])


@pytest.mark.parametrize(
    ("page", "turns"),
    [(1, ["Next"]), (2, ["Previous", "Next"]), (3, ["Previous"]), (9, ["First page"])],
)
def test_the_pager_goes_where_there_are_pages(page: int, turns: list[str]) -> None:
    assert buttons(RisksAnswer(lines=LINES, total=21, page=page)) == turns


def test_why_tells_what_holds_and_what_does_not() -> None:
    said = seen(ANSWER_EXAMPLES["why"])
    assert "✓  `active_users.ratio &lt; 0.6`  is *0.4126* · read 2 h ago" in said
    assert "?  `nps.last &lt;= 6`  value unknown" in said
    assert "2 of 2 conditions are not met." in said


def test_very_much_is_cut_and_counted() -> None:
    said = "\n".join(lines(render_view(MODAL_EXAMPLES["details-of-very-much"])["blocks"]))
    assert "and 10 more sources" in said
    assert " more\n" in said


def test_a_hundred_matches_fill_a_select_and_the_rest_is_counted() -> None:
    assert "and 240 more" in seen(ANSWER_EXAMPLES["account-choice-of-many"])


def test_a_sentence_mentions_who_was_first() -> None:
    assert seen(Said(text="{who} took it, {at}.", who=ANNA, at=NOW)).startswith("<@U0ANNA> took it, <!date^")
    assert seen(Said(text="Ask {who}.", who=Person(name="<!here>"))) == "Ask &lt;!here&gt; (not in Slack)."


def test_details_tell_a_signals_age_and_what_is_unknown() -> None:
    details = MODAL_EXAMPLES["details"]
    said = "\n".join(lines(render_view(details)["blocks"]))
    assert "*Usage* · read 2 h ago\n`active_users.recent`  17\n" in said
    assert "`nps.last`  unknown" in said
    odd = replace(details, signals=(Signal("x", 1, "CRM", None), Signal("y", 2, "CRM", NOW)))  # type: ignore[call-arg]
    assert "`y`  2 · read just now" in "\n".join(lines(render_view(odd)["blocks"]))
