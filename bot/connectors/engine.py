"""A customer's own database, read through SQLAlchemy: results stream, and every failure becomes one sentence."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Dialect, Executable, Select, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.errors import SourceFailed
from bot.landing import Landing, PostgresLanding, SqliteLanding

PAGE = 5000
PLAIN = {"pysqlite", "psycopg"}


class Warehouse:
    """Reads only, unless it `writes`. `timeout` seconds bound each reading from connect to last row."""

    def __init__(self, url: str, timeout: float, writes: bool = False) -> None:
        try:
            self.url = make_url(url)
            if self.url.drivername in ("postgresql", "postgres"):
                self.url = self.url.set(drivername="postgresql+psycopg")
            if self.url.get_backend_name() == "sqlite" and self.url.database:
                # Opened, not made: a misspelt path must not create an empty database.
                query = {"mode": "rw" if writes else "ro", "uri": "true"}
                self.url = self.url.set(database=f"file:{quote(self.url.database)}", query=query)
            self.engine = create_engine(self.url, poolclass=NullPool, connect_args=_patience(self.url, timeout, writes))
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise SourceFailed(str(error)) from None
        self.timeout = timeout

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._failing() as limited, self.engine.connect() as connection, limited(connection.connection.driver_connection):
            yield connection

    def land(self, statement: Select[Any], landing: Landing) -> bool:
        """Lets the statement's answer land: it must have the landing's columns and types. False: the databases are of different kinds."""
        compiled = _compiled(statement, self.engine.dialect)
        sqlite = self.engine.dialect.name == "sqlite"
        if isinstance(landing, SqliteLanding) and sqlite and self.url.database and "main." not in str(compiled):
            (file,), _ = self.engine.dialect.create_connect_args(self.url)
            with self._failing() as limited, limited(landing.driver):
                landing.fill(file, str(compiled), _in_order(compiled))
            return True
        if isinstance(landing, PostgresLanding) and self.engine.dialect.driver == "psycopg":
            with self.connect() as connection:
                driver: Any = connection.connection.driver_connection
                with driver.cursor().copy(f"COPY ({compiled}) TO STDOUT (FORMAT BINARY)", compiled.params) as blocks:
                    landing.fill(blocks)
            return True
        return False

    @contextmanager
    def _failing(self) -> Iterator[Callable[[Any], AbstractContextManager[None]]]:
        """Gives a way to limit a driver's connection; every failure, and the end of the time, becomes SourceFailed."""
        expired = threading.Event()
        failure: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        try:
            yield lambda driver: _limited(driver, failure, self.timeout, expired)
        except (SQLAlchemyError, failure) as error:
            if expired.is_set():
                raise SourceFailed(f"no answer within {self.timeout:g} s") from None
            raise SourceFailed(_reason(error)) from None

    def pages(self, connection: Connection, statement: Executable) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
        """Column names and rows, page by page, without holding the result in memory."""
        driver: Any = connection.connection.driver_connection
        if connection.dialect.driver in PLAIN:
            yield from _by_driver(connection, driver, statement)
            return
        result = connection.execution_options(stream_results=True, max_row_buffer=PAGE).execute(statement)
        names = tuple(result.keys())
        for rows in result.partitions(PAGE):
            yield names, list(rows)


def _by_driver(connection: Connection, driver: Any, statement: Executable) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Plain tuples, straight from the driver: a third of the time of a large reading goes into rows otherwise."""
    compiled = _compiled(statement, connection.dialect)
    rows = _rows(driver, compiled)
    names = next(rows, ())
    while page := list(islice(rows, PAGE)):
        yield names, page


def _rows(driver: Any, compiled: Any) -> Iterator[Any]:
    """The names of the columns, then the rows."""
    cursor = driver.cursor()
    if isinstance(driver, sqlite3.Connection):
        cursor.execute(str(compiled), _in_order(compiled))
        yield _names(cursor)
        yield from cursor
    else:
        # libpq's chunked mode: unlike a server-side cursor it lets PostgreSQL plan for the whole result, in parallel.
        rows = cursor.stream(str(compiled), compiled.params, size=500)
        first = next(rows, None)
        if first is not None:  # without a row there is no description either
            yield _names(cursor)
            yield first
            yield from rows


def _compiled(statement: Any, dialect: Dialect) -> Any:
    return statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})


def _in_order(compiled: Any) -> list[Any]:
    values = compiled.params
    return [values[name] for name in compiled.positiontup or ()]


def _names(cursor: Any) -> tuple[str, ...]:
    return tuple(column[0] for column in cursor.description)


def _patience(url: URL, timeout: float, writes: bool) -> dict[str, Any]:
    """A host that takes the connection and says nothing must not hold the sweep for longer than a slow query may; nor may a lock."""
    if writes and url.get_backend_name() == "sqlite":
        return {"timeout": timeout}
    named = url.drivername == "postgresql+psycopg" and "connect_timeout" not in url.query
    return {"connect_timeout": max(2, round(timeout))} if named else {}


@contextmanager
def _limited(driver: Any, failure: type[Exception], timeout: float, expired: threading.Event) -> Iterator[None]:
    done = threading.Event()
    threading.Thread(target=_stop_late, args=(driver, failure, timeout, expired, done), daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _stop_late(driver: Any, failure: type[Exception], timeout: float, expired: threading.Event, done: threading.Event) -> None:
    """Again and again: a stop that falls between two statements stops nothing."""
    stop = getattr(driver, "interrupt", None) or getattr(driver, "cancel", None)
    wait = timeout
    while not done.wait(wait):
        expired.set()
        wait = 0.5
        if stop:
            with suppress(failure):  # closed meanwhile
                stop()


def _reason(error: Exception) -> str:
    return str(error.__cause__ or error).strip().splitlines()[0]
