"""Databases for tests: every test that asks for `database` runs on SQLite and on PostgreSQL, migrated and empty."""

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bot.cli import YOUNG
from bot.database import Database
from bot.schema import migrate
from models import Base
from tests.calendars import CalendarServer, calendar_server
from tests.postgres import RUN, alone, choose_places, end, new_database, prepared_database

# As the command line does; its own habit draws a failure with all local variables, which takes seconds.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer()])
COMPILED = "staysail/compiled"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For variants that mean the same to every database: what they ask it, another test or variant asks PostgreSQL too."""
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""For what SQLite has no like of, or a sample of what goes on at length there."""

choose_places()
gc.set_threshold(YOUNG)  # as the program itself does
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine's pause is no failure
settings.load_profile("calm")


def pytest_collection_finish() -> None:
    """What has been loaded by now stays: no search for garbage needs to walk through it again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """What is garbage now warns of itself once: pytest would search five times through everything that was ever loaded."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """Twice as many as there are cores: a third of the time goes by waiting for answers."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """In a fresh clone, before the workers start: else each of them compiles everything for itself, which takes longer than loading it."""
    cache = getattr(config, "cache", None)  # pytest may run without one
    if config.getoption("numprocesses", None) and not config.getoption("help") and cache and not cache.get(COMPILED, None):
        collect = [sys.executable, "-m", "pytest", "-n", "0", "--collect-only", "-q", "-p", "no:cacheprovider"]
        halves = (["tests/scenario"], ["tests/integration", "tests/unit"])
        for half in [subprocess.Popen([*collect, *places], cwd=config.rootpath, stdout=subprocess.DEVNULL) for places in halves]:
            half.wait()
        cache.set(COMPILED, True)


def pytest_unconfigure() -> None:
    end()


@pytest.fixture(scope="session")
def migrated_postgres() -> str:
    """The name of a migrated, empty database, the same for all processes: for making others like it."""
    return prepared_database("migrated", _migrate)


@pytest.fixture(scope="session")
def postgres_url(migrated_postgres: str) -> str:
    """A migrated, empty database of this process."""
    return new_database("staysail", like=migrated_postgres)


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated, empty database, the same for all processes: for copying."""
    file = Path(os.environ[RUN]) / "template.db"
    with alone(file.with_suffix(".lock")):
        if not file.exists():
            _migrate(f"sqlite:///{file}.part")
            Path(f"{file}.part").rename(file)
    return file


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


@pytest.fixture(scope="session")
def sqlite_database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("sqlite") / "staysail.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres_database(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalendarServer]:
    with calendar_server(tmp_path_factory.mktemp("radicale"), {"looker": "sees only spans"}) as server:
        yield server


@pytest.fixture
def calendars(radicale: CalendarServer) -> CalendarServer:
    """A real CalDAV server without calendars."""
    radicale.clear()
    return radicale


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated, empty database."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    database: Database = request.getfixturevalue(name)
    yield database.url.render_as_string(hide_password=False)
    empty(database)


@pytest.fixture
def database(request: pytest.FixtureRequest, database_url: str) -> Database:
    """Stays open from test to test: what SQLAlchemy has compiled once serves all of them."""
    name = "sqlite_database" if database_url.startswith("sqlite") else "postgres_database"
    found: Database = request.getfixturevalue(name)
    return found


TABLES = [table.name for table in reversed(Base.metadata.sorted_tables)]
IDS_FROM_ONE = "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences"
AT_ONCE = "; ".join(["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {table}" for table in TABLES), IDS_FROM_ONE])
"""For PostgreSQL: one way there, and no look into thirty tables for whether a row that goes is still referred to."""


def empty(database: Database) -> None:
    """No rows, and ids from 1: a hundred times as quick as TRUNCATE, which makes every table and index anew."""
    with database.writer.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(AT_ONCE)
            return
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in TABLES:
            connection.exec_driver_sql(f"DELETE FROM {table}")
