"""Deciding: whom a play starts for, what holds it back, and how alerts that stand go on."""

import asyncio
import random
from datetime import date
from pathlib import Path

import pytest

from bot import clock
from bot.alerts.lifecycle import resolve
from bot.alerts.record import act
from bot.database import Database
from bot.messages.actions import Outcome
from bot.playbooks.breakers import decide as decide_breaker
from jobs.lease import lease
from models import Breaker, Job, Match, OutboxMessage, Play, Trace
from tests.conftest import on_sqlite
from tests.integration.company import DAY, ONE, Company, account, drop, fill, steady


@pytest.fixture
def company(database: Database, tmp_path: Path, sqlite_source: str) -> Company:
    found = Company(tmp_path, sqlite_source, database, {"usage": None, "enable": []})
    found.make(crm="id, name, owner_email, arr, seats, stage, started_on, renewal_on, churned_on, score REAL")
    return found


def scored(company: Company, *rows: tuple[str, str | None, float, float]) -> None:
    """Accounts as (id, owner, arr, score)."""
    fill(company.url, "crm", "id, name, owner_email, arr, stage, score", [(i, i, o, a, "growth", s) for i, o, a, s in rows])


async def close(company: Company, account_id: str, at: date) -> None:
    (alert,) = [a for a in await company.alerts() if a.account_id == account_id and a.closed_at is None]
    now = clock.as_of(at.isoformat(), company.load().zone)()
    await company.database.run(act, alert.id, lambda s: resolve(s, "U1", Outcome.SAVED, now), "U1", now)


@on_sqlite
async def test_each_owner_gets_the_most_valuable_five_a_day_across_playbooks_and_the_rest_tomorrow(company: Company) -> None:
    company.settings["alerts"] = {"group": "playbook"}
    company.playbook("low", when="score < 5", priority="arr")
    company.playbook("lower", when="score < 3", priority="arr * 10")
    scored(company, *((f"a{n}", "ann@ours.example", n, 1.0) for n in range(7)), *((f"x{n}", None, 1, 4.0) for n in range(8)))
    scored(company, ("b1", "bob@ours.example", 1, 4.0), *((f"fine{n:02}", "ann@ours.example", 1e9, 9.0) for n in range(60)))
    report = await company.sweep()
    assert report.suppressed == {"budget": 9}
    assert report.opened == 5 + 8 + 1
    assert {i for i in await company.open("lower") if i[0] == "a"} == {"a6", "a5", "a4", "a3", "a2"}
    assert not {i for i in await company.open("low") if i[0] == "a"}
    assert (await company.sweep("2026-03-31T20:00")).opened == 0
    report = await company.sweep(DAY + ONE)
    assert (report.opened, report.suppressed) == (5, {"budget": 4, "open": 14})
    assert {i for i in await company.open("lower") if i[0] == "a"} == {f"a{n}" for n in range(7)} - {"a0"}
    assert {i for i in await company.open("low") if i[0] == "a"} == {"a6", "a5", "a4", "a3"}
    report = await company.sweep(DAY + 2 * ONE)
    assert (report.opened, "budget" in report.suppressed) == (4, False)
    held = {(m.playbook, m.account_id) for m in await company.rows(Match) if m.held == "budget"}
    assert held == set()


@on_sqlite
async def test_an_open_alert_is_updated_says_that_it_got_worse_and_is_never_repeated(company: Company) -> None:
    company.playbook("low", when="score < 5", recovered_when="score > 8", severity="10 - score")
    scored(company, ("a", None, 1, 4.0))
    assert (await company.sweep()).opened == 1
    for day, score, updated, worse in [(1, 4.0, 0, False), (2, 3.9, 1, False), (3, 2.0, 1, True), (4, 6.0, 1, True), (5, 4.0, 1, True)]:
        company.sql(f"UPDATE crm SET score = {score}")
        report = await company.sweep(DAY + day * ONE)
        assert (report.opened, report.updated, report.resolved) == (0, updated, 0), day
        (reason,) = await company.reasons()
        assert reason.got_worse is worse, day
    (alert,) = await company.alerts()
    assert (alert.version, reason.worst, reason.facts["score"]) == (5, 8.0, 4.0)
    (message,) = await company.rows(OutboxMessage)
    assert (message.subject, message.wanted_version) == (f"alert:{alert.id}", 5)
    company.sql("UPDATE crm SET score = 8.5")
    report = await company.sweep(DAY + 6 * ONE)
    assert (report.opened, report.resolved) == (0, 1)
    (alert,) = await company.alerts()
    assert (alert.state, alert.closed_by) == ("recovered", None)
    (play,) = await company.rows(Play)
    assert play.ended_at is not None
    assert [t.what for t in await company.rows(Trace)] == ["opened", "worsened", "recovered"]


@on_sqlite
async def test_after_a_close_the_same_trouble_stays_quiet_for_once_per(company: Company) -> None:
    company.settings["alerts"] = {"group": "playbook"}
    company.playbook("low", when="score < 5", once_per="7d")
    company.playbook("again", when="score < 5", once_per="always")
    scored(company, ("a", None, 1, 4.0))
    assert (await company.sweep()).opened == 2
    for alert in await company.alerts():
        at = alert.opened_at
        await company.database.run(act, alert.id, lambda s, at=at: resolve(s, "U1", Outcome.SAVED, at), "U1", at)
    report = await company.sweep(DAY + ONE)
    assert (report.opened, report.suppressed) == (1, {"quiet": 1})
    report = await company.sweep(DAY + 6 * ONE)
    assert (report.opened, report.suppressed) == (0, {"quiet": 1, "open": 1})
    assert (await company.sweep(DAY + 7 * ONE)).opened == 1


@on_sqlite
async def test_churned_and_gone_accounts_get_none_and_their_alerts_end(company: Company) -> None:
    company.playbook("low", when="score < 5")
    scored(company, *((i, None, 1, 4.0) for i in ("stays", "churns", "leaves", "goes", "later")))
    company.sql("INSERT INTO crm (id, name, stage, score) VALUES ('never', 'Never', 'churned', 1), ('no stage', 'No', NULL, 1)")
    company.sql("INSERT INTO crm (id, name, stage, score, churned_on) VALUES ('left', 'Left', 'growth', 1, '2026-03-31')")
    company.sql("UPDATE crm SET churned_on = '2026-12-31' WHERE id = 'later'")
    await company.sweep()
    assert await company.open() == {"stays", "churns", "leaves", "goes", "later", "no stage"}
    company.sql("UPDATE crm SET stage = 'churned' WHERE id = 'churns'", "UPDATE crm SET churned_on = '2026-04-01' WHERE id = 'leaves'")
    company.sql("DELETE FROM crm WHERE id = 'goes'")
    report = await company.sweep(DAY + ONE)
    assert report.resolved == 3
    assert await company.open() == {"stays", "later", "no stage"}
    ended = {a.account_id: a.outcome for a in await company.alerts() if a.closed_at}
    assert ended == {"churns": "churned", "leaves": "churned", "goes": "gone"}


@on_sqlite
async def test_a_mass_drop_holds_all_tells_once_and_release_lets_it_through(company: Company) -> None:
    company.playbook("low", when="score < 5", once_per="always")
    scored(company, *((f"a{n:02}", None, 1, 4.0 if n < 9 else 9.0) for n in range(40)))
    assert (await company.sweep()).opened == 9  # 9 of 40, and fewer than ten
    company.sql("UPDATE crm SET score = 1 WHERE id < 'a21'")
    report = await company.sweep(DAY + ONE)
    assert (report.opened, report.suppressed) == (12, {"open": 9})  # 12 of 40 is just 30 %
    company.sql("UPDATE crm SET score = 1 WHERE id < 'a34'", "UPDATE crm SET score = NULL WHERE id >= 'a34'")
    for day in (2, 3):
        report = await company.sweep(DAY + day * ONE)
        assert (report.opened, report.suppressed) == (0, {"open": 21, "mass_drop": 13})  # 13 of the 34 that are known
    (breaker,) = await company.rows(Breaker)
    assert (breaker.kind, breaker.subject, breaker.count, breaker.eligible) == ("mass_drop", "low", 13, 34)
    notices = [m for m in await company.rows(OutboxMessage) if m.subject == f"breaker:{breaker.id}"]
    assert [n.channel for n in notices] == ["#cs-admins"]
    await company.database.run(decide_breaker, breaker.id, "release", "UADMIN", breaker.opened_at)
    report = await company.sweep(DAY + 4 * ONE)
    assert (report.opened, report.suppressed) == (13, {"open": 21})
    await company.sweep(DAY + 5 * ONE)
    assert (await company.rows(Breaker))[0].closed_at is not None
    assert len(await company.rows(Breaker)) == 1


@on_sqlite
async def test_a_mass_drop_that_is_over_clears_itself_and_one_that_is_kept_stays_held(company: Company) -> None:
    company.playbook("low", when="score < 5")
    scored(company, *((f"a{n:02}", None, 1, 4.0) for n in range(20)))
    assert (await company.sweep()).suppressed == {"mass_drop": 20}
    (breaker,) = await company.rows(Breaker)
    await company.database.run(decide_breaker, breaker.id, "keep", "UADMIN", breaker.opened_at)
    assert (await company.sweep(DAY + ONE)).suppressed == {"mass_drop": 20}
    company.sql("UPDATE crm SET score = 9 WHERE id <> 'a01'")
    assert (await company.sweep(DAY + 2 * ONE)).opened == 1
    company.sql("UPDATE crm SET score = 1")
    assert (await company.sweep(DAY + 3 * ONE)).suppressed == {"mass_drop": 19, "open": 1}
    assert [b.closed_at is None for b in await company.rows(Breaker)] == [False, True]
    assert len([m for m in await company.rows(OutboxMessage) if m.subject.startswith("breaker")]) == 2


async def test_routes_and_the_next_opening_hour_stand_in_the_outbox(company: Company) -> None:
    company.playbook("low", when="score < 5")
    scored(company, ("big", None, 1e6, 4.0), ("small", None, 1, 4.0))
    channels = {"alerts": "#cs-alerts", "routes": [{"when": "arr > 1000", "to": "#cs-enterprise"}, {"when": "arr > 10", "to": "#never"}]}
    await company.sweep("2026-03-28T10:00", channels=channels)  # a Saturday; on Sunday the clocks change
    messages = {m.channel: m.due_at.isoformat() for m in await company.rows(OutboxMessage)}
    assert messages == {"#cs-enterprise": "2026-03-30T07:00:00+00:00", "#cs-alerts": "2026-03-30T07:00:00+00:00"}


@on_sqlite
async def test_six_months_of_days_go_as_a_simple_model_says(database: Database, tmp_path: Path, sqlite_source: str) -> None:
    """Usage of thirty random accounts; a playbook with drop and recovery; a budget; closes by hand; quiet times."""
    chance, company = random.Random(7), Company(tmp_path, sqlite_source, database, {"enable": []})
    company.make()
    first, length, recent, base = date(2025, 9, 1), 182, 3, 9
    ids = [f"a{n:02}" for n in range(30)]
    owner = {i: chance.choice(["ann@ours.example", "bob@ours.example", None]) for i in ids}
    arr = {i: float(n * 100) for n, i in enumerate(ids)}
    used: dict[str, dict[date, int]] = {i: {} for i in ids}
    for i in ids:
        level = 20
        for at in range(-12, length):
            if chance.random() < 0.04:
                level = chance.choice([2, 5, 20, 20, 40])
            if chance.random() < 0.85:
                used[i][first + at * ONE] = level + chance.randint(0, 2)
    company.accounts([account(i, owner[i], arr[i]) for i in ids])
    company.use([(i, day.isoformat(), n) for i in ids for day, n in used[i].items()])
    metric = {"from": "usage", "account": "account_id", "day": "day", "value": "n", "recent": "3d", "baseline": "9d", "min_baseline": "9d"}
    company.settings |= {
        "usage": {"url": company.url, "metrics": {"active_users": metric}, "mass_drop": 1.0},
        "limits": {"cards_a_day": 1},
    }
    company.playbook(
        "drop", when="active_users.ratio < 0.6 AND active_users.baseline >= 5", recovered_when="active_users.ratio >= 0.9",
        priority="arr", once_per="5d",
    )  # fmt: skip

    opened: set[str] = set()
    ended: dict[str, date] = {}
    quiet = 0
    for day in (first + at * ONE for at in (0, 30, 33, 60, 64, 90, 93, 120, 150, 154, 181)):
        ratio: dict[str, float | None] = {}
        for i in ids:
            now = sum(used[i].get(day - at * ONE, 0) for at in range(1, recent + 1)) / recent
            before = sum(used[i].get(day - at * ONE, 0) for at in range(recent + 1, recent + base + 1)) / base
            ratio[i] = now / before if before else None
            if before < 5 and ratio[i] is not None and ratio[i] < 0.6:  # type: ignore[operator]
                ratio[i] = 0.7  # below the least baseline: neither drop nor recovery
        recovered = {i for i in opened if (ratio[i] or 0) >= 0.9}
        low = {i for i in ids if (r := ratio[i]) is not None and r < 0.6}
        matching = {i for i in low - opened if i not in ended or day - ended[i] >= 5 * ONE}
        starting: set[str] = set()
        for who in ("ann@ours.example", "bob@ours.example"):
            starting |= set(sorted((i for i in matching if owner[i] == who), key=lambda i: -arr[i])[:1])
        starting |= {i for i in matching if owner[i] is None}
        ended |= dict.fromkeys(recovered, day)
        opened = (opened - recovered) | starting

        report = await company.sweep(day)

        assert (report.opened, report.resolved) == (len(starting), len(recovered)), day
        assert report.suppressed.get("budget", 0) == len(matching) - len(starting), day
        assert await company.open() == opened, day
        quiet += report.suppressed.get("quiet", 0)
        if opened and chance.random() < 0.5:
            closed = chance.choice(sorted(opened))
            await close(company, closed, day)
            opened.discard(closed)
            ended[closed] = day
    alerts = await company.alerts()
    assert len(alerts) > 20
    assert {a.outcome for a in alerts if a.closed_at} == {"recovered", "saved"}
    assert quiet


async def test_two_sweeps_at_once_open_nothing_twice(database: Database, tmp_path: Path, sqlite_source: str) -> None:
    company = Company(tmp_path, sqlite_source, database)
    company.make()
    company.accounts([account(f"a{n:03}", f"{n}@ours.example") for n in range(80)])
    company.use([row for n in range(80) for row in (drop(f"a{n:03}") if n < 20 else steady(f"a{n:03}", [20] * 70))])
    other = Database(database.url.render_as_string(hide_password=False))
    sweeps = [company.sweeper(DAY), company.sweeper(DAY)]
    sweeps[1]._database = other

    async def one(sweep: object, at: Database) -> int:
        async with lease(at, "sweep", wait=True):
            return int((await sweep.run()).opened)  # type: ignore[attr-defined]

    try:
        counts = await asyncio.gather(*(one(s, d) for s, d in zip(sweeps, (database, other), strict=True)))
    finally:
        other.close()
    assert sorted(counts) == [0, 20]
    alerts = await company.alerts()
    assert len(alerts) == len({a.account_id for a in alerts}) == 20
    assert len(await company.rows(OutboxMessage)) == 20
    (job,) = await company.rows(Job)
    assert job.holder is None


async def test_even_without_the_lease_two_sweeps_open_nothing_twice(database: Database, tmp_path: Path, sqlite_source: str) -> None:
    company = Company(tmp_path, sqlite_source, database)
    company.make()
    company.accounts([account(f"a{n:03}", f"{n}@ours.example") for n in range(40)])
    company.use([row for n in range(40) for row in (drop(f"a{n:03}") if n < 10 else steady(f"a{n:03}", [20] * 70))])
    await asyncio.gather(*(company.sweeper(DAY).run() for _ in range(3)), return_exceptions=True)
    await company.sweep(DAY + ONE)
    alerts = await company.alerts()
    assert len(alerts) == len({a.account_id for a in alerts}) == 10
    assert len(await company.cards()) == 10
