"""Rows by the thousand: inserts and upserts as SQLite and PostgreSQL each take them quickest."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, Column, Connection, Dialect, Select, Table, Text, cast, column, func, inspect, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


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


SMALL = 1000
"""Rows: a table of no more is quickly read in any way."""
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
    values = [bound(table.c[name], column, dialect) for name, column in zip(columns, zip(*rows, strict=True), strict=False)]
    if not values:
        return
    alike = bound_alike(table, same, dialect)
    into = Into(table, tuple(columns), tuple(same), rules)
    if dialect.name == "sqlite":
        source = f"VALUES ({', '.join(['?'] * len(columns) + _as_literals(session, alike))})"
        session.connection().exec_driver_sql(upsert_text(into, source), list(zip(*values, strict=True)))
    else:
        _copy_in(session.connection(), into, zip(*values, strict=True), alike)


def _as_literals(session: Session, values: Sequence[Any]) -> list[str]:
    """As SQLite writes them. Bound, each of them would cost as much in every row as a value of its own."""
    if not values:
        return []
    asked = f"SELECT {', '.join(['quote(?)'] * len(values))}"
    return list(session.connection().exec_driver_sql(asked, tuple(values)).one())


def count_anew(session: Session, table: Table, rows: int) -> None:
    """Called after so many rows came. PostgreSQL plans by what it counted last, and counts by itself only some time after a large load:
    until then it looks each account up one by one."""
    if session.get_bind().dialect.name == "postgresql" and rows > SMALL:
        counted = session.scalar(text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)"), {"name": table.name})
        if counted is not None and counted < rows / 2:
            session.execute(text("SET LOCAL default_statistics_target = 10"))  # 3,000 rows looked at: enough to know how many there are
            session.execute(text(f"ANALYZE {table.name}"))


@dataclass(frozen=True)
class Into:
    """Where an upsert writes: columns that differ from row to row, columns that do not, and what existing rows get instead."""

    table: Table
    columns: tuple[str, ...]
    same: tuple[str, ...]
    rules: Rules

    @property
    def names(self) -> str:
        return ", ".join(map(_quoted, (*self.columns, *self.same)))

    @property
    def changes(self) -> str:
        """For SET, from rows that are called `excluded`."""
        names = [name for name in (*self.columns, *self.same) if name not in self.table.primary_key.columns]
        new = {name: f"excluded.{_quoted(name)}" for name in names} | dict(self.rules)
        return ", ".join(f"{_quoted(name)} = {value}" for name, value in new.items())


def _copy_in(connection: Connection, into: Into, rows: Iterable[Sequence[Any]], alike: Sequence[Any]) -> None:
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
        cursor.execute(upsert_text(into, f"SELECT {', '.join(['*'] + ['%s'] * len(alike))} FROM {incoming}"), alike)  # noqa: S608
        cursor.execute(f"DROP TABLE {incoming}")


def bound_alike(table: Table, same: Mapping[str, Any], dialect: Dialect) -> list[Any]:
    """Values that all rows have in common, as the driver takes them."""
    return [bound(table.c[name], [value], dialect)[0] for name, value in same.items()]


def bound(kind: Column[Any], column: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
    """A column's values as the driver takes them. Dates and moments repeat, and rows may share an empty dict: each is written once."""
    process = kind.type.dialect_impl(dialect).bind_processor(dialect)
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
def upsert_text(into: Into, source: str) -> str:
    """Names of our own tables and columns only; values are bound or copied."""
    keys = ", ".join(column.name for column in into.table.primary_key)
    then = f"UPDATE SET {into.changes}" if into.changes else "NOTHING"
    return f"INSERT INTO {into.table.name} ({into.names}) {source} ON CONFLICT ({keys}) DO {then}"


@lru_cache(maxsize=256)
def _quoted(name: str) -> str:
    return sqlite.dialect().identifier_preparer.quote(name)
