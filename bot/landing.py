"""Where the answer of a database of our own kind lands: a table that only one connection sees, and ours takes it over from there.

Its rows never pass through Python, where each of them costs more than it costs both databases together.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Dialect, Table

from bot.bulk import Into, Rules, bound_alike, upsert_text
from bot.database import BUSY_SECONDS, CHECKPOINTS, DEADLOCK, Database

UNIT = 5000
"""Rows that SQLite takes over at a time: nobody else can write meanwhile."""
TAKEN = "23505"
ROWS = 1000
"""Rows that go to PostgreSQL in one piece."""


@dataclass(frozen=True)
class Place:
    """The table of ours that an answer is for, and the columns that it gives. `same`: what all its rows have in common besides."""

    table: Table
    columns: tuple[str, ...]
    same: Mapping[str, Any]
    rules: Rules = ()

    @property
    def into(self) -> Into:
        return Into(self.table, self.columns, tuple(self.same), self.rules)

    def alike(self, dialect: Dialect) -> list[Any]:
        return bound_alike(self.table, self.same, dialect)


class Landing(Protocol):
    """Holds one answer. Used by one thread at a time. `units`: what `take` has to be called with, each in a unit of work of its own."""

    def ask(self, expressions: str) -> Sequence[Any]:
        """One row about all that has landed."""
        ...

    def units(self) -> range: ...

    def take(self, unit: int) -> None:
        """Writes these rows into our table and commits, as `bot.bulk.upsert` would."""
        ...


class SqliteLanding:
    """A database without a name, which goes to disk when it grows. Ours is attached late: a source's names must not find our tables."""

    def __init__(self, database: Database, place: Place) -> None:
        self._own, self._place, self._dialect = database.url.database, place, database.writer.dialect
        self.busy = threading.Lock()
        self.driver = sqlite3.connect("", uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
        self.driver.execute("PRAGMA journal_mode = OFF")

    def fill(self, uri: str, statement: str, values: Sequence[Any]) -> None:
        """With what the statement reads in the file that `uri` names."""
        self.driver.execute("ATTACH ? AS source", (uri,))
        try:
            self.driver.execute(f"CREATE TABLE landed AS {statement}", values)
        finally:
            self.driver.execute("DETACH source")

    def ask(self, expressions: str) -> Sequence[Any]:
        found: Sequence[Any] = self.driver.execute(f"SELECT {expressions} FROM landed").fetchone()  # noqa: S608
        return found

    def units(self) -> range:
        """From the end: sources are read backwards (see `SqlUsage`), and rows in the order of their key are quicker to write."""
        self.driver.execute("ATTACH ? AS own", (self._own,))
        self.driver.execute("PRAGMA own.synchronous = NORMAL")
        self.driver.execute(f"PRAGMA {CHECKPOINTS}")
        return range(self.ask("max(rowid)")[0] or 0, 0, -UNIT)

    def take(self, unit: int) -> None:
        alike = self._place.alike(self._dialect)
        chosen = ", ".join([*self._place.columns, *("?" * len(alike))])
        source = f"SELECT {chosen} FROM landed WHERE rowid > ? AND rowid <= ? ORDER BY rowid DESC"  # noqa: S608
        with self.busy:
            self.driver.execute(upsert_text(self._place.into, source), [*alike, unit - UNIT, unit])

    def close(self) -> None:
        self.driver.close()


class PostgresLanding:
    """A temporary table on a connection of its own, which goes with it."""

    def __init__(self, database: Database, place: Place) -> None:
        self._connect, self._place, self._dialect = database.connect_apart, place, database.writer.dialect
        self.busy = threading.Lock()
        self.driver: Any = None
        self._landed = 0

    def fill(self, blocks: Iterable[Any]) -> None:
        """With what COPY in binary gives, as it comes: row by row."""
        self.driver, names = self._connect(), ", ".join(self._place.columns)
        with self.driver.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE landed AS SELECT {names} FROM {self._place.table.name} WITH NO DATA")  # noqa: S608
            with cursor.copy(f"COPY landed ({names}) FROM STDIN (FORMAT BINARY)") as copy:
                for block in _larger(blocks):
                    copy.write(block)
            self._landed = cursor.rowcount
        self.driver.commit()

    def ask(self, expressions: str) -> Sequence[Any]:
        found: Sequence[Any] = self.driver.execute(f"SELECT {expressions} FROM landed").fetchone()  # noqa: S608
        self.driver.commit()
        return found

    def units(self) -> range:
        return range(1)

    def take(self, unit: int) -> None:
        """Where another pass wrote the same rows meanwhile, once more: now they stand."""
        for last in (False, False, True):
            with self.busy:
                try:
                    self._take()
                    self.driver.commit()
                    return
                except self._dialect.loaded_dbapi.Error as error:
                    self.driver.rollback()
                    if last or getattr(error, "sqlstate", None) not in (TAKEN, DEADLOCK):
                        raise

    def _take(self) -> None:
        """First what stands, then what is new: half the time of ON CONFLICT. Where nothing stood, nobody needs to look for it again.

        In the order of the key, whose index then grows at its end only; compared as bytes, which is quickest and nearly any index's order.
        """
        into, alike = self._place.into, self._place.alike(self._dialect)
        table, columns = into.table.name, into.table.c
        same = (f"%s::{columns[name].type.compile(self._dialect)} AS {name}" for name in into.same)
        rows = f"FROM (SELECT *, {', '.join(same)} FROM landed) AS excluded"  # noqa: S608
        stands = " AND ".join(f"{table}.{key.name} = excluded.{key.name}" for key in into.table.primary_key)
        new = f"INSERT INTO {table} ({into.names}) SELECT {into.names} {rows}"
        order = ", ".join(f'{key.name} COLLATE "C"' for key in into.table.primary_key if key.name in into.columns)
        with self.driver.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")  # the pass's record, which follows, makes sure of these rows too
            stood = cursor.execute(f"UPDATE {table} SET {into.changes} {rows} WHERE {stands}", alike).rowcount  # noqa: S608
            if stood < self._landed:
                missing = f"WHERE NOT EXISTS (SELECT FROM {table} WHERE {stands})" if stood else ""
                cursor.execute(f"{new} {missing} ORDER BY {order}", alike)

    def close(self) -> None:
        if self.driver:
            self.driver.close()


def _larger(blocks: Iterable[Any]) -> Iterator[bytes]:
    """Whole rows, many at a time."""
    some: list[bytes] = []
    for block in blocks:
        some.append(block)
        if len(some) >= ROWS:
            yield b"".join(some)
            some.clear()
    yield b"".join(some)


@contextmanager
def landing(database: Database, place: Place) -> Iterator[SqliteLanding | PostgresLanding]:
    """Whoever gives up waiting for `take` closes nothing under its hands: `busy` is held while a thread is at it."""
    found = SqliteLanding(database, place) if database.is_sqlite else PostgresLanding(database, place)
    try:
        yield found
    finally:
        with found.busy:
            found.close()
