"""What a condition may not hold, and how its author is told."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import InvalidInput
from bot.playbooks.condition import Condition, compile_condition, compile_number
from tests.unit.condition_world import ACCOUNT, CATALOGUE, answers, fill, rows


def refusal(text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        compile_condition(text, CATALOGUE, place="mine.yml:7")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "position", "problem", "cure"),
    [
        ("", "column 1", "empty", "write a condition"),
        ("  \n ", "column 1", "empty", "write a condition"),
        ("aktive_users.ratio < 1", "column 1", "unknown signal `aktive_users.ratio`", "nearest: active_users.ratio"),
        ("arr > 1 AND\n  stag = 'x'", "line 2, column 3", "unknown signal `stag`", "nearest: stage"),
        ('stage = "growing"', "column 9", "unknown signal `growing`", "single quotes"),
        ("lower(name) = 'x'", "column 1", "function `lower`", "ABS, COALESCE"),
        ("count(*) > 1", "column 1", "function `count`", "ABS, COALESCE"),
        ("cast(arr as text) = 'x'", "column 1", "function `cast`", "ABS, COALESCE"),
        ("sum(arr) OVER () > 1", "column 1", "function `sum`", "ABS, COALESCE"),
        ("arr > (SELECT 1)", "column 8", "`SELECT`", "allowed: signals"),
        ("SELECT 1", "column 1", "`SELECT`", "allowed: signals"),
        ("arr > 1; DROP TABLE account", "column 8", "`;`", "allowed: signals"),
        ("arr > 1 -- and so on", "column 8", "comment", "YAML"),
        ("arr > 1 /* ; */ AND paused", "column 8", "comment", "YAML"),
        ("arr > :limit", "column 7", "`:`", "allowed: signals"),
        ("arr > ?", "column 7", "`?`", "allowed: signals"),
        ("arr > @x", "column 7", "`@`", "allowed: signals"),
        ("arr > $1", "column 7", "`$1`", "allowed: signals"),
        ("CASE WHEN paused THEN TRUE END", "column 1", "`CASE`", "allowed: signals"),
        ("arr::int > 1", "column 4", "`::`", "allowed: signals"),
        ("arr % 2 = 1", "column 5", "`%`", "allowed: signals"),
        ("name || 'x' = 'y'", "column 6", "`||`", "allowed: signals"),
        ("{{ 7 * 7 }}", "column 1", "`{`", "allowed: signals"),
        ("arr", "column 1", "`arr` is a number; a condition is needed", "a comparison"),
        ("arr + 1", "column 1", "`arr + 1` is a number", "a comparison"),
        ("NOT (arr)", "column 5", "`(arr)` is a number", "a comparison"),
        ("arr > 'x'", "column 7", "`arr` is a number, `'x'` is text", "same kind"),
        ("arr < 1 < 2", "column 11", "`arr < 1` is true or false", "same kind"),
        ("stage < 'a'", "column 1", "`stage` is text", "= <> IN LIKE"),
        ("paused > FALSE", "column 1", "`paused` is true or false", "= <>"),
        ("stage + 1 > 2", "column 1", "`stage` is text", "numbers"),
        ("-stage = 1", "column 2", "`stage` is text", "number"),
        ("arr IN (1, 'x')", "column 12", "different kinds", "same kind"),
        ("arr IN (seats)", "column 9", "other than a literal", "numbers"),
        ("arr IN ()", "column 1", "no list", "IN ('adoption'"),
        ("COALESCE(arr, 'x') > 1", "column 15", "different kinds", "same kind"),
        ("renewal_on < 'soon'", "column 14", "'soon' is not a date", "YYYY-MM-DD"),
        ("renewal_on < '2026-02-30'", "column 14", "'2026-02-30' is not a date", "YYYY-MM-DD"),
        ("renewal_on + seats > TODAY", "column 14", "`seats` cannot be added", "whole number of days"),
        ("renewal_on + 0.5 > TODAY", "column 14", "`0.5` cannot be added", "whole number of days"),
        ("arr = NULL", "column 1", "NULL", "IS NULL"),
        ("paused IS TRUE", "column 1", "IS", "stands alone"),
        ("name LIKE arr", "column 11", "`arr` is a number", "LIKE"),
        ("name LIKE stage", "column 11", "pattern", "backslash"),
        (r"name LIKE 'a\'", "column 11", "pattern", "backslash"),
        ("(arr, seats) = 1", "column 2", "a list", "allowed"),
        ("COALESCE(arr) > 1", "column 10", "COALESCE", "two arguments"),
        ("+", "column 1", "missing", "allowed"),
        ("IN", "column 1", "a keyword that stands alone", "allowed"),
        ("arr >", "column 5", "missing or superfluous", "allowed"),
        ("arr 5", "column 5", "missing or superfluous", "allowed"),
        ("arr > 1 AND", "column 8", "a condition is missing", "allowed"),
        ("(arr > 1", "column 1", "never closed", "add"),
        ("arr > 1)", "column 8", "closes nothing", "remove"),
        ("stage = 'it", "column 9", "quote", "close it"),
        ("arr > 5x", "column 7", "`5x` is not a number", "30d"),
        ("arr > 1e300", "column 7", "out of range", "1e+15"),
        (" * ".join(["arr"] * 9) + " > 1", "column 1", "too many factors", "8"),
        ("1" + " + 1" * 100 + " > arr", "column 1", "too deeply", "40"),
        ("(" * 17 + "paused" + ")" * 17, "column 17", "too many parentheses", "16"),
        ("NOT " * 900 + "paused", "column 1", "too deeply", "split"),
        ("arr > 1 OR " * 500 + "paused", "column 4001", "characters long", "4000"),
        ("name = 'a\0b'", "column 8", "NUL", "remove"),
        ("name = '\ud800'", "column 1", "surrogate", "UTF-8"),
    ],
)
def test_is_refused(text: str, position: str, problem: str, cure: str) -> None:
    said = refusal(text)
    assert said.startswith(f"mine.yml:7: {position}: ")
    assert problem in said
    assert cure in said


def test_all_mistakes_are_told_at_once_in_their_order() -> None:
    said = refusal("lower(name) = 'x' AND arrr > 1 AND stage > 3 AND arr = 1 1").splitlines()
    assert [re.search(r"column (\d+)", line)[1] for line in said] == ["1", "23", "44", "58"]  # type: ignore[index]


def test_an_unknown_signal_causes_no_second_complaint() -> None:
    assert len(refusal("COALESCE(-(arrr + 1) / 2, 3) BETWEEN 1 AND 2 OR namee LIKE 'x' AND ABS(arrr) IN (1)").splitlines()) == 3


@pytest.mark.parametrize("text", ["arr > 1", "stage", "TODAY", "", "arr +", "NULL"])
def test_a_priority_must_be_a_number(text: str) -> None:
    with pytest.raises(InvalidInput):
        compile_number(text, CATALOGUE)


WORDS = """
    arr seats stage name renewal_on paused active_users.ratio active_users . nonsense TODAY TRUE FALSE NULL 'x'
    'it''s' '2026-01-31' DATE 0 1 0.6 30d 1e9 "arr" = <> < <= > >= + - * / ( ) , AND OR NOT IN BETWEEN IS
    LIKE COALESCE( ABS(
    -- ; /* */ SELECT :x ? :: CASE WHEN END FROM % || [ ] {} ' " ` $$ @ # CAST( count( EXISTS \\
"""
FRAGMENTS = st.sampled_from(WORDS.split())
GOOD = st.sampled_from(
    [
        "active_users.ratio < 0.6 AND arr >= 5 AND stage IN ('adoption', 'growth')",
        "renewal_on BETWEEN TODAY AND TODAY + 60d AND NOT paused",
        "COALESCE(arr, 0) / (seats - 1) > ABS(-3) OR name LIKE '%bank%'",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 4))
        text = text[:at] + draw(st.one_of(st.text(max_size=3), FRAGMENTS)) + text[at + length :]
    return text


HOSTILE = st.one_of(st.text(), st.lists(FRAGMENTS, max_size=25).map(" ".join), mutated())
OUR_WORDS = """
    AND OR NOT IN BETWEEN IS NULL LIKE ESCAPE CAST AS DOUBLE PRECISION nullif coalesce abs lower date days julianday
    INTEGER VARCHAR DATE COLLATE C account as_of POSTCOMPILE
"""
OURS = {column.name for column in ACCOUNT.columns}.union(OUR_WORDS.split())
SQLITE = create_engine("sqlite://")
fill(SQLITE, rows())


def words(sql: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w*", re.sub(r"param_\d+|__\[POSTCOMPILE_param_\d+\]|%\((?:as_of|param_\d+)\)s", " ", sql)))


def assert_harmless(condition: Condition) -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        sql = str(condition.clause.compile(dialect=dialect))
        assert words(sql) <= OURS
        assert not re.search(r";|--|/\*|\d{2,}(?!\])", re.sub(r"param_\d+", "", sql))
    answers(SQLITE, condition)


@given(HOSTILE)
def test_any_text_is_a_harmless_condition_or_refused(text: str) -> None:
    try:
        condition = compile_condition(text, CATALOGUE)
    except InvalidInput:
        return
    assert_harmless(condition)


@given(HOSTILE)
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        compile_number(text, CATALOGUE)
