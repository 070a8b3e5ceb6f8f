"""A CRM that is a database: one SELECT for accounts, one for contacts."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import Select, TextClause, column, literal_column, select, text

from bot.connectors.engine import Warehouse
from bot.connectors.ports import Entity, Page


class SqlCrm:
    """`queries` maps an entity to its SELECT. Column names are taken as they come, in lower case."""

    def __init__(self, warehouse: Warehouse, queries: dict[Entity, str]) -> None:
        self._warehouse = warehouse
        self._queries = queries

    def offers(self, entity: Entity) -> bool:
        return entity in self._queries

    def read(self, entity: Entity) -> Iterator[Page]:
        with self._warehouse.connect() as connection:
            for names, rows in self._warehouse.pages(connection, self._query(entity)):
                yield Page(tuple(name.lower() for name in names), rows)

    def find(self, account_id: str) -> Page | None:
        """The query as it is, with a condition around it. An id is compared as the CRM keeps it: a number is not a text everywhere."""
        accounts = self._query("accounts").columns(column("id")).subquery("found")
        with self._warehouse.connect() as connection:
            sample = connection.execute(select(accounts.c.id).where(accounts.c.id.is_not(None)).limit(1)).scalar()
            with suppress(ValueError, ArithmeticError):  # such an id is none of this CRM's
                wanted = account_id if sample is None else type(sample)(account_id)
                statement: Select[Any] = select(literal_column("*")).select_from(accounts).where(accounts.c.id == wanted)
                for names, rows in self._warehouse.pages(connection, statement):
                    return Page(tuple(name.lower() for name in names), rows)
        return None

    def _query(self, entity: Entity) -> TextClause:
        return text(self._queries[entity].strip().rstrip(";").replace(":", r"\:") + "\n")
