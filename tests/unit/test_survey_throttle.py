"""How often a person is asked: a pure rule, against a slow and plain reading of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings.customer_forms import BetweenForm, SurveySettings
from bot.surveys.survey import Kind
from bot.surveys.throttle import Question, Rest, Why, reach, rest

NOW = datetime(2026, 3, 31, 8, tzinfo=UTC)
DAY = timedelta(days=1)
PLAIN = SurveySettings()


def nps(days: float, survey: str = "nps", open_for: float | None = None) -> Question:
    at = NOW + days * DAY
    return Question(survey, Kind.NPS, True, at, at + open_for * DAY if open_for else None)


def ces(days: float, survey: str = "ces-ticket") -> Question:
    return Question(survey, Kind.CES, False, NOW + days * DAY)


def csat(days: float) -> Question:
    return Question("csat-onboarding", Kind.CSAT, False, NOW + days * DAY)


def rules(a_year: int = 2, **between: object) -> SurveySettings:
    return SurveySettings(a_year=a_year, between=BetweenForm(**between))  # type: ignore[arg-type]


def later(days: float, why: Why = Why.ASKED_LATELY) -> Rest:
    return Rest(NOW + days * DAY, why)


@pytest.mark.parametrize(
    ("question", "asked", "said", "found"),
    [
        (nps(0), [], PLAIN, None),
        (nps(0), [nps(-89)], PLAIN, later(1)),
        (nps(0), [nps(-90)], PLAIN, None),
        (nps(0), [nps(10)], PLAIN, later(100)),  # one that is still to leave counts too
        (nps(0), [nps(90)], PLAIN, None),
        (ces(0), [ces(-29), nps(-1)], PLAIN, later(1)),
        (ces(0), [csat(-20)], PLAIN, later(10)),  # both are about one thing that happened
        (ces(0), [nps(-1)], PLAIN, None),
        (ces(0), [nps(-1)], rules(any="7d"), later(6)),
        (ces(0), [ces(-40)], rules(ces="60d"), later(20)),
        (ces(0), [csat(-40)], rules(ces="60d"), None),
        (ces(0), [ces(-20)], rules(ces="5d"), later(10)),  # the longest that applies counts
        (nps(0), [nps(-300), nps(-100)], PLAIN, later(65, Why.A_YEAR)),
        (nps(0), [nps(-365), nps(-100)], PLAIN, None),
        (nps(0), [nps(-300), nps(-200), nps(-100)], rules(a_year=3), later(65, Why.A_YEAR)),
        (nps(0), [nps(-200), nps(100)], PLAIN, later(190)),  # the year is over on day 165, and then 90 days from the other
        (ces(0), [nps(-300), nps(-100)], PLAIN, None),
        (nps(0), [nps(-100, open_for=120)], PLAIN, later(20, Why.WAITING)),
        (nps(0), [nps(-100, "nps-renewal", open_for=120)], PLAIN, None),
        (nps(0), [nps(5, open_for=1)], rules(relational="1d"), later(6, Why.WAITING)),
    ],
)
def test_what_is_in_the_way(question: Question, asked: list[Question], said: SurveySettings, found: Rest | None) -> None:
    assert rest(question, asked, said) == found


def test_how_far_back_it_looks() -> None:
    assert reach(PLAIN) == 365 * DAY
    assert reach(rules(csat="400d")) == 400 * DAY


LENGTHS = st.sampled_from([timedelta(), DAY, 20 * DAY, 45 * DAY])
RULES = st.builds(
    SurveySettings,
    a_year=st.integers(1, 3),
    between=st.builds(BetweenForm, any=LENGTHS, relational=LENGTHS, transactional=LENGTHS, nps=LENGTHS, csat=st.none(), ces=LENGTHS),
)
SURVEYS = (("a", Kind.NPS, True), ("b", Kind.NPS, True), ("c", Kind.CSAT, False), ("d", Kind.CES, False), ("e", Kind.CSAT, True))
QUESTIONS = st.builds(
    lambda survey, days, open_for: Question(*survey, NOW + days * DAY, open_until=NOW + (days + open_for) * DAY if open_for else None),
    st.sampled_from(SURVEYS),
    st.integers(-500, 60),
    st.sampled_from([0, 0, 21]),
)


def breaks(question: Question, asked: Sequence[Question], said: SurveySettings) -> bool:
    """The rule once more, day by day and pair by pair."""
    between = said.between
    for other in asked:
        needed = [between.any]
        needed += [between.relational] if question.relational and other.relational else []
        needed += [between.transactional] if not question.relational and not other.relational else []
        needed += [getattr(between, question.kind.value) or timedelta()] if question.kind == other.kind else []
        if abs(question.at - other.at) < max(needed):
            return True
        if other.survey == question.survey and other.open_until and question.at < other.open_until:
            return True
    if not question.relational:
        return False
    times = [other.at for other in asked if other.relational]
    years = [start for start in (*times, question.at) if start <= question.at < start + 365 * DAY]
    return any(sum(start <= at < start + 365 * DAY for at in times) >= said.a_year for start in years)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(question=QUESTIONS, asked=st.lists(QUESTIONS, max_size=5), said=RULES)
def test_it_gives_the_first_moment_at_which_nothing_is_broken(question: Question, asked: list[Question], said: SurveySettings) -> None:
    found = rest(question, asked, said)
    days = round((found.until - question.at) / DAY) if found else 0
    assert not breaks(replace(question, at=question.at + days * DAY), asked, said)
    assert all(breaks(replace(question, at=question.at + before * DAY), asked, said) for before in range(max(0, days - 40), days))
    assert found is None or days > 0
