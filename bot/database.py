"""The database: `run` is the one commit.

A unit of work is a plain function of a session. It cannot await, so no network call can sit inside a transaction, and every
dialect works the same. SQLite gets exactly one writing thread (WAL, BEGIN IMMEDIATE) beside a few reading ones; PostgreSQL eight.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.errors import StaysailError
from bot.functions import PYTHONS
from models import SCHEMA

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[Concatenate[Session, P], T]

READERS, WRITERS = 4, 8
BULK_WRITERS = 2
"""How many units of one pass may be under way at once on PostgreSQL: one waits for its commit while the other writes."""
BUSY_SECONDS = 15
CHECKPOINTS = "wal_autocheckpoint=8000"
DEADLOCK = "40P01"
OURS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite"}
"""Whatever driver an address names (`postgresql+psycopg2`, `sqlite+aiosqlite`), these are the ones that are installed."""


def with_our_driver(address: str) -> URL:
    url = make_url(address)
    return url.set(drivername=OURS.get(url.get_backend_name(), url.drivername))


class Database:
    """Opens nothing before its first use. `url` is any SQLite or PostgreSQL address of SQLAlchemy's form.

    `at_once`: how many units of work a pass may give it at a time. `reads_ahead`: whether a pass reads the next page meanwhile. Beside
    SQLite both would only take longer: its driver lets go of Python's lock at every row, and each time waits to get it back.
    """

    def __init__(self, url: str) -> None:
        self.url = with_our_driver(url)
        if self.url.get_backend_name() not in ("sqlite", "postgresql"):
            raise StaysailError(f"DATABASE_URL: found {self.url.drivername}; allowed: sqlite:///FILE or postgresql://HOST/NAME")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.writer = _engine(self.url, 1, "BEGIN IMMEDIATE") if self.is_sqlite else _engine(self.url, WRITERS)
        self.reader = _engine(self.url, READERS, "BEGIN") if self.is_sqlite else self.writer
        self.at_once = 1 if self.is_sqlite else BULK_WRITERS
        self.reads_ahead = not self.is_sqlite
        self._writing = ThreadPoolExecutor(1 if self.is_sqlite else WRITERS, "database-write")
        self._reading = ThreadPoolExecutor(READERS, "database-read") if self.is_sqlite else self._writing

    async def run(self, work: "Work[P, T]", *args: P.args, **kwargs: P.kwargs) -> T:
        """Does a unit of work in a thread and commits it. An exception undoes all of it."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, lambda: _unit(self.writer, work, *args, **kwargs))

    async def read(self, work: "Work[P, T]", *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `run` for work that only looks: on SQLite it never waits for the writer."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, lambda: _unit(self.reader, work, *args, **kwargs))

    def connect_apart(self) -> Any:
        """A connection of the driver's beside the pool: whoever keeps it for long keeps it from nobody. Blocks."""
        arguments, named = self.writer.dialect.create_connect_args(self.url)
        return self.writer.dialect.connect(*arguments, **named)

    async def write(self, work: Callable[[], T]) -> T:
        """Does work on a connection of its own where `run` does its: SQLite is written to by one thread only."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, work)

    def close(self) -> None:
        self._writing.shutdown()
        self._reading.shutdown()
        self.writer.dispose()
        self.reader.dispose()


def _unit(engine: Engine, work: "Work[P, T]", *args: P.args, **kwargs: P.kwargs) -> T:
    """A deadlock, or a connection that is lost, undoes a unit of work; being a plain function of the database, it can simply be done
    again. Not so when the connection is lost at the commit: nobody knows whether that has happened."""
    for last in (False, False, True):
        worked = False
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                found = work(session, *args, **kwargs)
                worked = True
                return found
        except OperationalError as error:
            undone = getattr(error.orig, "sqlstate", None) == DEADLOCK or (error.connection_invalidated and not worked)
            if last or not undone:
                raise
    raise AssertionError("unreachable")


def _engine(url: Any, size: int, begin: str | None = None) -> Engine:
    if begin is None:
        return create_engine(url, pool_size=size, max_overflow=0)
    engine = create_engine(url, pool_size=size, max_overflow=0, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-8000", CHECKPOINTS):
            connection.execute(f"PRAGMA {pragma}")
        for name, arguments, function in PYTHONS:
            connection.create_function(name, arguments, function, deterministic=True)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def schema_problem(session: Session) -> str | None:
    """Why the schema is not the one this code needs, in words; None when it is right."""
    try:
        current = session.scalar(text("SELECT version_num FROM alembic_version"))
    except (OperationalError, ProgrammingError) as error:
        if error.connection_invalidated:  # no answer at all: `_unit` asks again
            raise
        current = None
    if current == SCHEMA:
        return None
    return f"the schema is at {current or 'nothing'}, this version needs {SCHEMA}: run `staysail migrate`"


def reachable(session: Session) -> str | None:
    try:
        session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return str(error.__cause__ or error).splitlines()[0]
    return None
