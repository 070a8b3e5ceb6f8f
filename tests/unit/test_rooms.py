"""What a room is called, which step comes next, and what a failure means."""

from datetime import date
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import NotSent, SendFailed, SlowDown, Uncertain, Undeliverable
from bot.messages.catalog import RoomBrief, RoomState
from bot.messages.catalog.room_examples import BRIEF, HOSTILE_BRIEF
from bot.messages.markdown import link, markdown, mention
from bot.messages.render import render_canvas
from bot.rooms.answers import NotYet, answer_of
from bot.rooms.names import LONGEST, channel_name
from bot.rooms.steps import MOST_TRIES, Deed, Stand, Step, Then, judge, next_step

NOVEMBER = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("account", "name"),
    [
        ("Northwind Traders", "acct-northwind-traders-2026-11"),
        ("Žižkov & Söhne, s.r.o.", "acct-zizkov-sohne-s-r-o-2026-11"),
        ("ООО «Щит»", "acct-ooo-shchit-2026-11"),
        ("Αθήνα", "acct-athina-2026-11"),
        ("Łódź Ørsted ß", "acct-lodz-orsted-ss-2026-11"),
        ("東京 Trading", "acct-trading-2026-11"),
        ("東京商事", "acct-a-77-2026-11"),
        ("<!channel>", "acct-channel-2026-11"),
        ("--", "acct-a-77-2026-11"),
    ],
)
def test_a_name_in_any_script_becomes_one_that_slack_takes(account: str, name: str) -> None:
    assert channel_name("acct", account, "A_77", NOVEMBER) == name


def test_a_long_name_keeps_its_month_and_number() -> None:
    name = channel_name("acct", "x-" * 90, "a1", NOVEMBER, 12)
    assert name.endswith("x-2026-11-12")
    assert len(name) <= LONGEST


def done(*keys: str) -> dict[str, Any]:
    return {key: ["U1"] if key == "invite" else True for key in keys}


OPENING = ("channel", "invite", "topic", "bookmark:CRM", "bookmark:Map", "chart", "canvas", "brief", "pin")


def test_the_steps_of_opening_come_one_after_the_other() -> None:
    for number, key in enumerate(OPENING):
        stand = Stand(RoomState.OPENING, done(*OPENING[:number]), ("U1",), ("CRM", "Map"), chart=True)
        step = next_step(stand)
        assert step
        assert step.key == key
    assert next_step(Stand(RoomState.ASKED, done(*OPENING), ("U1",), ("CRM", "Map"), chart=True)) is None


def test_whoever_is_asked_later_is_invited_too() -> None:
    assert next_step(Stand(RoomState.ASKED, done(*OPENING), ("U1", "U2"))) == Step(Deed.INVITE)


def test_closing_leaves_what_was_not_done_yet() -> None:
    assert next_step(Stand(RoomState.CLOSING, done("channel"))) == Step(Deed.SUMMARY)
    assert next_step(Stand(RoomState.CLOSING, done("channel", "summary"))) == Step(Deed.ARCHIVE)
    assert next_step(Stand(RoomState.CLOSED, done("channel"))) is None


def refused(reason: str, **more: Any) -> SendFailed:
    error = NotSent(f"Slack refused: {reason}")
    error.__cause__ = SlackApiError("no", {"ok": False, "error": reason, **more})
    return error


@pytest.mark.parametrize(
    ("error", "deed", "then", "clear", "tell"),
    [
        (Uncertain("504"), Deed.CHANNEL, Then.RETRY, False, False),
        (SlowDown("slow", 7), Deed.CHANNEL, Then.RETRY, True, False),
        (NotSent("unreachable"), Deed.CANVAS, Then.RETRY, True, False),
        (NotYet(), Deed.PIN, Then.RETRY, True, False),
        (refused("token_revoked"), Deed.CANVAS, Then.RETRY, True, False),
        (refused("canvas_disabled_user_team"), Deed.CANVAS, Then.GIVE_UP, True, False),
        (refused("missing_scope", needed="canvases:write"), Deed.CANVAS, Then.GIVE_UP, True, True),
        (refused("missing_scope", needed="groups:write"), Deed.CHANNEL, Then.STUCK, True, True),
        (Undeliverable("gone"), Deed.PIN, Then.GIVE_UP, True, False),
        (KeyError("channel"), Deed.TOPIC, Then.RETRY, False, False),
    ],
)
def test_what_a_failure_means(error: Exception, deed: Deed, then: Then, clear: bool, tell: bool) -> None:
    verdict = judge(Step(deed), answer_of(error, was_unsure=False), 0)
    assert (verdict.then, verdict.clear, verdict.tell) == (then, clear, tell)


def test_a_doubt_stays_until_a_clear_answer() -> None:
    for error in (SlowDown("slow", 7), NotSent("unreachable")):
        assert not judge(Step(Deed.CHANNEL), answer_of(error, was_unsure=True), 1).clear


def test_the_channel_is_never_given_up_and_the_admins_learn_of_it_once() -> None:
    verdicts = [judge(Step(Deed.CHANNEL), answer_of(Uncertain("504"), True), tries) for tries in range(MOST_TRIES + 3)]
    assert {verdict.then for verdict in verdicts[: MOST_TRIES - 1]} == {Then.RETRY}
    assert [verdict.then for verdict in verdicts[MOST_TRIES - 1 :]] == [Then.STUCK] * 4
    assert [verdict.tell for verdict in verdicts].count(True) == 1
    assert judge(Step(Deed.CANVAS), answer_of(Uncertain("504"), True), MOST_TRIES - 1).then is Then.GIVE_UP


def test_pauses_grow() -> None:
    pauses = [judge(Step(Deed.TOPIC), answer_of(NotSent("x"), False), tries).seconds for tries in range(MOST_TRIES - 1)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1, 300)


def test_a_pause_that_slack_asks_for_is_no_failure() -> None:
    verdict = judge(Step(Deed.TOPIC), answer_of(SlowDown("slow", 7), False), MOST_TRIES)
    assert (verdict.seconds, verdict.counts) == (7, False)


def test_a_missing_permission_names_its_cure() -> None:
    answer = answer_of(refused("missing_scope", needed="groups:write"), False)
    assert answer.text == "the app lacks the permission groups:write: install it again from the current manifest"


def test_markdown_of_others_means_nothing_in_a_canvas() -> None:
    assert markdown("*a* _b_ [c](https://evil.example) <!here> `d`") == r"\*a\* \_b\_ \[c\]\(https://evil.example\) \<\!here\> \`d\`"
    assert mention("U0ANNA") == "![](@U0ANNA)"
    assert mention("!channel") == r"\!channel"
    assert link("https://crm.example/a_b?c=(1)", "CRM") == "[CRM](https://crm.example/a_b?c=%281%29)"
    assert link("javascript:alert(1)", "CRM") == "CRM"


def test_a_canvas_tells_who_asks_what_of_whom_by_when() -> None:
    text = render_canvas(BRIEF, RoomBrief.CANVAS)
    assert text.startswith("# Northwind Traders: Usage drop\n\n![](@U0ANNA) asks ![](@U0BEN) for help (Integrations).")
    assert "an answer is due 24 Nov, 09:12 (Europe/London)" in text
    for heading in ("What is needed", "The account", "Usage", "Contacts", "Timeline", "Earlier alerts", "Comments"):
        assert f"\n## {heading}\n" in text


def test_a_canvas_of_hostile_words_has_no_mark_of_theirs() -> None:
    text = render_canvas(HOSTILE_BRIEF, RoomBrief.CANVAS)
    assert "<!" not in text
    assert "](https://evil.example)" not in text
    assert "![](@U0ANNA) [x]" not in text
