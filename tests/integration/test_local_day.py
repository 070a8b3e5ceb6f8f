"""The calendar day of a moment, as the workspace's clocks showed it then: before and after they changed."""

import random
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import literal, null, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.functions import local_day, zone_problem
from models.base import Moment
from tests.conftest import on_sqlite

CHANGES = {
    "Europe/Prague": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2025, 11, 2, 6, tzinfo=UTC)),
    "Pacific/Apia": (datetime(2011, 12, 30, 10, tzinfo=UTC),),  # a day that never was
    "America/St_Johns": (datetime(2010, 11, 7, 2, 31, tzinfo=UTC),),  # a minute after midnight back to the day before
    "Asia/Kolkata": (datetime(2026, 1, 1, tzinfo=UTC),),
    "UTC": (datetime(2026, 1, 1, tzinfo=UTC),),
}


async def test_it_is_what_the_clocks_there_showed(database: Database) -> None:
    chance = random.Random(1)
    for name, changes in CHANGES.items():
        zone = ZoneInfo(name)
        moments = [at + timedelta(minutes=chance.randint(-60 * 48, 60 * 48)) for at in changes for _ in range(40)]
        moments += [at.replace(hour=0) + timedelta(hours=hours) for at in changes for hours in range(-3, 28)]
        moments += [at + timedelta(minutes=minutes) for at in changes for minutes in (-1, 0, 1)]
        found = await database.read(_days, moments, zone)
        assert found == [moment.astimezone(zone).date() for moment in moments], name


async def test_a_zone_that_the_database_does_not_know_is_named(database: Database) -> None:
    assert [await database.read(zone_problem, ZoneInfo(name)) for name in CHANGES] == [None] * len(CHANGES)
    problem = await database.read(zone_problem, cast("ZoneInfo", SimpleNamespace(key="Europe/Atlantis")))
    assert problem == (None if database.is_sqlite else "PostgreSQL knows no time zone `Europe/Atlantis`")


async def test_nothing_has_no_day(database: Database) -> None:
    assert await database.read(lambda session: session.scalar(select(local_day(null(), ZoneInfo("Europe/Prague"))))) is None


def _days(session: Session, moments: list[datetime], zone: ZoneInfo) -> list[date | None]:
    return [session.scalar(select(local_day(literal(moment, Moment), zone))) for moment in moments]


@on_sqlite
async def test_a_moment_without_fractions_is_read_as_well(database: Database) -> None:
    """SQLite keeps moments as text: with microseconds, and without them when somebody else wrote them."""
    texts = ("2026-10-24 22:30:00.000000", "2026-10-24 22:30:00", "2026-10-24T22:30:00")
    days = [local_day(literal(text), ZoneInfo("Europe/Prague")) for text in texts]
    assert await database.read(lambda session: session.execute(select(*days)).one()) == (date(2026, 10, 25),) * 3
