"""The windows, against plain Python: random usage, every aggregate, every way to write a day, over both clock changes."""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.database import Database
from tests.conftest import on_sqlite
from tests.integration.company import ACTIVE, ONE, Company

PRAGUE = ZoneInfo("Europe/Prague")
SPRING, AUTUMN = date(2026, 4, 3), date(2026, 10, 30)  # both windows of five weeks hold a clock change
R, B, LEAST = 7, 28, 10
Row = tuple[str, datetime, float | None]


def metrics(aggregates: Iterable[str], **more: Any) -> dict[str, Any]:
    shared = ACTIVE | {"recent": f"{R}d", "baseline": f"{B}d", "min_baseline": f"{LEAST}d"}
    return {f"m_{one}": shared | {"aggregate": one} | more for one in aggregates}


ALL = ("avg", "sum", "max", "days_active", "distinct")
TIMED = ("avg", "sum", "max", "distinct")


def random_rows(chance: random.Random, day: date, accounts: list[str]) -> list[Row]:
    """Gaps, zeros, NULLs, several rows a day, at any time of the local day, from long before to after the windows."""
    rows: list[Row] = []
    for account in accounts[:-2]:  # the last two have no row at all
        busy = chance.choice([0.05, 0.3, 0.8, 1.0])
        start, end = chance.choice([(60, -2), (60, 8), (20, 0), (60, 36)])
        for back in range(end, start):
            for _ in range(chance.choice([1, 1, 1, 3])):
                if chance.random() < busy:
                    minute = chance.choice([0, 0, 1, 59, 119, 121, 720, 1380, 1439])
                    moment = datetime.combine(day - back * ONE, time(minute // 60, minute % 60), PRAGUE).astimezone(UTC)
                    rows.append((account, moment, chance.choice([None, 0, 1, 2, 5, 8, 40])))
    rows += [("999", datetime.combine(day - 3 * ONE, time(12), UTC), 7.0)]  # the CRM does not know it
    return rows


def starts(chance: random.Random, day: date, accounts: list[str]) -> dict[str, date | None]:
    ago = [None, 0, 1, R, R + 1, R + LEAST - 1, R + LEAST, R + LEAST + 1, R + B - 1, R + B, R + B + 1, 400]
    return {account: None if (back := chance.choice(ago)) is None else day - back * ONE for account in accounts}


def expected(rows: list[tuple[date, float | None]], started: date | None, day: date, aggregate: str) -> dict[str, Any]:
    """The requirement, word by word."""
    first, middle = day - (R + B) * ONE, day - R * ONE
    since = max(first, started) if started else first
    length = (middle - since).days

    def of(start: date, end: date) -> float:
        inside = [(when, value) for when, value in rows if start <= when < end and value is not None]
        match aggregate:
            case "max":
                return max((value for _, value in inside), default=0)
            case "days_active":
                return len({when for when, value in inside if value > 0})
            case "distinct":
                return len({value for _, value in inside})
            case _:
                return sum(value for _, value in inside)

    active = [when for when, value in rows if first <= when < day and value is not None and (value > 0 or aggregate == "distinct")]
    recent, baseline = of(middle, day), of(since, middle)
    if aggregate == "avg":
        recent, baseline = recent / R, baseline / max(length, 1)
    known = baseline if length >= LEAST else None
    last = max(active, default=None)
    return {
        "recent": recent,
        "baseline": known,
        "ratio": recent / known if known else None,
        "last_day": last,
        "days_silent": (day - last).days - 1 if last else (day - since).days,
    }


WRITTEN: dict[str, tuple[str, str, Callable[[datetime], Any]]] = {
    "sqlite text days": ("sqlite_source", "TEXT", lambda m: m.astimezone(PRAGUE).date().isoformat()),
    "sqlite DATE": ("sqlite_source", "DATE", lambda m: m.astimezone(PRAGUE).date().isoformat()),
    "sqlite times without zone": ("sqlite_source", "TIMESTAMP", lambda m: m.replace(tzinfo=None).isoformat(" ")),
    "sqlite times to the minute": ("sqlite_source", "TEXT", lambda m: m.replace(tzinfo=None).isoformat(" ", "minutes")),
    "sqlite times in UTC": ("sqlite_source", "TEXT", lambda m: m.replace(tzinfo=None).isoformat() + "Z"),
    "sqlite YYYYMMDD": ("sqlite_source", "INTEGER", lambda m: int(m.astimezone(PRAGUE).strftime("%Y%m%d"))),
    "postgresql text days": ("postgres_source", "TEXT", lambda m: m.astimezone(PRAGUE).date().isoformat()),
    "postgresql DATE": ("postgres_source", "DATE", lambda m: m.astimezone(PRAGUE).date()),
    "postgresql TIMESTAMP": ("postgres_source", "TIMESTAMP", lambda m: m.replace(tzinfo=None)),
    "postgresql TIMESTAMPTZ": ("postgres_source", "TIMESTAMPTZ", lambda m: m),
    "postgresql YYYYMMDD": ("postgres_source", "INTEGER", lambda m: int(m.astimezone(PRAGUE).strftime("%Y%m%d"))),
}


OURS = {form: form.split()[0] for form in WRITTEN}


@pytest.mark.parametrize(("written", "database_url"), OURS.items(), ids=OURS, indirect=["database_url"])
async def test_every_window_is_what_plain_python_says(
    database: Database, request: pytest.FixtureRequest, tmp_path: Any, written: str
) -> None:
    fixture, kind, write = WRITTEN[written]
    day = (SPRING, AUTUMN)[list(WRITTEN).index(written) % 2]
    chance = random.Random(f"{written}{day}")
    ids = [str(number) for number in range(1, 19)]
    timed = "time" in written.lower()
    company = Company(tmp_path, request.getfixturevalue(fixture), database)
    aggregates = TIMED if timed else ALL
    company.settings["usage"] = {"url": company.url, "metrics": metrics(aggregates)}
    whole = "account_id INTEGER" if "postgresql" in written else "account_id TEXT"
    company.make(usage=f"{whole}, day {kind}, n DOUBLE PRECISION")
    rows, started = random_rows(chance, day, ids), starts(chance, day, ids)
    company.use([(int(account) if "postgresql" in written else account, write(moment), value) for account, moment, value in rows])
    company.accounts([(i, f"Account {i}", str(started[i]) if started[i] else None) for i in ids], "id, name, started_on")

    report = await company.sweep(day, enable=[])

    assert report.problems == []
    assert report.signals == 5 * 18 * len(aggregates)
    found = await company.signals(day)
    assert set(found) == set(ids)
    for account in ids:
        mine = [(moment.astimezone(PRAGUE).date(), value) for who, moment, value in rows if who == account]
        for aggregate in aggregates:
            wanted = expected(mine, started[account], day, aggregate)
            got = {form: found[account][f"m_{aggregate}.{form}"] for form in wanted}
            assert rounded(got) == rounded(wanted), (account, aggregate, started[account])


def rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(float(value), 7) if isinstance(value, int | float) else value for name, value in values.items()}


@on_sqlite
async def test_a_days_active_metric_over_times_says_what_to_write_instead(database: Database, tmp_path: Any, sqlite_source: str) -> None:
    company = Company(tmp_path, sqlite_source, database)
    company.make()
    company.accounts([("1", "One")], "id, name")
    company.use([("1", "2026-03-30 10:00:00", 3)])
    usage = {"url": company.url, "metrics": metrics(["days_active"])}
    report = await company.sweep(date(2026, 3, 31), usage=usage, enable=[])
    (problem,) = report.problems
    assert "usage.m_days_active" in problem
    assert "DATE(day)" in problem
    usage["metrics"]["m_days_active"]["day"] = "DATE(day)"
    assert (await company.sweep(date(2026, 3, 31), usage=usage, enable=[])).problems == []
    assert (await company.signals(date(2026, 3, 31), usage=usage))["1"]["m_days_active.recent"] == 1


@pytest.mark.parametrize("value", ["31/03/2026", "2026-3-1", "yesterday", 12, "2026-03-30T00:00:00+02:00", ""])
async def test_days_that_cannot_be_read_fail_their_metric_in_words(
    database: Database, tmp_path: Any, sqlite_source: str, value: Any
) -> None:
    company = Company(tmp_path, sqlite_source, database)
    company.make(usage="account_id TEXT, day, n INTEGER")
    company.accounts([("1", "One")], "id, name")
    company.use([("1", value, 3)])
    report = await company.sweep(date(2026, 3, 31), enable=[])
    (problem,) = report.problems
    assert problem.startswith("usage.active_users: ")
    assert repr(value) in problem
    assert "allowed" in problem


@on_sqlite
async def test_one_unreadable_day_among_good_ones_fails_its_metric_in_words(database: Database, tmp_path: Any, sqlite_source: str) -> None:
    company = Company(tmp_path, sqlite_source, database)
    company.make()
    company.accounts([("1", "One")], "id, name")
    company.use([("1", "2026-03-29", 3), ("1", "2026-03-2x", 3)])
    (problem,) = (await company.sweep(date(2026, 3, 31), enable=[])).problems
    assert "'2026-03-2x'" in problem


def test_the_oracle_counts_as_the_requirement_says() -> None:
    day = date(2026, 3, 31)
    rows = [(day - ONE, 7.0), (day - R * ONE, 7.0), (day - (R + 1) * ONE, 28.0), (day, 100.0)]
    assert expected(rows, None, day, "avg") == {"recent": 2, "baseline": 1, "ratio": 2, "last_day": day - ONE, "days_silent": 0}
    young = expected(rows, day - timedelta(days=R + LEAST), day, "avg")
    assert young["baseline"] == 2.8
    assert expected(rows, day - timedelta(days=R + LEAST - 1), day, "avg")["baseline"] is None
