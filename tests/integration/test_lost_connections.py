"""PostgreSQL was started anew, or a firewall dropped what lay idle: whoever clicks next must not notice."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.clock import now
from bot.database import Database, schema_problem
from models import Source
from tests.postgres import drop_database, new_database

OTHERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def database(migrated_postgres: str) -> Iterator[Database]:
    """One of its own: a pool tells by the time whether a connection is older than the loss, and other tests travel in time."""
    url = new_database("lost", like=migrated_postgres)
    database = Database(url)
    yield database
    database.close()
    drop_database(url)


def lose_connections(database: Database) -> None:
    engine = create_engine(database.url)
    with engine.connect() as connection:
        connection.execute(text(OTHERS))
    engine.dispose()


def add(session: Session, name: str) -> None:
    session.add(Source(name=name, tried_at=now()))
    session.flush()


def names(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT name FROM sources ORDER BY name")))


async def test_what_lay_idle_and_was_lost_is_opened_again(database: Database) -> None:
    await database.run(add, "before")
    lose_connections(database)
    assert await database.read(names) == ["before"]
    lose_connections(database)
    await database.run(add, "after")
    assert await database.read(names) == ["after", "before"]


async def test_the_schema_is_not_taken_for_missing(database: Database) -> None:
    assert await database.read(schema_problem) is None
    lose_connections(database)
    assert await database.read(schema_problem) is None


async def test_work_that_was_under_way_is_done_again_whole(database: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        add(session, "first")
        if len(tries) == 1:
            lose_connections(database)
        add(session, "second")

    await database.run(work)
    assert await database.read(names) == ["first", "second"]
    assert len(tries) == 2


async def test_what_may_have_been_committed_is_not_done_again(database: Database) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        add(session, "first")
        lose_connections(database)

    with pytest.raises(OperationalError):
        await database.run(work)
    assert len(tries) == 1
    assert await database.read(names) == []
