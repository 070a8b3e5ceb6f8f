"""The life of an alert: nothing leaves a closed state, the first wins, a double click changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.lifecycle import (
    CLOSED,
    AlreadyDone,
    Change,
    Measured,
    Returned,
    Snapshot,
    Standing,
    assign,
    dismiss,
    got_worse,
    join,
    remeasure,
    resolve,
    snooze,
    take,
    wake,
)
from bot.errors import Refused
from bot.messages.actions import DismissReason, Outcome
from bot.messages.catalog import State

NOW = datetime(2026, 3, 31, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
OPEN = Snapshot(State.OPEN)
HOLDS = Measured(in_care=True, churned=False, holds=True, recovered=False, severity=0.5, facts={"x": 1})

ACTS: dict[str, Callable[[Snapshot], Change | None]] = {
    "take": lambda a: take(a, "U1", NOW),
    "take by another": lambda a: take(a, "U2", NOW),
    "assign": lambda a: assign(a, "U1", "U2", NOW),
    "snooze": lambda a: snooze(a, LATER, NOW),
    "resolve": lambda a: resolve(a, "U1", Outcome.SAVED, NOW),
    "dismiss": lambda a: dismiss(a, "U1", DismissReason.SEASONAL, NOW),
}


def answer_of(name: str, alert: Snapshot) -> Change | AlreadyDone | None:
    try:
        return ACTS[name](alert)
    except AlreadyDone as error:
        return error


def after(alert: Snapshot, change: Change | None) -> Snapshot:
    known = {name: value for name, value in change.values.items() if name in Snapshot.__dataclass_fields__} if change else {}
    return replace(alert, **known)


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=8))
def test_whatever_people_do_a_closed_alert_stays_as_it_was_closed(acts: list[str]) -> None:
    alert = OPEN
    for name in acts:
        if alert.state in CLOSED:
            told = answer_of(name, alert)
            repeated = ("resolve", State.RESOLVED), ("dismiss", State.DISMISSED)
            if (name, alert.state) in repeated:
                assert told is None  # the same form, delivered twice
            else:
                assert isinstance(told, AlreadyDone)
                assert (told.who, told.at) == (alert.closed_by, alert.closed_at)
            continue
        told = answer_of(name, alert)
        if isinstance(told, AlreadyDone):
            assert (alert.state, told.who) == (State.TAKEN, alert.taken_by)
        else:
            alert = after(alert, told)
    assert (alert.closed_at is not None) == (alert.state in CLOSED)
    assert (alert.snoozed_until is not None) == (alert.state is State.SNOOZED)


def test_the_second_taker_is_told_who_was_first_and_a_double_click_changes_nothing() -> None:
    taken = after(OPEN, take(OPEN, "U1", NOW))
    assert take(taken, "U1", LATER) is None
    with pytest.raises(AlreadyDone) as told:
        take(taken, "U2", LATER)
    assert (told.value.who, told.value.at) == ("U1", NOW)


def test_what_is_woken_is_whose_it_was_and_the_second_is_told_who_was_first() -> None:
    for alert in (OPEN, after(OPEN, take(OPEN, "U3", NOW))):
        asleep = after(alert, snooze(alert, LATER, NOW))
        woken = after(asleep, wake(asleep, "U1", None))
        assert woken == alert
        assert wake(woken, "U1", Returned("woken", "U1", NOW)) is None
        with pytest.raises(AlreadyDone) as told:
            wake(woken, "U2", Returned("woken", "U1", NOW))
        assert (told.value.who, told.value.at) == ("U1", NOW)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: snooze(OPEN, NOW, NOW), "passed"),
        (lambda: wake(OPEN, "U1", None), "not snoozed"),
        (lambda: dismiss(OPEN, "U1", DismissReason.OTHER, NOW, "  "), "few words"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(act: Callable[[], Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        act()


@pytest.mark.parametrize(
    ("alert", "measured", "what", "state"),
    [
        (OPEN, HOLDS, None, State.OPEN),
        (OPEN, replace(HOLDS, facts={"x": 2}), "updated", State.OPEN),
        (OPEN, replace(HOLDS, severity=0.56), "worsened", State.OPEN),
        (OPEN, replace(HOLDS, severity=0.54), None, State.OPEN),
        (OPEN, replace(HOLDS, recovered=True), "recovered", State.RECOVERED),
        (OPEN, replace(HOLDS, recovered=None, holds=None), None, State.OPEN),
        (OPEN, replace(HOLDS, in_care=False, churned=True, recovered=True), "ended", State.ENDED),
        (replace(OPEN, state=State.SNOOZED, snoozed_until=LATER), replace(HOLDS, facts={"x": 2}), "updated", State.SNOOZED),
        (replace(OPEN, state=State.SNOOZED, snoozed_until=NOW), HOLDS, "returned", State.OPEN),
        (replace(OPEN, state=State.SNOOZED, snoozed_until=NOW, taken_by="U1"), HOLDS, "returned", State.TAKEN),
        (replace(OPEN, state=State.SNOOZED, snoozed_until=NOW), replace(HOLDS, holds=False), "recovered", State.RECOVERED),
        (replace(OPEN, state=State.SNOOZED, snoozed_until=NOW), replace(HOLDS, holds=None), "returned", State.OPEN),
    ],
)
def test_a_new_measuring_changes_only_what_it_must(alert: Snapshot, measured: Measured, what: str | None, state: State) -> None:
    followed = remeasure(alert, [Standing({"x": 1}, 0.5, measured)], NOW)
    assert (followed.change.what if followed.change else None) == what
    assert after(alert, followed.change).state is state


SNOOZED = replace(OPEN, state=State.SNOOZED, snoozed_until=NOW)
RECOVERED = replace(HOLDS, recovered=True)
NOT_TRUE = replace(HOLDS, holds=False)
LEFT = replace(HOLDS, in_care=False)


@pytest.mark.parametrize(
    ("alert", "measured", "what", "state", "ended"),
    [
        (OPEN, (RECOVERED, HOLDS), "reason_ended", State.OPEN, ["recovered", None]),
        (OPEN, (RECOVERED, None), "reason_ended", State.OPEN, ["recovered", None]),
        (OPEN, (RECOVERED, RECOVERED), "recovered", State.RECOVERED, ["recovered", "recovered"]),
        (OPEN, (RECOVERED, replace(HOLDS, severity=0.9)), "worsened", State.OPEN, ["recovered", None]),
        (OPEN, (None, None), None, State.OPEN, [None, None]),
        (OPEN, (HOLDS, LEFT), "ended", State.ENDED, [None, None]),
        (SNOOZED, (NOT_TRUE, HOLDS), "returned", State.OPEN, ["not_true", None]),
        (SNOOZED, (NOT_TRUE, RECOVERED), "recovered", State.RECOVERED, ["not_true", "recovered"]),
        (SNOOZED, (NOT_TRUE, None), "returned", State.OPEN, ["not_true", None]),
    ],
)
def test_an_alert_stands_as_long_as_one_of_its_reasons_does(
    alert: Snapshot, measured: tuple[Measured | None, ...], what: str | None, state: State, ended: list[str | None]
) -> None:
    followed = remeasure(alert, [Standing({"x": 1}, 0.5, one) for one in measured], NOW)
    assert (followed.change.what if followed.change else None) == what
    assert after(alert, followed.change).state is state
    assert [(values or {}).get("ended") for values in followed.reasons] == ended


def test_a_further_reason_wakes_what_was_put_to_sleep_without_knowing_of_it() -> None:
    assert after(SNOOZED, join(SNOOZED)).state is State.OPEN
    assert after(replace(SNOOZED, taken_by="U1"), join(replace(SNOOZED, taken_by="U1"))).state is State.TAKEN
    assert join(OPEN).values == {}


@given(st.floats(0.01, 1e6), st.floats(0, 1e6))
def test_worse_is_a_tenth_beyond_the_worst_so_far(worst: float, now: float) -> None:
    assert got_worse(worst, now) == (now > worst * 1.1 or now > worst + worst * 0.1)
    assert not got_worse(None, now)
    assert not got_worse(worst, None)
