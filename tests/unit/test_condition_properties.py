"""Random conditions mean the same to SQLite, to PostgreSQL and to plain Python."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, assume, given, settings
from sqlalchemy import Engine, create_engine

from bot.errors import InvalidInput
from bot.playbooks.condition import Condition, compile_condition
from tests.postgres import new_database
from tests.unit.condition_oracle import Term, conditions
from tests.unit.condition_world import CATALOGUE, answers, fill, rows

ACCOUNTS = rows()
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    fill(engine, ACCOUNTS)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def on_postgresql() -> Iterator[Engine]:
    engine = create_engine(new_database("random_conditions"))
    fill(engine, ACCOUNTS)
    yield engine
    engine.dispose()


def compiled(text: str) -> Condition:
    """Random texts may be too long or too deep; then they prove nothing."""
    try:
        return compile_condition(text, CATALOGUE)
    except InvalidInput as error:
        assume(not any(word in str(error) for word in ("characters long", "too many factors", "too deeply", "too many paren")))
        raise


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(term=conditions)
def test_sqlite_answers_as_python_does(on_sqlite: Engine, term: Term) -> None:
    text, meaning = term
    assert answers(on_sqlite, compiled(text)) == [meaning(row) for row in ACCOUNTS]


@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
@given(term=conditions)
def test_postgresql_answers_as_python_does(on_postgresql: Engine, term: Term) -> None:
    text, meaning = term
    assert answers(on_postgresql, compiled(text)) == [meaning(row) for row in ACCOUNTS]


@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
@given(term=conditions)
def test_a_condition_holds_where_all_its_parts_do(on_sqlite: Engine, term: Term) -> None:
    condition = compiled(term[0])
    parts = [answers(on_sqlite, compiled(part.text)) for part in condition.parts]
    assert [all(each) for each in zip(*parts, strict=True)] == [answer is True for answer in answers(on_sqlite, condition)]
