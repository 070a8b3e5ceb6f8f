"""What a play would still bring, and every step in words that need no knowledge of its file."""

from datetime import timedelta

import pytest

from bot.playbooks.ahead import only_reminds, to_come
from bot.playbooks.steps import STEPS
from tests.unit.programs import LETTER, program, tell

LATER = {"wait": {"event": "alert_closed", "at_most": "3d"}}
REMINDING = program(
    {"card": "churn-risk"},
    LATER,
    {
        "if": "score > 5",
        "then": [tell("a"), {"wait": "4d"}, tell("b"), {"notify": {"text": "c", "to": "managers"}}],
        "else": [{"stop": None}],
    },
)


def test_what_is_to_come_is_told_with_its_time() -> None:
    assert to_come(REMINDING, 1) == ("a reminder to the CSM after 3 days", "a reminder to the CSM and a word to the managers after 1 week")
    assert to_come(REMINDING, 1, timedelta(days=1, hours=5))[0] == "a reminder to the CSM after 2 days"
    assert to_come(REMINDING, 3) == ("a reminder to the CSM", "a reminder to the CSM and a word to the managers after 4 days")
    assert to_come(REMINDING, len(REMINDING.ops)) == ()


def test_ways_that_exclude_each_other_are_all_told_and_rounds_once() -> None:
    ways = program({"split": {"a": 1, "b": 1}, "a": [LETTER], "b": [{"wait": {"until": "score > 1"}}]}, {"card": "churn-risk"})
    assert to_come(ways, 0) == ("the letter “welcome” to the admin and the card “churn risk”",)
    rounds = program({"repeat": [{"wait": "1d"}, tell("x")], "at_most": 9}, {"wait": {"until": "score > 1"}}, LETTER)
    assert to_come(rounds, 0) == ("a reminder to the CSM after 1 day", "the letter “welcome” to the admin later")
    assert to_come(program(*[tell("x"), {"wait": "1d"}] * 6), 0)[-1] == "…"


def test_a_play_only_reminds_when_all_of_it_is_words_to_people_of_ours() -> None:
    assert only_reminds(REMINDING, 1)
    assert not only_reminds(REMINDING, len(REMINDING.ops))
    assert not only_reminds(program(tell("x"), LETTER), 0)


SAID = {
    "card": ({"card": "churn-risk"}, "open the card *churn-risk*", "the card “churn risk”"),
    "email": (LETTER, "send the letter *welcome* to the admin", "the letter “welcome” to the admin"),
    "survey": ({"survey": {"ask": "nps", "roles": ["admin"]}}, "send the survey *nps* to the admin", "the survey “nps”"),
    "wait": (LATER, "wait for the alert to be closed, at most 3 days", ""),
    "if": ({"if": "score > 5", "then": [LATER]}, "if score > 5", ""),
    "repeat": ({"repeat": [LATER], "at_most": 3}, "repeat at most 3 times", ""),
    "split": ({"split": {"a": 1, "b": 2}}, "draw by weight: a 1, b 2", ""),
    "set": (
        {"set": {"stage": "growth", "tag": "vip", "rank": None}},
        "set the stage to growth, add the tag vip, empty rank",
        "a change of the stage and the tags and rank",
    ),
    "task": ({"task": {"what": "Call", "within": "2d"}}, "set a task for the CSM within 2 days: Call", "a task for the CSM"),
    "notify": ({"notify": {"text": "Hi", "to": "#x"}}, "post in #x: Hi", "a word in #x"),
    "webhook": ({"webhook": {"url": "https://x.example/a?b"}}, "tell another system: https://x.example/a", "a word to another system"),
    "start": ({"start": "other"}, "start the playbook *other*", "the play “other”"),
    "goal": ({"goal": "live"}, "goal reached: live", ""),
    "stop": ({"stop": "no use"}, "stop here: no use", ""),
}


def test_every_step_is_here() -> None:
    assert set(SAID) == set(STEPS)


@pytest.mark.parametrize("name", SAID)
def test_a_step_speaks_plainly(name: str) -> None:
    written, said, brings = SAID[name]
    step = STEPS[name].model_validate(written)
    assert (step.in_words(), step.brings()) == (said, brings)
