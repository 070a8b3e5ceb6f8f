"""Verdicts, trailing precision and its interval."""

import pytest

from bot.messages.actions import DismissReason, Outcome
from bot.playbooks.precision import ENOUGH, WINDOW, Precision, verdict_of, wilson


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    [
        # z² = 3.84146; by hand for 5 of 20: p = 0.25, spread z²/n = 0.192073, middle 0.25 + 0.0960365 = 0.3460365,
        # reach 1.959964 √(0.25 · 0.75/20 + 0.192073/80) = 1.959964 √0.01177591 = 0.2126896; both by 1.192073
        (5, 20, 0.1118617, 0.4687009),
        (0, 20, 0.0, 3.841459 / 23.841459),  # with no hit the upper end is z²/(n + z²)
        (20, 20, 20 / 23.841459, 1.0),  # and with nothing but hits the lower one is n/(n + z²)
        (1, 2, 0.0945312, 0.9054688),
        (15, 50, 0.1910355, 0.4375035),
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(hits: int, tries: int, low: float, high: float) -> None:
    assert wilson(hits, tries) == pytest.approx((low, high), abs=5e-5)


def test_nothing_tried_tells_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert Precision().share == 0.0
    assert not Precision().is_below(1.0)


@pytest.mark.parametrize(("hits", "tries"), [(0, 1), (1, 1), (3, 7), (50, 50), (0, 50)])
def test_the_interval_holds_the_share_and_stays_within_bounds(hits: int, tries: int) -> None:
    low, high = wilson(hits, tries)
    assert 0 <= low <= hits / tries <= high <= 1


@pytest.mark.parametrize("outcome", list(Outcome))
def test_whatever_was_done_about_it_was_worth_reading(outcome: Outcome) -> None:
    assert verdict_of("resolved", outcome.value) is True


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        (DismissReason.SEASONAL, False),
        (DismissReason.WRONG_DATA, False),
        (DismissReason.OTHER, False),
        (DismissReason.KNOWN, None),
        (DismissReason.NOT_NEEDED, None),
    ],
)
def test_a_dismissal_speaks_against_it_unless_it_was_true(reason: DismissReason, verdict: bool | None) -> None:
    assert verdict_of("dismissed", reason.value) is verdict


@pytest.mark.parametrize(("state", "outcome"), [("recovered", "recovered"), ("ended", "churned"), ("open", None)])
def test_what_nobody_closed_has_no_verdict(state: str, outcome: str | None) -> None:
    assert verdict_of(state, outcome) is None


def test_only_the_last_fifty_count() -> None:
    found = Precision.of([True] * 10 + [False] * 40 + [True] * 100)
    assert (found.useful, found.verdicts) == (10, WINDOW)


def test_too_few_verdicts_decide_nothing() -> None:
    assert not Precision(0, ENOUGH - 1).is_below(0.3)
    assert Precision(0, ENOUGH).is_below(0.3)


def test_the_least_itself_is_enough() -> None:
    assert not Precision(6, 20).is_below(0.3)
    assert Precision(5, 20).is_below(0.3)
    assert not Precision(0, 20).is_below(0.0)
