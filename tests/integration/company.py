"""A customer's CRM and usage tables as a test wants them, and sweeps over them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from bot import clock
from bot.accounts.fields import Fields
from bot.accounts.signals import Signals, read_known
from bot.connectors.ports import Metric
from bot.database import Database
from bot.settings import Settings, load_settings
from bot.sources import sweep_of
from jobs.report import Report
from jobs.sweep import Sweep
from models import Account, Alert, OutboxMessage, Reason

UTC = ZoneInfo("UTC")
DAY = date(2026, 3, 31)
ONE = timedelta(days=1)
COLUMNS = "id, name, owner_email, arr, seats, stage, started_on, renewal_on, churned_on"
ACTIVE = {"from": "usage", "account": "account_id", "day": "day", "value": "n", "aggregate": "avg", "recent": "14d", "baseline": "56d"}


@lru_cache(maxsize=8)
def _engine(url: str) -> Engine:
    """A test fills its tables in several goes; no connection stays open between them."""
    return create_engine(url, poolclass=NullPool)


def sql(url: str, *statements: str) -> None:
    with _engine(url).begin() as connection:
        for statement in statements:
            connection.execute(text(statement.replace(":", r"\:")))


def fill(url: str, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    names = [name.strip() for name in columns.split(",")]
    values = [dict(zip(names, row, strict=True)) for row in rows]
    if not values:
        return
    with _engine(url).begin() as connection:
        statement = text(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(':' + name for name in names)})")
        connection.execute(statement, values)


@dataclass
class Company:
    """Its own databases at `url`, and Staysail's `database`. Tables `crm` and `usage` with the plainest columns unless told otherwise."""

    folder: Path
    url: str
    database: Database
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        base = {
            "workspace": {"timezone": "Europe/Prague"},
            "channels": {"alerts": "#cs-alerts", "admins": "#cs-admins"},
            "crm": {"url": self.url, "accounts": "SELECT * FROM crm"},
            "usage": {"url": self.url, "metrics": {"active_users": ACTIVE}},
            "alerts": {"deadlines": []},
        }
        self.settings = base | self.settings

    def make(self, crm: str | None = None, usage: str = "account_id TEXT, day TEXT, n INTEGER") -> None:
        columns = crm or (
            "id TEXT, name TEXT, owner_email TEXT, arr REAL, seats INTEGER, stage TEXT, started_on TEXT, renewal_on TEXT, churned_on TEXT"
        )
        sql(self.url, f"CREATE TABLE crm ({columns})", f"CREATE TABLE usage ({usage})")

    def accounts(self, rows: Iterable[Sequence[Any]], columns: str = COLUMNS) -> None:
        fill(self.url, "crm", columns, rows)

    def use(self, rows: Iterable[Sequence[Any]]) -> None:
        fill(self.url, "usage", "account_id, day, n", rows)

    def sql(self, *statements: str) -> None:
        sql(self.url, *statements)

    def load(self, **changes: Any) -> Settings:
        file = self.folder / "staysail.yml"
        file.write_text(json.dumps(self.settings | changes))  # JSON is YAML
        return load_settings(file, {})

    def playbook(self, name: str, **keys: Any) -> None:
        folder = self.folder / "playbooks"
        folder.mkdir(exist_ok=True)
        form = {"playbook": name, "version": 1, "about": "A test", "kind": "risk", "trigger": "sweep", "steps": [{"card": "churn-risk"}]}
        (folder / f"{name}.yml").write_text(json.dumps(form | keys))
        self.settings |= {"playbooks": "./playbooks", "enable": [*self.settings.get("enable", []), name]}

    def sweeper(self, at: date | datetime | str, **changes: Any) -> Sweep:
        settings = self.load(**changes)
        moment = at if isinstance(at, str) else at.isoformat()
        return sweep_of(settings, self.database, clock.as_of(moment, settings.zone))

    async def sweep(self, at: date | datetime | str = DAY, **changes: Any) -> Report:
        return await self.sweeper(at, **changes).run()

    async def signals(self, day: date = DAY, **changes: Any) -> dict[str, Mapping[str, Any]]:
        """Every signal of every account, by its id."""
        return await self.database.read(_signals, self.load(**changes), day)

    async def alerts(self) -> list[Alert]:
        return await self.database.read(_all, Alert)

    async def cards(self) -> list[OutboxMessage]:
        """The cards on their way to Slack."""
        return [message for message in await self.rows(OutboxMessage) if message.subject.startswith("alert:")]

    async def reasons(self, **of: Any) -> list[Reason]:
        """In the order in which they came; those of which these columns have these values."""
        return [r for r in await self.rows(Reason) if all(getattr(r, name) == value for name, value in of.items())]

    async def open(self, playbook: str | None = None) -> set[str]:
        return {a.account_id for a in await self.alerts() if a.closed_at is None and playbook in (None, a.playbook)}

    async def rows(self, model: Any) -> list[Any]:
        return await self.database.read(_all, model)


def bare_signals(session: Session, metrics: Mapping[str, Metric], day: date, zone: ZoneInfo = UTC) -> Signals:
    """As of the last measuring, without what staysail.yml builds on them."""
    measured, crm = read_known(session, metrics, {})
    return Signals(day, metrics, measured, Fields(crm, {}, zone))


def _signals(session: Session, settings: Settings, day: date) -> dict[str, Mapping[str, Any]]:
    signals = bare_signals(session, settings.metrics, day)
    statement = select(Account.id.label("#"), *signals.columns()).select_from(signals.table)
    return {row[0]: row._mapping for row in session.execute(statement.params(as_of=day))}


def _all(session: Session, model: Any) -> list[Any]:
    return list(session.scalars(select(model).order_by(*model.__table__.primary_key.columns)))


def days(start: date, count: int) -> list[date]:
    return [start + at * ONE for at in range(count)]


def steady(account: str, values: Iterable[int], until: date = DAY) -> list[tuple[str, str, int]]:
    """Usage rows of consecutive days, the last one the day before `until`."""
    found = list(values)
    return [(account, (until - (len(found) - at) * ONE).isoformat(), value) for at, value in enumerate(found)]


def drop(account: str, before: int = 40, after: int = 10, until: date = DAY) -> list[tuple[str, str, int]]:
    """Fifty-six days at `before`, then fourteen at `after`: what usage-drop fires on."""
    return steady(account, [before] * 56 + [after] * 14, until)


def account(
    id_: str | None, owner: str | None = "ann@ours.example", arr: Any = 1000.0, stage: str = "growth", **more: Any
) -> tuple[Any, ...]:
    return (
        id_,
        more.get("name", str(id_).title()),
        owner,
        arr,
        10,
        stage,
        more.get("started_on"),
        more.get("renewal_on"),
        more.get("churned_on"),
    )


__all__ = ["ACTIVE", "COLUMNS", "DAY", "ONE", "Company", "account", "days", "drop", "fill", "sql", "steady"]
