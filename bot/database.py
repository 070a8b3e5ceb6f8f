"""The database: `run` is the one commit.

A unit of work is a plain function of a session. It cannot await, so no network call can sit inside a transaction, and every
dialect works the same. SQLite gets exactly one writing thread (WAL, BEGIN IMMEDIATE) beside a few reading ones; PostgreSQL eight.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    JSON,
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    Text,
    cast,
    column,
    create_engine,
    event,
    func,
    inspect,
    literal,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
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
DEADLOCK = "40P01"
OURS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite"}
"""Whatever driver an address names (`postgresql+psycopg2`, `sqlite+aiosqlite`), these are the ones that are installed."""


def with_our_driver(address: str) -> URL:
    url = make_url(address)
    return url.set(drivername=OURS.get(url.get_backend_name(), url.drivername))


class Database:
    """Opens nothing before its first use. `url` is any SQLite or PostgreSQL address of SQLAlchemy's form.

    `at_once`: how many units of work a pass may give it at a time.
    """

    def __init__(self, url: str) -> None:
        self.url = with_our_driver(url)
        if self.url.get_backend_name() not in ("sqlite", "postgresql"):
            raise StaysailError(f"DATABASE_URL: found {self.url.drivername}; allowed: sqlite:///FILE or postgresql://HOST/NAME")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.writer = _engine(self.url, 1, "BEGIN IMMEDIATE") if self.is_sqlite else _engine(self.url, WRITERS)
        self.reader = _engine(self.url, READERS, "BEGIN") if self.is_sqlite else self.writer
        self.at_once = 1 if self.is_sqlite else BULK_WRITERS
        self._writing = ThreadPoolExecutor(1 if self.is_sqlite else WRITERS, "database-write")
        self._reading = ThreadPoolExecutor(READERS, "database-read") if self.is_sqlite else self._writing

    async def run(self, work: "Work[P, T]", *args: P.args, **kwargs: P.kwargs) -> T:
        """Does a unit of work in a thread and commits it. An exception undoes all of it."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, lambda: _unit(self.writer, work, *args, **kwargs))

    async def read(self, work: "Work[P, T]", *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `run` for work that only looks: on SQLite it never waits for the writer."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, lambda: _unit(self.reader, work, *args, **kwargs))

    def close(self) -> None:
        self._writing.shutdown()
        self._reading.shutdown()
        self.writer.dispose()
        self.reader.dispose()


def _unit(engine: Engine, work: "Work[P, T]", *args: P.args, **kwargs: P.kwargs) -> T:
    """A deadlock undoes one of two units of work; being plain functions of the database, they can simply be done again."""
    for last in (False, False, True):
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                return work(session, *args, **kwargs)
        except OperationalError as error:
            if last or getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
    raise AssertionError("unreachable")


def _engine(url: Any, size: int, begin: str | None = None) -> Engine:
    if begin is None:
        return create_engine(url, pool_size=size, max_overflow=0, pool_pre_ping=True)
    engine = create_engine(url, pool_size=size, max_overflow=0, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-8000", "wal_autocheckpoint=8000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("any_case", 1, _any_case, deterministic=True)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def insert_into(session: Session, table: Any) -> Any:
    """An INSERT of the session's dialect: ON CONFLICT is not standard SQL, but both databases write it alike."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def among(session: Session, values: Iterable[str]) -> Select[Any]:
    """For `column.in_(...)`: many values as one parameter. With one each, writing the statement takes longer than the look-up."""
    given = literal(json.dumps(list(values)), Text)
    if session.get_bind().dialect.name == "sqlite":
        return select(func.json_each(given).table_valued("value").c.value)
    return select(func.json_array_elements_text(cast(given, JSON)).column_valued())


def inserting(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> tuple[Any, Any]:
    """An INSERT of many rows, for the caller to complete, and the parameters to execute it with.

    To PostgreSQL all rows go as one JSON parameter: with one for each value, writing and reading the statement would take longer than
    the insert does.
    """
    statement = insert_into(session, inspect(table).local_table)
    if session.get_bind().dialect.name == "sqlite":
        return statement, rows
    names, types = list(rows[0]), inspect(table).columns
    given = cast(literal(json.dumps(rows, default=str), Text), JSON)
    record = func.json_to_recordset(given).table_valued(*(column(name, types[name].type) for name in names), name="record")
    return statement.from_select(names, select(*record.render_derived(with_types=True).c)), None


def add_all(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """All rows must have the same columns."""
    if rows:
        statement, values = inserting(session, table, rows)
        session.execute(statement, values)


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


Rules = tuple[tuple[str, str], ...]
"""Columns, each with the SQL expression (of `excluded` and the table) that an existing row gets."""


def upsert(
    session: Session,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    same: Mapping[str, Any] = MappingProxyType({}),
    rules: Rules = (),
) -> None:
    """Inserts rows, or overwrites those whose primary key stands. One statement a call; rows hold Python values in column order.

    `same` holds columns that are alike in all rows. A column in `rules` gets what its expression gives, in rows that stand.
    No key may come twice in one call.
    """
    dialect = session.get_bind().dialect
    values = [
        _bound(table.c[name].type.dialect_impl(dialect).bind_processor(dialect), column)
        for name, column in zip(columns, zip(*rows, strict=True), strict=False)
    ]
    if not values:
        return
    alike = [_bound(table.c[name].type.dialect_impl(dialect).bind_processor(dialect), [value])[0] for name, value in same.items()]
    into = _Into(table, tuple(columns), tuple(same), rules)
    if dialect.name == "sqlite":
        source = f"VALUES ({', '.join('?' * (len(columns) + len(same)))})"
        rows = zip(*values, *map(repeat, alike), strict=False)
        session.connection().exec_driver_sql(_upsert_text(into, source), list(rows))
    else:
        _copy_in(session.connection(), into, zip(*values, strict=True), alike)


@dataclass(frozen=True)
class _Into:
    """Where an upsert writes: columns that differ from row to row, columns that do not, and what existing rows get instead."""

    table: Table
    columns: tuple[str, ...]
    same: tuple[str, ...]
    rules: Rules


def _copy_in(connection: Connection, into: _Into, rows: Iterable[Sequence[Any]], alike: Sequence[Any]) -> None:
    """COPY is the quickest way in, but cannot overwrite: it goes through a table that lives as long as the transaction.

    In binary, which takes a third of the time that writing and reading numbers as text takes.
    """
    table = into.table
    incoming, names = f"incoming_{table.name}", ", ".join(map(_quoted, into.columns))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {incoming} ON COMMIT DROP AS SELECT {names} FROM {table.name} WITH NO DATA")  # noqa: S608
        with cursor.copy(f"COPY {incoming} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([table.c[name].type.compile(connection.dialect).lower() for name in into.columns])
            for row in rows:
                copy.write_row(row)
        cursor.execute(_upsert_text(into, f"SELECT {', '.join(['*'] + ['%s'] * len(alike))} FROM {incoming}"), alike)  # noqa: S608
        cursor.execute(f"DROP TABLE {incoming}")


def _bound(process: Callable[[Any], Any] | None, column: Sequence[Any]) -> Sequence[Any]:
    """A column's values as the driver takes them. Dates and moments repeat, and rows may share an empty dict: each is written once."""
    if process is None:
        return column
    try:
        written = {value: process(value) for value in set(column)}
        return [written[value] for value in column]
    except TypeError:  # JSON: not hashable
        objects = {id(value): value for value in column}
        written = {key: process(value) for key, value in objects.items()}
        return [written[id(value)] for value in column]


@lru_cache(maxsize=32)
def _upsert_text(into: _Into, source: str) -> str:
    """Names of our own tables and columns only; values are bound or copied."""
    table, names = into.table, (*into.columns, *into.same)
    keys = ", ".join(column.name for column in table.primary_key)
    new = {name: f"excluded.{_quoted(name)}" for name in names if name not in table.primary_key.columns}
    changed = ", ".join(f"{_quoted(name)} = {value}" for name, value in (new | dict(into.rules)).items())
    then = f"UPDATE SET {changed}" if changed else "NOTHING"
    return f"INSERT INTO {table.name} ({', '.join(map(_quoted, names))}) {source} ON CONFLICT ({keys}) DO {then}"


@lru_cache(maxsize=256)
def _quoted(name: str) -> str:
    return sqlite.dialect().identifier_preparer.quote(name)


def schema_problem(session: Session) -> str | None:
    """Why the schema is not the one this code needs, in words; None when it is right."""
    try:
        current = session.scalar(text("SELECT version_num FROM alembic_version"))
    except (OperationalError, ProgrammingError):
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
