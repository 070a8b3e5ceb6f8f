"""What a condition means, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, create_engine, select

from bot.accounts.catalogue import RESERVED
from bot.playbooks.condition import compile_condition, compile_date, compile_number, severity_of
from bot.playbooks.condition.tokens import CONSTANTS, KEYWORDS
from tests.postgres import new_database
from tests.unit.condition_world import ACCOUNT, CATALOGUE, TODAY, answers, fill


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = create_engine("sqlite://" if request.param == "sqlite" else new_database("conditions"))
    yield engine
    engine.dispose()


ACCOUNT_DATA = {
    "id": 1,
    "arr": 1000.0,
    "seats": 7,
    "fee": 19.9,
    "ratio": 0.5,
    "stage": "growth",
    "name": "Žluť 100% & Co",
    "started_on": date(2025, 3, 1),
    "renewal_on": date(2026, 3, 31),
    "paused": False,
}


@pytest.fixture(scope="session")
def one_account(engine: Engine) -> Engine:
    fill(engine, [ACCOUNT_DATA, {**dict.fromkeys(ACCOUNT_DATA), "id": 2}])
    return engine


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("active_users.ratio < 0.6 AND stage IN ('adoption', 'growth')", True, None),
        ("seats / 2 = 3.5", True, None),
        ("seats / 0 > 1", None, None),
        ("arr / (seats - 7) > 1 OR TRUE", True, True),
        ("fee = 19.9", True, None),
        ("1 - 2 - 3 = -4 AND 1 - (2 - 3) = 2 AND 2 + 3 * 4 = 14", True, True),
        ("8 / 4 / 2 = 1 AND 8 / (4 / 2) = 4", True, True),
        ("- -arr = 1000 AND -(arr - 1) = -999 AND ABS(-arr) = 1000", True, None),
        ("COALESCE(arr, 0) = 0", False, True),
        ("COALESCE(renewal_on, '2026-01-01') = '2026-01-01'", False, True),
        ("NOT arr > 5", False, None),
        ("NOT (arr > 5 AND seats > 5)", False, None),
        ("arr IS NULL", False, True),
        ("arr IS NOT NULL AND NOT arr IS NULL", True, False),
        ("paused", False, None),
        ("NOT paused", True, None),
        ("paused = FALSE AND paused <> TRUE", True, None),
        ("NOT COALESCE(paused, TRUE)", True, False),
        ("(NOT paused) IS NULL", False, True),
        ("NOT ((NOT paused) IS NULL)", True, False),
        ("(NOT paused) = TRUE AND FALSE = (NOT (NOT paused))", True, None),
        ("arr BETWEEN 1000 AND 1000", True, None),
        ("arr NOT BETWEEN 1 AND 2 AND seats > 1", True, None),
        ("seats IN (1, 7) AND seats NOT IN (-1, 8)", True, None),
        ("stage = 'Growth'", False, None),
        ("stage <> 'it''s'", True, None),
        ("stage LIKE 'GROW%'", True, None),
        ("name LIKE 'Ž%'", True, None),
        ("name LIKE 'ž%'", False, None),
        (r"name LIKE '%100\% %'", True, None),
        (r"name LIKE '%10_\%%' AND name NOT LIKE '%\_%'", True, None),
        ("renewal_on < '2026-04-01' AND renewal_on >= DATE '2026-03-31'", True, None),
        ("renewal_on IN ('2026-03-31')", True, None),
        ("renewal_on BETWEEN TODAY AND TODAY + 30d", True, None),
        ("renewal_on - 30 = TODAY AND 30 + TODAY = renewal_on", True, None),
        ("renewal_on < TODAY + 4w", False, None),
        ("renewal_on - TODAY = 30 AND TODAY - renewal_on = -30", True, None),
        ("TODAY - started_on = 365 AND renewal_on - '2026-03-01' = 30", True, None),
        ('"ARR" = 1000 AND "active_users"."ratio" = 0.5 AND Stage = \'growth\'', True, None),
    ],
)
def test_an_account_that_is_known_and_one_that_is_not(one_account: Engine, text: str, known: bool | None, unknown: bool | None) -> None:
    assert answers(one_account, compile_condition(text, CATALOGUE)) == [known, unknown]


def test_a_number_can_be_selected(one_account: Engine) -> None:
    number = compile_number("1 - active_users.ratio", CATALOGUE)
    with one_account.connect() as connection:
        assert connection.scalars(select(number.expression).order_by(ACCOUNT.c.id)).all() == [0.5, None]


def test_today_is_bound_when_the_condition_runs(one_account: Engine) -> None:
    condition = compile_condition("renewal_on = TODAY", CATALOGUE)
    statement = select(ACCOUNT.c.id).where(condition.clause)
    with one_account.connect() as connection:
        assert connection.scalars(statement, {"as_of": date(2026, 3, 31)}).all() == [1]
        assert connection.scalars(statement, {"as_of": TODAY}).all() == []


def test_parts_are_what_must_all_hold() -> None:
    text = "arr > 0\n AND (seats BETWEEN 1 AND 2 OR paused)  AND name <> 'a  AND b'"
    condition = compile_condition(text, CATALOGUE)
    assert [part.text for part in condition.parts] == [
        "arr > 0",
        "(seats BETWEEN 1 AND 2 OR paused)",
        "name <> 'a  AND b'",
    ]
    assert [part.signals for part in condition.parts] == [("arr",), ("seats", "paused"), ("name",)]
    assert condition.signals == ("arr", "seats", "paused", "name")
    assert condition.text == "arr > 0 AND (seats BETWEEN 1 AND 2 OR paused) AND name <> 'a  AND b'"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("arr BETWEEN 1 AND 2 AND paused", ["arr BETWEEN 1 AND 2", "paused"]),
        ("(arr > 1 AND paused)", ["arr > 1", "paused"]),
        ("arr > 1 AND paused OR seats > 1", ["arr > 1 AND paused OR seats > 1"]),
        ("(arr > 1) AND (paused)", ["(arr > 1)", "(paused)"]),
        ("NOT paused AND arr > 1", ["NOT paused", "arr > 1"]),
    ],
)
def test_only_the_outermost_and_separates_parts(text: str, parts: list[str]) -> None:
    assert [part.text for part in compile_condition(text, CATALOGUE).parts] == parts


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("active_users.ratio < 0.6 AND arr > 5", "-(active_users.ratio)"),
        ("stage = 'growth' AND arr >= 5", "arr"),
        ("0.6 > active_users.ratio", "-(active_users.ratio)"),
        ("NOT active_users.ratio >= 0.6", "-(active_users.ratio)"),
        ("NOT (NOT COALESCE(arr, (0)) > 5)", "COALESCE(arr, (0))"),
        ("TODAY - started_on > 90", "TODAY - started_on"),
        ("renewal_on < '2026-01-01' AND arr = 1 AND arr < seats", None),
    ],
)
def test_the_default_severity_follows_the_first_comparison_with_a_constant(text: str, severity: str | None) -> None:
    found = severity_of(compile_condition(text, CATALOGUE))
    assert (found and found.text) == severity


def test_severity_grows_as_things_get_worse(one_account: Engine) -> None:
    found = severity_of(compile_condition("active_users.ratio < 0.6", CATALOGUE))
    assert found is not None
    with one_account.connect() as connection:
        assert connection.scalars(select(found.expression).order_by(ACCOUNT.c.id)).all() == [-0.5, None]


def test_a_long_condition_of_many_parts_runs(one_account: Engine) -> None:
    text = " OR ".join(["arr = 1"] * 300)
    assert answers(one_account, compile_condition(text, CATALOGUE)) == [False, None]
    assert answers(one_account, compile_condition(text.replace("OR", "AND"), CATALOGUE)) == [False, None]


def test_no_signal_may_be_called_like_a_word_of_the_language() -> None:
    assert {word.lower() for word in (*KEYWORDS, *CONSTANTS)} == RESERVED


def test_a_date_is_an_expression_over_signals(one_account: Engine) -> None:
    found = compile_date("renewal_on - 2w", CATALOGUE)
    assert (found.text, found.signals) == ("renewal_on - 2w", ("renewal_on",))
    with one_account.connect() as connection:
        assert connection.scalars(select(found.expression).order_by(ACCOUNT.c.id)).all() == [date(2026, 3, 17), None]
