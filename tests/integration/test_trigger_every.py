"""`{every: 182d}`: each account on a day of its own, the same on both databases."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.accounts.catalogue import Catalogue
from bot.database import Database
from bot.documents.source import read_source
from bot.functions import id_number
from bot.playbooks.triggers import EveryTrigger, Instant, firing, parse_trigger
from models import Account, Play
from tests.conftest import on_sqlite
from tests.integration.company import bare_signals
from tests.integration.questions import NOW, Questions, account

DAY = timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def trigger(every: str = "182d") -> EveryTrigger:
    return EveryTrigger.model_validate({"every": every})


def fill(session: Session, count: int) -> None:
    session.execute(insert(Account), [{"id": f"acc-{number}", "name": "A", "polled_at": NOW} for number in range(count)])


def means(session: Session, every: EveryTrigger, day: date, seen: datetime = LONG_AGO) -> dict[str, str]:
    """Accounts with their occasions, on that day."""
    instant = Instant(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), day, UTC_ZONE, seen)
    found = firing(every, bare_signals(session, {}, day), instant)
    if found is None:
        return {}
    statement = select(Account.id, found.occasion).select_from(found.table).where(found.where)
    return {row[0]: row[1] for row in session.execute(statement.params(as_of=day))}


@on_sqlite
async def test_each_account_has_one_day_in_a_period_and_keeps_it(database: Database) -> None:
    await database.run(fill, 400)

    def over(session: Session, first: date) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for ahead in range(0, 30, 5):
            for id_, occasion in means(session, trigger("30d"), first + ahead * DAY).items():
                found.setdefault(id_, set()).add(occasion)
        return found

    first = await database.read(over, date(2026, 4, 14))
    assert len(first) == 400
    one_period = {id_: {date.fromisoformat(day) for day in days if day >= "2026-04-10"} for id_, days in first.items()}
    spread = Counter(day for days in one_period.values() for day in days)
    assert max(spread.values()) < 30, "thirteen a day would be even"
    assert all(len(days) <= 1 for days in one_period.values())
    (again,) = [await database.read(over, date(2026, 4, 14) + 30 * DAY)]
    first_days = {id_: min(days) for id_, days in one_period.items() if days}
    assert all((first_days[id_] + 30 * DAY).isoformat() in again[id_] for id_ in first_days)


async def test_it_is_the_same_number_on_both_databases(database: Database) -> None:
    await database.run(
        lambda session: session.add_all([Account(id=id_, name="A", polled_at=NOW) for id_ in ("a-1001", "žluťoučký", "会社")])
    )
    found = await database.read(lambda session: {row[0]: row[1] for row in session.execute(select(Account.id, id_number(Account.id)))})
    assert found == {"a-1001": 244_973_611, "žluťoučký": 68_513_313, "会社": 49_590_037}


async def test_missed_days_are_made_up_for_but_none_before_the_playbook_was_there(database: Database) -> None:
    await database.run(fill, 300)
    today = date(2026, 3, 31)
    lately = await database.read(means, trigger("60d"), today)
    assert {date.fromisoformat(day) for day in lately.values()} <= {today - ago * DAY for ago in range(15)}
    assert 40 < len(lately) < 115, "a quarter of them in two weeks and a day"
    new = await database.read(means, trigger("60d"), today, datetime(2026, 3, 31, 1, tzinfo=UTC))
    assert set(new.values()) == {today.isoformat()}
    assert len(new) < 20
    assert await database.read(means, trigger("60d"), today, datetime(2026, 4, 2, tzinfo=UTC)) == {}


async def test_of_several_times_the_last_one_counts(database: Database) -> None:
    await database.run(fill, 50)
    found = await database.read(means, trigger("5d"), date(2026, 3, 31))
    assert len(found) == 50
    assert set(found.values()) == {(date(2026, 3, 31) - ago * DAY).isoformat() for ago in range(5)}
    daily = await database.read(means, trigger("1d"), date(2026, 3, 31))
    assert set(daily.values()) == {"2026-03-31"}
    assert len(daily) == 50


@on_sqlite
async def test_a_play_begins_once_a_period(database: Database, tmp_path: Path) -> None:
    house = Questions(tmp_path, database)
    await house.add([account(f"a{number}") for number in range(8)], [])
    house.playbook("again", {"notify": {"text": "Look", "to": "#cs"}}, trigger={"every": "20d"}, once_per="")
    for days in range(0, 60, 6):
        await house.sweep(NOW + days * DAY)
    begun = Counter(play.account_id for play in await house.rows(Play))
    assert set(begun.values()) <= {2, 3}
    assert len(begun) == 8


def test_what_is_no_period_is_told(tmp_path: Path) -> None:
    for written in ("12h", "1s", "0d", "36h", "4000d", "soon", "[1]"):
        file = tmp_path / "p.yml"
        file.write_text(f"trigger: {{every: {written}}}\n")
        source = read_source(file)
        assert parse_trigger(source.value["trigger"], source, ("trigger",), Catalogue({}), frozenset()) is None
        assert "whole days from 1d to 3650d" in source.findings[0].cure, written


def test_it_says_what_it_does() -> None:
    assert trigger("26w").in_words() == "every 26w, each account on a day of its own"
