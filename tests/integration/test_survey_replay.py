"""A year of asking breaks no throttle, whoever counts. The full size, 10,000 contacts, is `tests/benchmarks/surveys.py`."""

from pathlib import Path

from sqlalchemy.orm import Session

from bot.database import Database
from tests.conftest import on_postgresql, on_sqlite
from tests.integration.replay import Found, Replay, check


async def replayed(database: Database, folder: Path, contacts: int, passes: int) -> Found:
    await Replay(folder, database, contacts).run(passes)
    with Session(database.reader) as session:
        return check(session)


@on_sqlite
async def test_a_year_of_asking_breaks_no_throttle(database: Database, tmp_path: Path) -> None:
    found = await replayed(database, tmp_path, 200, 9)
    assert found.broken == []
    assert found.asked > 300
    assert found.most_a_year == 2
    assert {"asked_lately", "a_year", "limit", "opted_out"} <= set(found.held)


@on_postgresql
async def test_nor_on_postgresql(database: Database, tmp_path: Path) -> None:
    found = await replayed(database, tmp_path, 60, 5)
    assert found.broken == []
    assert found.asked > 50
