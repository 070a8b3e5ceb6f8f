"""A CRM that is a database: one SELECT for accounts, one for contacts."""

from collections.abc import Iterator

from sqlalchemy import text

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
            for names, rows in self._warehouse.pages(connection, text(self._queries[entity].replace(":", r"\:"))):
                yield Page(tuple(name.lower() for name in names), rows)
