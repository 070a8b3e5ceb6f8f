"""From the steps of a file to a flat program: jumps, places, names, the outline."""

import pytest

from bot.playbooks.program import Branch, Do, End, Jump, Loop, Program, Split, Wait
from tests.unit.programs import LETTER, program, tell

NESTED = program(
    {"name": "begin", "email": {"letter": "welcome", "to": "admin"}},
    {
        "repeat": [
            {
                "split": {"video": 1, "call": 2, "nothing": 1},
                "video": [{"if": "arr > 1", "then": [tell("a")], "else": [tell("b"), {"stop": "no use"}]}],
                "call": [{"wait": {"until": "score > 5", "at_most": "7d"}, "name": "ring"}],
            },
            {"wait": "1d"},
        ],
        "at_most": 3,
        "until": "score > 9",
    },
    {"goal": None},
)


def test_a_tree_becomes_ops_with_jumps() -> None:
    kinds = [type(op) for op in NESTED.ops]
    assert kinds == [Do, Loop, Split, Branch, Do, Jump, Do, End, Jump, Wait, Jump, Jump, Wait, Jump, End]
    assert [condition.text for condition in NESTED.conditions] == ["score > 9", "arr > 1", "score > 5"]


def test_jumps_lead_where_they_should() -> None:
    ops = NESTED.ops
    assert ops[1] == Loop("1", 3, 0, 14)
    assert ops[2] == Split("1.repeat.0", (("video", 1, 3), ("call", 2, 9), ("nothing", 1, 11)))
    assert ops[3] == Branch("1.repeat.0.video.0", 1, 6)
    assert [op.to for op in ops if isinstance(op, Jump)] == [8, 12, 12, 12, 1]


def test_a_step_bears_its_place_in_the_file() -> None:
    assert [op.path for op in NESTED.ops if isinstance(op, Do | Wait)] == [
        "0",
        "1.repeat.0.video.0.then.0",
        "1.repeat.0.video.0.else.0",
        "1.repeat.0.call.0",
        "1.repeat.1",
    ]
    assert NESTED.names == {"begin": 0, "ring": 9}


def test_the_outline_is_for_people() -> None:
    assert [f"{'  ' * line.depth}{line.text}" for line in NESTED.outline()] == [
        "send the letter *welcome* to the admin",
        "repeat at most 3 times until score > 9",
        "  draw by weight: video 1, call 2, nothing 1",
        "  video",
        "    if arr > 1",
        "      tell the CSM: a",
        "    otherwise",
        "      tell the CSM: b",
        "      stop here: no use",
        "  call",
        "    wait until score > 5, at most 1 week",
        "  nothing",
        "  wait 1 day",
        "goal reached",
    ]
    assert [line.pc for line in NESTED.outline() if line.pc is None] == [None] * 4


@pytest.mark.parametrize(
    ("place", "text"), [(0, "send the letter *welcome* to the admin"), (9, "wait until score > 5, at most 1 week"), (12, "wait 1 day")]
)
def test_a_place_is_told_in_words(place: int, text: str) -> None:
    line = NESTED.line_at(place)
    assert line
    assert line.text == text


def test_a_play_that_is_through_stands_nowhere() -> None:
    assert NESTED.line_at(len(NESTED.ops)) is None


@pytest.mark.parametrize(
    ("opening", "so"),
    [
        (program({"card": "churn-risk"}), True),
        (program(tell("a"), {"task": {"what": "Call"}}), True),
        (program(tell("a"), {"wait": "1d"}, {"card": "churn-risk"}), False),
        (program({"if": "arr > 1", "then": [{"card": "churn-risk"}]}), False),
        (program(LETTER), False),
    ],
)
def test_a_program_opens_with_an_alert_before_any_wait_or_choice(opening: Program, so: bool) -> None:
    assert opening.opens_with_alert is so
