"""The records of a CRM that is a database: a SELECT that shows one, an UPDATE that changes it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from bot.connectors.engine import Warehouse
from bot.connectors.ports import PLACEHOLDER, RECORD, Values, placeholders, same_values
from bot.errors import RecordChanged, RecordMissing, RecordRefused, SourceFailed

SAFE = ("SERIALIZABLE", "REPEATABLE READ", "SNAPSHOT")
"""The isolation levels under which nobody changes a row between our reading and our writing, the best first."""
COLLISIONS = {"40001", "40P01", 1213}
"""PostgreSQL's serialization failure and deadlock, MySQL's deadlock: nothing was done, and it may be tried again."""
TRIES = 3


class SqlRecords:
    """`read` and `write` are the statements of the settings; `timeout` seconds bound each call."""

    def __init__(self, url: str, read: str, write: str, timeout: float) -> None:
        self._url, self._timeout = url, timeout
        self._read, self._write = _statement(read), _statement(write)
        self._named = set(placeholders(write))
        self._warehouse = Warehouse(url, timeout, writes=True)

    def read_record(self, account_id: str, within: float | None = None) -> Values:
        patient = within is None or within >= self._timeout
        warehouse = self._warehouse if patient else Warehouse(self._url, within or 0, writes=True)
        with warehouse.connect() as connection:
            return _as_text(self._row(connection, account_id))

    def write_record(self, account_id: str, old: Values, new: Values) -> None:
        """Somebody who changes the record at the same moment makes us read it again."""
        with self._changing() as connection:
            for last in (False,) * (TRIES - 1) + (True,):
                try:
                    self._exchange(connection, account_id, old, new)
                    connection.commit()
                    return
                except (DataError, IntegrityError) as error:
                    raise RecordRefused(f"the CRM does not take these values: {_first_line(error)}") from None
                except DBAPIError as error:
                    if last or not _collided(error):
                        raise
                    connection.rollback()

    def rehearse(self, account_id: str) -> None:
        with self._changing() as connection:
            _begin(connection)
            row = self._row(connection, account_id)
            self._change(connection, account_id, row, {})
            connection.rollback()

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with self._warehouse.connect() as connection:
            level = _safest(connection)
            yield connection.execution_options(isolation_level=level) if level else connection

    def _exchange(self, connection: Connection, account_id: str, old: Values, new: Values) -> None:
        _begin(connection)
        row = self._row(connection, account_id)
        found = _as_text(row)
        if not same_values(found, old):
            raise RecordChanged(found)
        self._change(connection, account_id, row, new)

    def _change(self, connection: Connection, account_id: str, row: Mapping[str, Any], new: Values) -> None:
        values = {"id": account_id, **row, **new}
        changed = connection.execute(self._write, {name: values[name] for name in self._named}).rowcount
        if changed != 1:
            raise SourceFailed(f"crm.write.write changed {changed} rows instead of one; nothing was written")
        stands = _as_text(self._row(connection, account_id))
        if not same_values(stands, {**_as_text(row), **new}):
            wrong = _listed(name for name in RECORD if not same_values({name: stands.get(name)}, {name: values.get(name)}))
            raise SourceFailed(f"the CRM did not keep {wrong} as it was written; nothing was written")

    def _row(self, connection: Connection, account_id: str) -> Mapping[str, Any]:
        """The record, by field in lower case, as the database has it."""
        result = connection.execute(self._read, {"id": account_id})
        names = [column.lower() for column in tuple(result.keys())]
        if strange := set(names) - set(RECORD):
            raise SourceFailed(f"crm.write.read gives {_listed(strange)}; allowed: {', '.join(RECORD)}")
        if missing := self._named - set(names) - {"id"}:
            raise SourceFailed(f"crm.write.write sets {_listed(missing)}, which crm.write.read does not give")
        rows = result.fetchmany(2)
        if not rows:
            raise RecordMissing(f"the CRM has no record of the account {account_id}")
        if len(rows) > 1:
            raise SourceFailed(f"crm.write.read gives more than one row for the account {account_id}")
        return dict(zip(names, rows[0], strict=True))


def _statement(written: str) -> TextClause:
    """A colon in a text is the statement's own."""
    return text(PLACEHOLDER.sub(lambda found: found[0] if found[1] else re.sub(r"(?<!\\):", r"\:", found[0]), written))


def _safest(connection: Connection) -> Any:
    """The best of the isolation levels that the database has; None where a level does not help."""
    driver: Any = connection.connection.dbapi_connection
    try:
        offered = connection.dialect.get_isolation_level_values(driver)
    except NotImplementedError:
        return None
    return next((level for level in SAFE if level in offered and connection.dialect.name != "sqlite"), None)


def _begin(connection: Connection) -> None:
    """SQLite's own BEGIN lets somebody else write between our reading and our writing; other databases have their isolation."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _collided(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlstate", None) or next(iter(getattr(error.orig, "args", ())), None)
    return code in COLLISIONS


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]


def _as_text(row: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in row.items()}


def _listed(names: Any) -> str:
    return ", ".join(sorted(names))
