"""The database: `run` is the one commit.

A unit of work is a plain function of a session. It cannot await, so no network call can sit inside a transaction, and every
dialect works the same. SQLite gets exactly one writing thread (WAL, BEGIN IMMEDIATE) beside a few reading ones; PostgreSQL eight.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import md5
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Date,
    Engine,
    Integer,
    Text,
    create_engine,
    event,
    literal,
    make_url,
    text,
)
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.errors import StaysailError
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
        connection.create_function("any_case", 1, _any_case, deterministic=True)
        connection.create_function("id_number", 1, _id_number, deterministic=True)
        connection.create_function("local_day", 2, _local_day, deterministic=True)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class _AnyCase(FunctionElement[str]):
    name = "any_case"
    type = Text()
    inherit_cache = True


def any_case(column: Any) -> ColumnElement[str]:
    """A text in lower case, in any script, as Python's `str.lower` has it. SQLite's own lower() knows A–Z only."""
    return _AnyCase(column)


@compiles(_AnyCase)
def _lower(element: _AnyCase, compiler: SQLCompiler, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(_AnyCase, "sqlite")
def _own_function(element: _AnyCase, compiler: SQLCompiler, **options: Any) -> str:
    return f"any_case({compiler.process(element.clauses, **options)})"


def _any_case(value: str | None) -> str | None:
    return None if value is None else value.lower()


class _IdNumber(FunctionElement[int]):
    name = "id_number"
    type = Integer()
    inherit_cache = True


def id_number(column: Any) -> ColumnElement[int]:
    """28 bits of a text's MD5, as a number: what spreads accounts evenly, and the same on both databases."""
    return _IdNumber(column)


@compiles(_IdNumber)
def _md5(element: _IdNumber, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(CAST('x' || substr(md5({compiler.process(element.clauses, **options)}), 1, 7) AS bit(28)) AS integer)"


@compiles(_IdNumber, "sqlite")
def _own_md5(element: _IdNumber, compiler: SQLCompiler, **options: Any) -> str:
    return f"id_number({compiler.process(element.clauses, **options)})"


def _id_number(value: str | None) -> int | None:
    return None if value is None else int(md5(value.encode(), usedforsecurity=False).hexdigest()[:7], 16)


class _LocalDay(FunctionElement[date]):
    name = "local_day"
    type = Date()
    inherit_cache = True


def local_day(moment: ColumnElement[Any], zone: ZoneInfo) -> ColumnElement[date]:
    """The calendar day of a moment, as the clocks in a zone showed it then. SQLite knows no zones."""
    return _LocalDay(moment, literal(zone.key))


def zone_problem(session: Session, zone: ZoneInfo) -> str | None:
    """Why days cannot be counted there, in words: PostgreSQL has names of zones of its own, and an old server misses new ones."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    known = session.scalar(text("SELECT true FROM pg_timezone_names WHERE name = :name"), {"name": zone.key})
    return None if known else f"PostgreSQL knows no time zone `{zone.key}`"


@compiles(_LocalDay)
def _at_time_zone(element: _LocalDay, compiler: SQLCompiler, **options: Any) -> str:
    moment, zone = (compiler.process(operand, **options) for operand in element.clauses)
    return f"CAST({moment} AT TIME ZONE {zone} AS date)"


@compiles(_LocalDay, "sqlite")
def _own_local_day(element: _LocalDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"local_day({compiler.process(element.clauses, **options)})"


def _local_day(moment: str | None, zone: str) -> str | None:
    """A sweep asks it of every account, several times: most hours lie in one day, and are looked up once."""
    if moment is None:
        return None
    return _day_of_hour(moment[:13], zone) or _there(moment, zone).date().isoformat()


@lru_cache(maxsize=1 << 15)
def _day_of_hour(hour: str, zone: str) -> str | None:
    """None: the day ends in this hour, or the clocks change."""
    begins, ends = (_there(f"{hour}:{rest}", zone) for rest in ("00", "59:59.999999"))
    same = (begins.date(), begins.utcoffset()) == (ends.date(), ends.utcoffset())
    return begins.date().isoformat() if same else None


def _there(moment: str, zone: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))


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
