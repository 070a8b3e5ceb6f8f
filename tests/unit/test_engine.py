"""The engine alone: from a place and what is known now to what is done and where the play stands then."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playbooks.engine import Place, draw, share_of
from bot.playbooks.program import Split
from tests.unit.programs import LETTER, ONE, START, Walk, program, tell


def test_steps_follow_each_other_to_the_end() -> None:
    walk = Walk(program(tell("a"), tell("b")))
    assert walk.look() == ["0", "1"]
    assert (walk.ended, walk.place.done) == ("done", 2)


@pytest.mark.parametrize(("holds", "way"), [(True, "then"), (False, "else"), (None, "else")])
def test_an_unknown_condition_takes_the_else(holds: bool | None, way: str) -> None:
    walk = Walk(program({"if": "arr > 1", "then": [tell("a")], "else": [tell("b")]}, tell("c")))
    assert walk.look(truths=[holds]) == ["0", f"0.{way}.0", "1"]


def test_a_branch_without_else_goes_on_behind_it() -> None:
    walk = Walk(program({"if": "arr > 1", "then": [tell("a")]}, tell("c")))
    assert walk.look(truths=[False]) == ["0", "1"]


def test_a_wait_ends_at_its_time_and_not_before() -> None:
    walk = Walk(program({"wait": "3d"}, tell("a")))
    assert walk.look() == []
    assert (walk.due_at, walk.waiting) == (START + 3 * ONE, None)
    assert walk.look(START + 3 * ONE - timedelta(seconds=1)) == []
    assert walk.due_at == START + 3 * ONE, "looking at it does not prolong it"
    assert walk.look(START + 3 * ONE) == ["0", "1"]


def test_a_wait_for_a_condition_ends_with_it_or_at_the_latest() -> None:
    for truths, at, came in (([True], START + ONE, "condition"), ([False], START + 7 * ONE, "time")):
        walk = Walk(program({"wait": {"until": "score > 5", "at_most": "7d"}}, tell("a")))
        assert walk.look(truths=[None]) == []
        assert (walk.due_at, walk.waiting) == (START + 7 * ONE, "condition")
        assert walk.look(at, truths) == ["0", "1"]
        assert walk.then
        assert walk.then.visits[0].detail == {"came": came, "since": START.isoformat()}


def test_a_condition_that_holds_already_is_not_waited_for() -> None:
    assert Walk(program({"wait": {"until": "score > 5"}}, tell("a"))).look(truths=[True]) == ["0", "1"]


def test_a_wait_without_end_has_no_time() -> None:
    walk = Walk(program({"wait": {"until": "score > 5"}}))
    walk.look(truths=[False])
    assert (walk.due_at, walk.waiting) == (None, "condition")


def test_a_wait_for_an_event_ends_with_it_or_at_the_latest() -> None:
    for events, at in ((["paid"], START + ONE), ([], START + 2 * ONE)):
        walk = Walk(program({"wait": {"event": "paid", "at_most": "2d"}}, tell("a")))
        assert walk.look() == []
        assert walk.waiting == "event:paid"
        assert walk.look(START + ONE / 2, events=["other"]) == []
        assert walk.look(at, events=events) == ["0", "1"]


def test_a_wait_for_a_card_stands_still_while_that_is_snoozed() -> None:
    walk = Walk(program({"card": "churn-risk"}, {"wait": {"event": "alert_closed", "at_most": "3d"}}, tell("a")))
    assert walk.look() == ["0"]
    assert walk.look(START + ONE, asleep=True) == []
    assert (walk.due_at, walk.waiting) == (START + 2 * ONE, "event:alert_closed"), "to be sure"
    assert walk.look(START + 4 * ONE, asleep=True) == []
    assert walk.look(START + 5 * ONE) == []
    assert walk.due_at == START + 7 * ONE, "a day of it had gone by"
    assert walk.look(START + 7 * ONE) == ["1", "2"]


def test_one_event_ends_one_wait() -> None:
    walk = Walk(program({"repeat": [{"wait": {"event": "paid"}}, tell("thanks")], "at_most": 3}))
    walk.look()
    assert walk.look(START + ONE, events=["paid"]) == ["0.repeat.0", "0.repeat.1"]
    assert walk.waiting == "event:paid"
    assert walk.look(START + 2 * ONE, events=["paid"]) == ["0.repeat.0", "0.repeat.1"]


def test_what_happened_while_another_wait_lasted_does_not_end_the_next() -> None:
    walk = Walk(program({"wait": {"event": "paid"}}, {"wait": {"event": "opened"}}, tell("a")))
    walk.look()
    assert walk.look(START + ONE, events=["paid", "opened"]) == ["0"]


MORNING = {"wait": {"at": "09:00"}}
NIGHT = {"wait": {"at": "02:30"}}
ABROAD = {"wait": {"at": "09:00", "of": "contact"}}


@pytest.mark.parametrize(
    ("wait", "now", "until"),
    [
        (MORNING, "2026-03-27T09:30", "2026-03-28T08:00"),  # winter: Prague is an hour ahead
        (MORNING, "2026-03-28T09:30", "2026-03-29T07:00"),  # the clocks go forward in that night
        (MORNING, "2026-03-29T06:59", "2026-03-29T07:00"),
        (MORNING, "2026-10-24T08:00", "2026-10-25T08:00"),  # and back
        (MORNING, "2026-10-25T08:00", "2026-10-26T08:00"),
        (NIGHT, "2026-03-28T12:00", "2026-03-29T01:30"),  # left out that night: an hour's move makes it 03:30
        (NIGHT, "2026-03-29T01:30", "2026-03-30T00:30"),
        (NIGHT, "2026-10-24T12:00", "2026-10-25T00:30"),  # comes twice: the first of the two
        (NIGHT, "2026-10-25T00:45", "2026-10-26T01:30"),
        (ABROAD, "2026-03-07T15:00", "2026-03-08T13:00"),  # New York's clocks go forward three weeks earlier
    ],
)
def test_a_local_time_is_met_across_changes_of_clocks(wait: dict[str, object], now: str, until: str) -> None:
    walk = Walk(program(wait, tell("a")))
    begins, ends = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (now, until))
    assert walk.look(begins) == []
    assert walk.due_at == ends
    assert walk.look(ends) == ["0", "1"]


def test_rounds_that_wait_for_a_time_of_day_take_a_day_each() -> None:
    walk = Walk(program({"repeat": [MORNING, tell("a")], "at_most": 3}))
    moments = [datetime(2026, 3, day, 8, tzinfo=UTC) for day in (27, 28)]
    walk.look(moments[0] - timedelta(hours=1))
    for now in moments:
        assert walk.look(now) == ["0.repeat.0", "0.repeat.1"]
    assert walk.due_at == datetime(2026, 3, 29, 7, tzinfo=UTC)


def test_a_letter_is_decided_on_a_look_of_its_own() -> None:
    walk = Walk(program(tell("a"), LETTER, LETTER))
    assert walk.look() == ["0"]
    assert walk.then
    assert (walk.then.at_customer, walk.due_at) == (True, START)
    assert walk.look() == ["1"]
    assert walk.look() == ["2"]
    assert walk.ended == "done"


def test_a_change_of_the_account_is_looked_at_before_the_next_decision() -> None:
    walk = Walk(program({"set": {"tag": "vip"}}, {"if": "arr > 1", "then": [tell("a")]}))
    assert walk.look(truths=[True]) == ["0"]
    assert walk.due_at == START
    assert walk.look(truths=[False]) == ["1"]


def test_rounds_end_when_there_were_enough() -> None:
    walk = Walk(program({"repeat": [tell("a")], "at_most": 3}, tell("b")))
    assert walk.look() == ["0.repeat.0"] * 3 + ["0", "1"]
    assert walk.place.rounds == {}


def test_rounds_end_before_the_next_when_the_condition_holds() -> None:
    walk = Walk(program({"repeat": [tell("a"), {"wait": "1d"}], "at_most": 9, "until": "score > 5"}, tell("b")))
    assert walk.look(truths=[False]) == ["0.repeat.0"]
    assert walk.look(START + ONE, [False]) == ["0.repeat.1", "0.repeat.0"]
    assert walk.look(START + 2 * ONE, [True]) == ["0.repeat.1", "0", "1"]
    assert walk.then
    assert walk.then.visits[1].detail == {"rounds": 2}


def test_rounds_within_rounds_are_counted_anew() -> None:
    inner = {"repeat": [tell("a")], "at_most": 2}
    walk = Walk(program({"repeat": [inner, tell("b")], "at_most": 3}))
    assert Counter(walk.look()) == {"0.repeat.0.repeat.0": 6, "0.repeat.0": 3, "0.repeat.1": 3, "0": 1}


def test_a_split_in_rounds_draws_the_same_each_time() -> None:
    split = {"split": {"x": 1, "y": 1}, "x": [tell("x")], "y": [tell("y")]}
    walk = Walk(program({"repeat": [split], "at_most": 4}))
    did = Counter(walk.look())
    assert sorted(did.values()) == [1, 4, 4]
    assert walk.place.variants == {"0.repeat.0": next(path for path in did if path.count(".") == 4).split(".")[3]}


def test_a_variant_without_steps_goes_on_behind_the_split() -> None:
    walks = [Walk(program({"split": {"x": 1, "y": 1}, "x": [tell("x")]}, tell("z")), f"t{number}") for number in range(20)]
    assert {tuple(walk.look()) for walk in walks} == {("0", "0.x.0", "1"), ("0", "1")}


def test_the_draw_follows_the_weights_and_the_target_alone() -> None:
    op = Split("3", (("a", 1, 10), ("b", 2, 20), ("c", 7, 30)))
    drawn = [draw(op, f"mine:acc-{number}:") for number in range(10_000)]
    assert drawn == [draw(op, f"mine:acc-{number}:") for number in range(10_000)]
    counts = Counter(name for name, _ in drawn)
    assert all(abs(counts[name] / 10_000 - share) < 0.02 for name, share in (("a", 0.1), ("b", 0.2), ("c", 0.7)))
    assert {begins for name, begins in drawn if name == "b"} == {20}
    other = [draw(Split("4", op.variants), f"mine:acc-{number}:") for number in range(1000)]
    assert other != drawn[:1000], "each split is drawn for itself"


def test_the_lot_stays_the_same_for_ever() -> None:
    assert share_of("3:mine:acc-1:") == pytest.approx(0.9746954, abs=1e-6)


@pytest.mark.parametrize(("step", "reason", "words"), [({"goal": "signed"}, "goal", "signed"), ({"stop": None}, "stopped", "")])
def test_a_play_ends_where_its_steps_say(step: dict[str, str | None], reason: str, words: str) -> None:
    walk = Walk(program({"if": "arr > 1", "then": [step]}, tell("after")))
    assert walk.look(truths=[True]) == ["0", "0.then.0"]
    assert walk.then
    assert (walk.ended, walk.then.words, walk.due_at) == (reason, words, None)


def test_goal_and_exit_come_before_every_step_and_the_goal_first() -> None:
    for goal, leave, reason in ((True, True, "goal"), (False, True, "exit")):
        walk = Walk(program(tell("a")))
        assert walk.look(goal=goal, leave=leave) == []
        assert walk.ended == reason


def test_a_play_with_cards_waits_for_them_at_its_end() -> None:
    walk = Walk(program({"card": "churn-risk"}, {"task": {"what": "Call"}}, tell("a")))
    assert walk.look() == ["0", "1", "2"]
    assert (walk.ended, walk.waiting, walk.due_at, walk.place.alerts) == (None, "alert", None, 2)


def test_a_long_walk_without_waits_rests_and_goes_on() -> None:
    inner = {"repeat": [{"if": "arr > 1", "then": [tell("a")]}], "at_most": 1000}
    walk = Walk(program({"repeat": [inner], "at_most": 9}))
    walk.look(truths=[False])
    assert (walk.ended, walk.due_at) == (None, START)
    done = len(walk.then.visits) if walk.then else 0
    done += len(walk.all(truths=[False]))
    assert (walk.ended, done) == ("done", 9 * 1001 + 1)


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)) | st.none()
COUNTS = st.dictionaries(st.text("0123.then", max_size=8), st.integers(1, 9), max_size=3)


@settings(deadline=None)
@given(
    st.builds(
        Place, st.integers(0, 99), st.integers(0, 999), st.integers(0, 9), COUNTS, st.dictionaries(st.text(), st.text()), MOMENTS, MOMENTS
    )
)
def test_a_place_is_read_as_it_was_written(place: Place) -> None:
    assert Place.read(place.step, place.as_json()) == place
