"""What the cards of playbooks and the answers about them say."""

from dataclasses import replace

import pytest

from bot.messages.actions import read_start_value, start_value
from bot.messages.catalog import AccountCard, CardName, PlaybookAnswer, PlaybooksAnswer, PlayOnCard, State
from bot.messages.catalog.answer_examples import ANSWER_EXAMPLES
from bot.messages.catalog.card_examples import ACCOUNT, CARD_EXAMPLES, DUE, OPEN
from bot.messages.catalog.modal_examples import MODAL_EXAMPLES
from bot.messages.catalog.playbook_examples import BOOK, HOSTILE_STEPS, PLAYBOOK, PLAYBOOKS
from bot.messages.render import render, render_view
from bot.messages.words import listing, step
from tests.unit.test_messages_wording import buttons, lines, seen


def modal(name: str) -> str:
    return "\n".join(lines(render_view(MODAL_EXAMPLES[name])["blocks"]))


def chosen(name: str) -> list[str]:
    """The values that a modal's radio buttons offer."""
    (element,) = [block["element"] for block in render_view(MODAL_EXAMPLES[name])["blocks"] if block.get("element", {}).get("options")]
    return [option["value"] for option in element["options"]]


@pytest.mark.parametrize("name", sorted(set(CardName) - {CardName.CHURN_RISK, CardName.SURVEY_ANSWERS}))
def test_every_card_has_its_own_title(name: CardName) -> None:
    card = replace(ACCOUNT, cause=replace(ACCOUNT.cause, card=name))
    assert render(card).blocks[0]["text"]["text"].split(" · ")[1].splitlines()[0].lower().replace(" ", "-") == name
    assert {"Take it", "Snooze…", "Details", "Why?"} < set(buttons(card))


def test_a_card_asks_for_what_it_is_about() -> None:
    said = seen(CARD_EXAMPLES["account-card-onboarding-check"])
    assert "Onboarding check\nFrom signing to first value.\nLook at what is set up and what is missing." in said
    assert "playbook `onboarding-b2b`" in said
    assert {"Not needed…", "Done…"} < set(buttons(CARD_EXAMPLES["account-card-onboarding-check"]))
    assert {"Not a risk…", "Resolve…"} < set(buttons(CARD_EXAMPLES["account-card-health-drop"]))


def test_a_task_says_what_for_whom_and_until_when() -> None:
    said = seen(DUE)
    assert "Task\nCall and set it up together." in said
    assert "*Due*\n<!date^" in said
    assert "*For*\n<@U0ANNA>" in said
    assert render(DUE).text.startswith("Task at Northwind Traders: Call and set it up together, due <!date^")
    assert "*For*\nManagers" in seen(CARD_EXAMPLES["account-card-task-for-managers"])


def test_a_task_that_is_late_says_so() -> None:
    late = CARD_EXAMPLES["account-card-task-overdue"]
    assert "*Overdue since*\n<!date^" in seen(late)
    assert render(late).text.startswith("Overdue: Task at Northwind Traders")


def test_the_rest_of_a_play_can_be_taken_over_and_is_named_first() -> None:
    confirm = next(e["confirm"] for e in render(ACCOUNT).blocks[-2]["elements"] if e["text"]["text"] == "Take over")
    assert confirm["text"]["text"] == (
        "Onboarding B2B stops here for this account. No further reminder or letter comes for this: you look after it yourself. "
        "Planned: the letter “first value” to the admin after 2 weeks; a task for the CSM after 3 weeks."
    )
    assert "Take over" in buttons(replace(OPEN, play=PlayOnCard(31)))
    assert "Take over" not in buttons(OPEN)
    assert "<@U0ANNA> took over; it stood at: wait 2 weeks (step 5 of 7), <!date^" in seen(CARD_EXAMPLES["account-card-taken-over"])


CLOSED = [card for card in CARD_EXAMPLES.values() if isinstance(card, AccountCard) and card.closed]


@pytest.mark.parametrize("card", CLOSED, ids=[f"{card.cause.card}-{card.state.value}" for card in CLOSED])
def test_a_closed_card_keeps_one_quiet_line(card: AccountCard) -> None:
    (block,) = render(card).blocks
    assert block["type"] == "context"
    assert "\n" not in seen(card)
    assert "risk" not in seen(card)


def test_closed_states_speak_the_cards_own_words() -> None:
    assert {card.state for card in CLOSED} == {State.RESOLVED, State.DISMISSED, State.RECOVERED, State.ENDED}
    assert "Task · Done · <@U0ANNA>" in seen(CARD_EXAMPLES["account-card-task-done"])
    assert "Check-in · Not needed: no longer needed" in seen(CARD_EXAMPLES["account-card-not-needed"])
    assert "Trial ending · Resolved: they bought" in seen(CARD_EXAMPLES["account-card-trial-won"])


def test_a_form_offers_the_outcomes_that_fit_its_card() -> None:
    assert chosen("resolve") == ["saved", "improved", "churned", "other"]
    assert chosen("resolve-trial") == ["won", "extended", "churned", "other"]
    assert chosen("resolve-check-in") == ["done", "no_answer", "other"]
    assert chosen("dismiss") == ["seasonal", "known", "wrong_data", "other"]
    assert chosen("dismiss-check-in") == ["not_needed", "known", "wrong_data", "other"]


def test_a_playbooks_line_holds_its_figures() -> None:
    said = seen(PLAYBOOKS)
    assert "*Onboarding B2B* · live · version 3 · 14 running (of these 2 held out)" in said
    assert "Ended: 31 reached the goal, 7 reached the end, 2 taken over, 1 left by its exit" in said
    assert "Held back: 3 held by a rule, 1 quiet after the last one" in said
    assert "Last 90 days: 9 useful, 2 false alarms" in said
    assert "*Renewal at risk* · paused (canary) · version 2 · 3 running (of these 3 in shadow)" in said
    assert "*Old gifts* · file gone or not enabled, paused" in said


@pytest.mark.parametrize(("page", "turns"), [(1, ["Next"]), (2, ["Previous", "Next"]), (4, ["Previous"]), (9, ["First page"])])
def test_the_pager_of_playbooks(page: int, turns: list[str]) -> None:
    assert buttons(PlaybooksAnswer(lines=(BOOK,), total=37, page=page)) == turns


def test_a_playbook_is_an_outline_with_counts() -> None:
    said = seen(PLAYBOOK)
    assert "Starts when an account enters new-customers" in said
    assert "send the letter *welcome* to the admin · 55 reached" in said
    assert "wait 2 weeks · 48 reached · *8 here now*" in said
    assert (
        "\n\u200b\u2003set the stage to adoption · 38 reached\notherwise · 12 reached\n\u200b\u2003draw by weight: video 50, call 50"
        in said
    )
    assert "2 of an earlier version, not counted above" in said


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("playbook", []),
        ("playbook-for-an-admin", ["Pause", "Promote…", "Dry run"]),
        ("playbook-paused", ["Resume", "Promote…", "Dry run"]),
        ("playbook-without-its-file", []),
    ],
)
def test_only_admins_see_what_changes_a_playbook(name: str, may: list[str]) -> None:
    assert buttons(ANSWER_EXAMPLES[name]) == may


def test_a_very_long_playbook_is_cut() -> None:
    long = replace(PLAYBOOK, steps=HOSTILE_STEPS * 3)
    assert isinstance(long, PlaybookAnswer)
    assert len(render(long).blocks) <= 50
    assert "more steps" in seen(long)


def test_a_dry_run_counts_what_it_does_not_list() -> None:
    said = seen(ANSWER_EXAMPLES["dry-run-of-many"])
    assert "It would start for 812 accounts now. 240 more are held back: 240 wait for tomorrow." in said
    assert "It would start for nobody now." in seen(ANSWER_EXAMPLES["dry-run-of-nobody"])


def test_the_changes_stand_before_the_choice() -> None:
    kinds = [block["type"] for block in render_view(MODAL_EXAMPLES["promote"])["blocks"]]
    assert kinds == ["section", "rich_text", "input", "input"]
    assert "-  - wait: 7d\n+  - wait:" in modal("promote")
    assert chosen("promote") == ["canary", "live"]
    assert chosen("promote-a-canary") == ["shadow", "canary", "live"]
    assert "… and " in modal("promote-a-great-change")


def said_of(playbook: str) -> str:
    """What why says of one playbook."""
    return next(text for text in lines(render(ANSWER_EXAMPLES["why-plays"]).blocks) if text.startswith(f"*{playbook}*"))


@pytest.mark.parametrize(
    ("playbook", "says"),
    [
        ("Onboarding B2B", "It waits for active_users.recent &gt;= 5, until <!date^"),
        ("Onboarding B2B", "Variant: *video*"),
        ("Gifts", "is running, silently\nIn shadow: the steps are only recorded, nobody is touched."),
        ("Weekly round", "In the holdout: the steps are only recorded"),
        ("Anniversary", "The last play ended <!date^"),
        ("Trial ending", "taken over by <@U0ANNA>; it stood at: wait 2 weeks."),
        ("Upsell", "a rule keeps it back: `tickets.breached &gt; 0"),
        ("Champion thanks", "the limit is `3 per 7d`"),
        ("Renewal at risk", "paused the playbook, or its file is gone, <!date^"),
        ("New idea", "Drafts start no plays. An admin promotes it with `/stay playbook new-idea`."),
        ("Ticket thanks", "It starts on the event ticket_solved, and that has not happened for this account."),
    ],
)
def test_why_tells_where_a_play_stands_or_why_there_is_none(playbook: str, says: str) -> None:
    assert says in said_of(playbook).replace("\u200b", "")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("send the letter *welcome* to the admin", "send the letter *welcome* to the admin"),
        ("if arr * 2 > 5 * seats", "if arr *\u200b 2 &gt; 5 *\u200b seats"),
        ("open the card *check-in*", "open the card *check-in*"),
        ("tell <!here> *a b*", "tell &lt;!here&gt; *\u200ba b*\u200b"),
    ],
)
def test_of_a_steps_stars_only_names_become_bold(written: str, shown: str) -> None:
    assert step(written) == shown


def test_a_listing_keeps_its_spaces_and_drops_what_is_not_seen() -> None:
    assert listing("  - a: 1\n+\u202e\u200bb") == "  - a: 1\n+b"
    assert listing("x" * 50 + "\n" + "y" * 50, 60) == "x" * 50 + "\n… and 1 more lines"


def test_what_a_start_button_carries_can_be_read_back() -> None:
    assert read_start_value(start_value("gifts", "a:7")) == ("gifts", "a:7")


@pytest.mark.parametrize("name", [name for name in [*CARD_EXAMPLES, *ANSWER_EXAMPLES] if "hostile" in name])
def test_no_text_of_others_calls_anybody(name: str) -> None:
    message = (CARD_EXAMPLES | ANSWER_EXAMPLES)[name]
    assert not any(f"<!{word}" in seen(message) + render(message).text for word in ("channel", "here", "everyone"))
