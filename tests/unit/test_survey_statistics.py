"""Figures of surveys, held against examples worked out by hand and against published ones."""

from collections import Counter
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feedback.statistics import TOO_FEW, Figure, ces, csat, figure_of, median, nps, wilson
from bot.surveys.survey import SCALES, Band, Kind


def test_nps_of_a_hundred_answers_worked_out_by_hand() -> None:
    """50 promoters, 30 passives, 20 detractors: 50 % - 20 % = 30 points.

    n' = 103; p = 50.75/103 = 0.492718; d = 20.75/103 = 0.201456; m = 0.291262
    p + d - m² = 0.694175 - 0.084834 = 0.609341; √(0.609341/103) = 0.076915; × 1.959964 = 0.150751
    0.291262 - 0.150751 = 0.140511; 0.291262 + 0.150751 = 0.442013
    """
    figure = nps({10: 30, 9: 20, 8: 15, 7: 15, 6: 12, 0: 8})
    assert (figure.value, figure.count) == (pytest.approx(30.0), 100)
    assert figure.low == pytest.approx(14.0511, abs=1e-4)
    assert figure.high == pytest.approx(44.2013, abs=1e-4)
    assert figure.shares == {Band.LOW: pytest.approx(0.2), Band.MIDDLE: pytest.approx(0.3), Band.HIGH: pytest.approx(0.5)}


def test_nps_of_unanimous_answers_still_has_an_interval() -> None:
    """Ten promoters: n' = 13; p = 10.75/13 = 0.826923; d = 0.75/13 = 0.057692; m = 0.769231
    p + d - m² = 0.884615 - 0.591716 = 0.292899; √(0.292899/13) = 0.150103; × 1.959964 = 0.294196; the upper end is cut to 100."""
    figure = nps({10: 10})
    assert (figure.value, figure.high) == (100.0, 100.0)
    assert figure.low == pytest.approx(47.5035, abs=1e-3)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published_by_newcombe(hits: int, total: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3."""
    assert wilson(hits, total) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_csat_counts_the_top_two_boxes() -> None:
    figure = csat({5: 50, 4: 31, 3: 100, 2: 41, 1: 41})
    assert figure.value == pytest.approx(81 / 263)
    assert (figure.low, figure.high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert figure.shares[Band.MIDDLE] == pytest.approx(100 / 263)


def test_ces_of_ten_answers_worked_out_by_hand() -> None:
    """3, 4, 5, 5, 6, 6, 6, 7, 7, 7: the sum is 56, the mean 5.6.

    Squares of the distances: 6.76 + 2.56 + 2 × 0.36 + 3 × 0.16 + 3 × 1.96 = 16.4; s² = 16.4/9 = 1.822222; s/√10 = 0.426875
    t of 9 degrees of freedom at 0.975 is 2.262 in every table (2.262157); 2.262157 × 0.426875 = 0.965658
    """
    figure = ces({3: 1, 4: 1, 5: 2, 6: 3, 7: 3})
    assert figure.value == pytest.approx(5.6)
    assert (figure.low, figure.high) == (pytest.approx(4.634342, abs=1e-5), pytest.approx(6.565658, abs=1e-5))
    assert figure.shares[Band.HIGH] == pytest.approx(0.8)


def test_a_single_answer_leaves_the_whole_scale_open() -> None:
    figure = ces({6: 1})
    assert (figure.low, figure.value, figure.high) == (1.0, 6.0, 7.0)


def test_nobody_answered() -> None:
    assert figure_of(Kind.NPS, {}) is None
    assert figure_of(Kind.CSAT, {5: 0}) is None


def test_nine_answers_are_too_few_and_ten_are_not() -> None:
    assert TOO_FEW == 10
    assert nps({9: 9}).says_nothing
    assert not nps({9: 10}).says_nothing


def test_a_score_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="11 is not on the scale of nps"):
        nps({11: 1})


@st.composite
def answers(draw: st.DrawFn) -> tuple[Kind, list[int]]:
    kind = draw(st.sampled_from(Kind))
    return kind, draw(st.lists(st.sampled_from(SCALES[kind]), min_size=1, max_size=60))


UNIT = {Kind.NPS: (-100.0, 100.0), Kind.CSAT: (0.0, 1.0), Kind.CES: (1.0, 7.0)}


def _figure(kind: Kind, scores: list[int]) -> Figure:
    figure = figure_of(kind, Counter(scores))
    assert figure is not None
    return figure


@settings(max_examples=60, deadline=None)
@given(answers())
def test_figures_keep_to_their_scale_and_shares_to_one(given: tuple[Kind, list[int]]) -> None:
    kind, scores = given
    figure, (least, most) = _figure(kind, scores), UNIT[kind]
    assert least <= figure.low <= figure.high <= most
    assert least <= figure.value <= most
    assert figure.count == len(scores)
    assert isclose(sum(figure.shares.values()), 1)


@settings(max_examples=60, deadline=None)
@given(answers())
def test_the_same_answers_ten_times_say_the_same_more_surely(given: tuple[Kind, list[int]]) -> None:
    kind, scores = given
    few, many = _figure(kind, scores * 3), _figure(kind, scores * 30)
    assert isclose(few.value, many.value)
    assert many.high - many.low <= few.high - few.low + 1e-9
    assert many.low - 1e-9 <= many.value <= many.high + 1e-9 or kind is Kind.NPS


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SCALES[Kind.NPS]), min_size=1, max_size=60))
def test_nps_is_the_mean_of_plus_one_and_minus_one(scores: list[int]) -> None:
    """The published definition, by another way."""
    assert isclose(nps(Counter(scores)).value, 100 * sum((score > 8) - (score < 7) for score in scores) / len(scores), abs_tol=1e-9)


@given(st.lists(st.integers(0, 30), max_size=20))
def test_the_median_is_that_of_the_values_one_by_one(values: list[int]) -> None:
    import statistics

    assert median(Counter(values)) == (statistics.median(values) if values else None)
