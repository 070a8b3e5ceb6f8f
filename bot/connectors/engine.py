"""A customer's own database, read through SQLAlchemy: results stream, and every failure becomes one sentence."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Executable, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.errors import SourceFailed

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
        expired = threading.Event()
        try:
            with self.engine.connect() as connection:
                done = threading.Event()
                limited = (connection.connection.driver_connection, connection.dialect.loaded_dbapi.Error, self.timeout, expired, done)
                threading.Thread(target=_stop_late, args=limited, daemon=True).start()
                try:
                    yield connection
                finally:
                    done.set()
        except SQLAlchemyError as error:
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
    compiled: Any = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    try:
        rows = _rows(driver, compiled)
        names = next(rows, ())
        while page := list(islice(rows, PAGE)):
            yield names, page
    except connection.dialect.loaded_dbapi.Error as error:
        raise SQLAlchemyError(str(error)) from error


def _rows(driver: Any, compiled: Any) -> Iterator[Any]:
    """The names of the columns, then the rows."""
    cursor = driver.cursor()
    if isinstance(driver, sqlite3.Connection):
        values = compiled.params
        cursor.execute(str(compiled), [values[name] for name in compiled.positiontup or ()])
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


def _names(cursor: Any) -> tuple[str, ...]:
    return tuple(column[0] for column in cursor.description)


def _patience(url: URL, timeout: float, writes: bool) -> dict[str, Any]:
    """A host that takes the connection and says nothing must not hold the sweep for longer than a slow query may; nor may a lock."""
    if writes and url.get_backend_name() == "sqlite":
        return {"timeout": timeout}
    named = url.drivername == "postgresql+psycopg" and "connect_timeout" not in url.query
    return {"connect_timeout": max(2, round(timeout))} if named else {}


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


def _reason(error: SQLAlchemyError) -> str:
    return str(error.__cause__ or error).strip().splitlines()[0]
