"""A customer's own database, read through SQLAlchemy: results stream, and every failure becomes one sentence."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Executable, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.errors import SourceFailed

PAGE = 2000


class Warehouse:
    """Reads only. `timeout` seconds bound each reading from connect to last row."""

    def __init__(self, url: str, timeout: float) -> None:
        try:
            self.url = make_url(url)
            if self.url.drivername in ("postgresql", "postgres"):
                self.url = self.url.set(drivername="postgresql+psycopg")
            if self.url.get_backend_name() == "sqlite" and self.url.database:
                # Opened read-only: a misspelt path must not create an empty database.
                self.url = self.url.set(database=f"file:{self.url.database}", query={"mode": "ro", "uri": "true"})
            self.engine = create_engine(self.url, poolclass=NullPool)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise SourceFailed(str(error)) from None
        self.timeout = timeout

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        expired = threading.Event()
        try:
            with self.engine.connect() as connection:
                timer = threading.Timer(self.timeout, _stop, (connection.connection.driver_connection, expired))
                timer.daemon = True
                timer.start()
                try:
                    yield connection
                finally:
                    timer.cancel()
        except SQLAlchemyError as error:
            if expired.is_set():
                raise SourceFailed(f"no answer within {self.timeout:g} s") from None
            raise SourceFailed(_reason(error)) from None

    def pages(self, connection: Connection, statement: Executable) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
        """Column names and rows, page by page, without holding the result in memory."""
        if self.url.drivername == "postgresql+psycopg":
            yield from _stream(connection, statement)
            return
        result = connection.execution_options(stream_results=True, max_row_buffer=PAGE).execute(statement)
        names = tuple(result.keys())
        for rows in result.partitions(PAGE):
            yield names, list(rows)


def _stream(connection: Connection, statement: Executable) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """libpq's chunked mode: unlike a server-side cursor, it lets PostgreSQL plan for the whole result, in parallel."""
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        rows: list[Any] = []
        try:
            for row in cursor.stream(str(compiled), compiled.params, size=500):
                rows.append(row)
                if len(rows) == PAGE:
                    yield _names(cursor), rows
                    rows = []
        except psycopg.Error as error:
            raise SQLAlchemyError(str(error)) from error
        if cursor.description:
            yield _names(cursor), rows


def _names(cursor: Any) -> tuple[str, ...]:
    return tuple(column.name for column in cursor.description)


def _stop(driver: Any, expired: threading.Event) -> None:
    expired.set()
    stop = getattr(driver, "interrupt", None) or getattr(driver, "cancel", None)
    if stop:
        stop()


def _reason(error: SQLAlchemyError) -> str:
    return str(error.__cause__ or error).strip().splitlines()[0]
