"""Databases of customers: what the CRM and usage queries read, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.database import Database
from tests.postgres import new_database


@pytest.fixture(scope="session")
def customer_postgres() -> str:
    """A database of its own beside Staysail's."""
    return new_database("customer")


@pytest.fixture
def postgres_source(customer_postgres: str) -> Iterator[str]:
    """An empty PostgreSQL database of a customer."""
    yield customer_postgres
    engine = create_engine(customer_postgres)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        connection.execute(text("DROP SCHEMA IF EXISTS analytics CASCADE"))
    engine.dispose()


@pytest.fixture
def sqlite_source(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'customer.db'}"


@pytest.fixture
def same_source(request: pytest.FixtureRequest, database: Database) -> str:
    """An empty database of a customer, of the kind that ours is."""
    url: str = request.getfixturevalue("sqlite_source" if database.is_sqlite else "postgres_source")
    return url


@pytest.fixture(params=["from sqlite", "from postgresql"])
def source_url(request: pytest.FixtureRequest) -> str:
    """An empty database of a customer, on both."""
    name = "sqlite_source" if request.param == "from sqlite" else "postgres_source"
    url: str = request.getfixturevalue(name)
    return url
