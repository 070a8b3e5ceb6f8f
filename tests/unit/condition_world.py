"""A small table of accounts on SQLite and PostgreSQL, its catalogue, and the answers of a condition over it."""

import random
from datetime import date
from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, Double, Engine, Integer, MetaData, Numeric, Table, Text, insert, select

from bot.accounts.catalogue import Catalogue, Kind, Signal
from bot.playbooks.condition import Condition

TODAY: Final = date(2026, 3, 1)

ACCOUNT: Final = Table(
    "account",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("arr", Double),
    Column("seats", Integer),
    Column("fee", Numeric(12, 2)),
    Column("ratio", Double),
    Column("stage", Text),
    Column("name", Text),
    Column("started_on", Date),
    Column("renewal_on", Date),
    Column("paused", Boolean),
)

SIGNALS: Final = {
    "arr": Kind.number,
    "seats": Kind.number,
    "fee": Kind.number,
    "active_users.ratio": Kind.number,
    "stage": Kind.text,
    "name": Kind.text,
    "started_on": Kind.date,
    "renewal_on": Kind.date,
    "paused": Kind.boolean,
}

CATALOGUE: Final = Catalogue(Signal(name, kind, ACCOUNT.c[name.rpartition(".")[2]], "test") for name, kind in SIGNALS.items())

_VALUES: Final[dict[str, list[Any]]] = {
    "arr": [None, 0.0, 1.5, 1000.0, 250000.0, -3.0],
    "seats": [None, 0, 1, 2, 7, 40],
    "fee": [None, 0, 1, 2.5, 19.9],
    "ratio": [None, 0.0, 0.1, 0.3, 0.6, 1.0, 2.0],
    "stage": [None, "trial", "adoption", "growth", "Growth", ""],
    "name": [None, "Acme", "ACME", "Žluť & Co", "ŽLUŤ & CO", "a_b", "axb", "100%", "back\\slash", "it's", ""],
    "started_on": [None, date(2024, 2, 29), date(2025, 12, 31), date(2026, 3, 1)],
    "renewal_on": [None, date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 30), date(2027, 1, 1)],
    "paused": [None, True, False],
}


def rows() -> list[dict[str, Any]]:
    """Forty accounts, always the same; the first knows nothing."""
    chance = random.Random(2)
    known = [{name: chance.choice(values) for name, values in _VALUES.items()} for _ in range(39)]
    return [{"id": number, **row} for number, row in enumerate([dict.fromkeys(_VALUES), *known])]


def fill(engine: Engine, accounts: list[dict[str, Any]]) -> None:
    ACCOUNT.metadata.drop_all(engine)
    ACCOUNT.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(ACCOUNT), accounts)


def answers(engine: Engine, condition: Condition) -> list[bool | None]:
    """True, false or unknown for every account in turn."""
    statement = select(condition.clause.label("answer")).select_from(ACCOUNT).order_by(ACCOUNT.c.id)
    with engine.connect() as connection:
        return [None if answer is None else bool(answer) for answer in connection.scalars(statement, {"as_of": TODAY}).all()]
