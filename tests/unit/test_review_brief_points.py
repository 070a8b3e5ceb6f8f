"""What to talk about: at most three points, the most pressing first, each with the fact that speaks for it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reviews.picture import Answered, Before, Happened, Line, Picture, Point, Promised
from bot.reviews.sample import EVERYTHING, HOSTILE, NOTHING, SAMPLE
from bot.reviews.talking import RULES, points_of

TODAY = NOTHING.taken_on
LOW = Answered("nps-half-yearly", "nps", 3, TODAY - timedelta(days=9), "Eva Malá", "Too slow.", band="low")
GLAD = replace(LOW, score=10, words="", band="high")


def line(*values: float | None, usual: float | None = 40.0, title: str = "Active users") -> Line:
    return Line("m", title, "a day", tuple((TODAY - timedelta(days=7 * at), value) for at, value in enumerate(values)), usual)


def said(**facts: Any) -> list[tuple[str, str]]:
    return [(one.what, one.why) for one in points_of(replace(NOTHING, **facts))]


def test_where_nothing_is_known_there_is_nothing_to_say() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("facts", "what", "why"),
    [
        (
            {"promises": (Promised("Call", "Ben"), Promised("Send it", "Anna", date(2026, 11, 2), overdue=True))},
            "A promise of ours is overdue",
            "“Send it”, Anna, was due 2 Nov",
        ),
        (
            {"promises": tuple(Promised(f"No. {at}", "", date(2026, 11, at), overdue=True) for at in (9, 3, 5))},
            "3 promises of ours are overdue",
            "“No. 3” was due 3 Nov",
        ),
        (
            {"escalations": (Happened("Import", date(2026, 11, 1)),), "alerts": (Happened("Old", date(2026, 1, 1)),)},
            "An escalation is open",
            "Import, since 1 Nov",
        ),
        ({"alerts": (Happened("A", TODAY, "resolved"), Happened("B", date(2026, 11, 3)))}, "An alert stands", "B, since 3 Nov"),
        ({"answers": (LOW, GLAD)}, "Somebody there is unhappy", "Eva Malá answered NPS 3 on 14 Nov: “Too slow.”"),
        ({"themes": ("Speed",), "answers": (GLAD,)}, "Something that they told us is not dealt with", "the theme “Speed” is open"),
        ({"lines": (line(30, 30), line(20, 20))}, "Usage is down", "Active users: 20 a day of late, 50 % below the usual 40"),
        ({"lines": (line(30, 50), line(60, 44))}, "Usage grows", "Active users: 52 a day of late, 30 % above the usual 40"),
        (
            {"before": Before("qbr", TODAY, "- Train them.\nRoll out\nMeet", ""), "kept": ("train them",)},
            "What was agreed last time",
            "“Roll out”, and 1 more: nothing here says that it is done",
        ),
        ({"renewal_on": TODAY + timedelta(days=90)}, "The renewal is near", "it renews on 21 Feb 2027, in 90 days"),
        ({"renewal_on": TODAY - timedelta(days=1)}, "The contract was to renew", "on 22 Nov 2026, yesterday"),
        ({"seats": 60, "seats_used": 54.0}, "There is room to grow", "54 of 60 seats are in use"),
        ({"seats": 60, "seats_used": 29.9, "seats_unit": "a day"}, "Many seats stand empty", "30 of 60 seats are in use a day"),
        (
            {"goals": "Fewer\nspreadsheets", "lines": (line(40, 40),)},
            "How far they are with their goals",
            "“Fewer spreadsheets”; Active users can show it",
        ),
        ({"answers": (GLAD,)}, "Ask whether they would speak for us", "Eva Malá answered NPS 10 on 14 Nov"),
    ],
)
def test_each_rule_says_what_and_why(facts: dict[str, Any], what: str, why: str) -> None:
    assert said(**facts) == [(what, why)]


@pytest.mark.parametrize(
    "facts",
    [
        {"promises": (Promised("Call", "Ben", TODAY),)},
        {"alerts": (Happened("Drop", TODAY, "recovered by itself"),)},
        {"lines": (line(33, 33), line(47, 47), line(None), line(9, usual=None), line(9, usual=0.0))},
        {"before": Before("qbr", TODAY, "Train them\n\n-", ""), "kept": ("Train them.",)},
        {"renewal_on": TODAY + timedelta(days=91)},
        {"seats": 60, "seats_used": 30.0},
        {"seats": 0, "seats_used": 3.0},
        {"seats": 60},
        {"answers": (replace(LOW, band="middle"),)},
        {"goals": "  "},
    ],
)
def test_what_says_nothing_makes_no_point(facts: dict[str, Any]) -> None:
    assert said(**facts) == []


def test_the_most_pressing_come_first_and_a_fallen_metric_speaks_for_its_alert() -> None:
    assert [one.what for one in points_of(SAMPLE)] == ["A promise of ours is overdue", "Somebody there is unhappy", "Usage is down"]
    assert points_of(SAMPLE) == SAMPLE.points, "the sample says what the rules say"
    escalated = replace(SAMPLE, escalations=(Happened("Import", TODAY),))
    assert [one.what for one in points_of(escalated)][1] == "An escalation is open"
    calm = replace(SAMPLE, promises=(), answers=(), alerts=(), lines=())
    assert [one.what for one in points_of(calm)] == [
        *("The renewal is near", "What was agreed last time", "Something that they told us is not dealt with")
    ]


TEXT = st.text(max_size=30) | st.sampled_from(["", " ", "x" * 900, "<!channel>", "\x00", "\u202e"])
ODD = st.floats(allow_nan=True, allow_infinity=True) | st.none()
DAYS = st.dates() | st.just(TODAY)
PICTURES = st.builds(
    lambda **facts: replace(NOTHING, **facts),
    taken_on=DAYS,
    goals=TEXT,
    seats=st.none() | st.integers(),
    seats_used=ODD,
    seats_unit=TEXT,
    renewal_on=st.none() | DAYS,
    before=st.none() | st.builds(Before, TEXT, DAYS, TEXT, TEXT),
    lines=st.lists(st.builds(Line, TEXT, TEXT, TEXT, st.lists(st.tuples(DAYS, ODD), max_size=4).map(tuple), ODD), max_size=3).map(tuple),
    answers=st.lists(
        st.builds(Answered, TEXT, TEXT, st.integers(), DAYS, TEXT, TEXT, band=st.sampled_from(["low", "middle", "high", "?"])), max_size=3
    ).map(tuple),
    themes=st.lists(TEXT, max_size=2).map(tuple),
    promises=st.lists(st.builds(Promised, TEXT, TEXT, st.none() | DAYS, st.booleans()), max_size=3).map(tuple),
    kept=st.lists(TEXT, max_size=2).map(tuple),
    alerts=st.lists(st.builds(Happened, TEXT, DAYS, TEXT), max_size=2).map(tuple),
    escalations=st.lists(st.builds(Happened, TEXT, DAYS, TEXT), max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(PICTURES)
def test_whatever_is_known_there_are_three_at_most_of_three_kinds_and_each_says_why(picture: Picture) -> None:
    found = points_of(picture)
    every = [point for rule in RULES if (point := rule(picture))]
    assert found == tuple(every[:3]) == points_of(picture)
    assert len({one.what for one in found}) == len(found)
    assert all(one.what and one.why and len(one.what) + len(one.why) < 2000 and "\n" not in one.why for one in found)


@pytest.mark.parametrize("picture", [EVERYTHING, HOSTILE])
def test_too_much_and_hostile_words_make_three_points(picture: Picture) -> None:
    assert len(points_of(picture)) == 3
    assert all(isinstance(one, Point) and len(one.why) < 900 for one in points_of(picture))
