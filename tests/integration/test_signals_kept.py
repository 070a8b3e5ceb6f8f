"""Signals that were made once are given again, until anything that they were made from has changed."""

from datetime import date
from pathlib import Path

import pytest

from bot.accounts.signals import Signals
from bot.database import Database
from bot.playbooks.known import known_signals
from bot.settings import Settings
from tests.conftest import on_sqlite
from tests.integration.company import DAY, ONE, Company, account, steady


@pytest.fixture
def company(database: Database, tmp_path: Path, sqlite_source: str) -> Company:
    found = Company(tmp_path, sqlite_source, database, {"enable": []})
    found.make()
    return found


@on_sqlite
async def test_they_are_made_anew_when_anything_has_changed(company: Company) -> None:
    async def known(settings: Settings, day: date = DAY) -> Signals:
        return await company.database.read(known_signals, settings, day)

    settings = company.load()
    first = await known(settings)
    assert await known(settings) is first
    assert "tier" not in first.catalogue
    company.sql("ALTER TABLE crm ADD COLUMN tier TEXT DEFAULT 'gold'")
    company.accounts([account("a")])
    company.use(steady("a", [10] * 70))
    await company.sweep()
    swept = await known(settings)
    assert "tier" in swept.catalogue
    assert swept.measured["active_users"].newest_day == DAY - ONE
    assert await known(settings) is swept
    assert (await known(settings, DAY + ONE)).day == DAY + ONE
    healthy = company.load(health={"default": [{"when": "seats > 1", "points": 100}]})
    assert (await known(healthy)).catalogue["health"].of == ("seats",)
