"""One alert an account: further playbooks join the card that stands; and alerts that nobody learns to ignore: dwell, reopening."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import clock
from bot.alerts.lifecycle import Change, Snapshot, dismiss, resolve, snooze
from bot.alerts.record import act
from bot.database import Database
from bot.messages.actions import DismissReason, Outcome
from models import Match, OutboxMessage, Play, Trace
from tests.conftest import on_sqlite
from tests.integration.company import DAY, ONE, Company, fill

WORSE = {"when": "score < 5", "severity": "10 - score", "once_per": "21d", "recovered_when": "score > 8"}


@pytest.fixture
def company(database: Database, tmp_path: Path, sqlite_source: str) -> Company:
    found = Company(tmp_path, sqlite_source, database, {"usage": None, "enable": []})
    found.make(crm="id, name, owner_email, arr, seats, stage, started_on, renewal_on, churned_on, score REAL, other REAL")
    return found


def scored(company: Company, *rows: tuple[str, float, float], owner: str = "ann@ours.example") -> None:
    """Accounts as (id, score, other)."""
    columns = "id, name, owner_email, arr, stage, score, other"
    fill(company.url, "crm", columns, [(i, i, owner, 10, "growth", s, o) for i, s, o in rows])


def noon(day: date) -> datetime:
    return clock.as_of(f"{day.isoformat()}T12:00", ZoneInfo("Europe/Prague"))()


async def decide(company: Company, day: date, rule: Callable[[Snapshot, datetime], Change | None]) -> None:
    """Somebody acts on the one open alert."""
    (alert,) = [a for a in await company.alerts() if a.closed_at is None]
    now = noon(day)
    await company.database.run(act, alert.id, lambda snapshot: rule(snapshot, now), "U1", now)


async def told(company: Company) -> list[tuple[str, str | None]]:
    return [(t.what, t.playbook) for t in await company.rows(Trace) if t.alert_id and t.what != "reminded"]


@on_sqlite
async def test_a_second_playbook_joins_the_card_that_stands_and_costs_no_second_one(company: Company) -> None:
    company.playbook("first", when="score < 5", priority="1")
    company.playbook("second", when="other < 5", priority="9", recovered_when="other > 8")
    scored(company, ("a", 1, 9), ("b", 1, 1))
    assert (await company.sweep(limits={"cards_a_day": 2})).opened == 2
    assert len(await company.cards()) == 2
    company.sql("UPDATE crm SET other = 1 WHERE id = 'a'")
    report = await company.sweep(f"{DAY}T13:00", limits={"cards_a_day": 2})
    assert (report.opened, report.started, report.suppressed) == (0, 1, {"open": 3})
    assert len(await company.cards()) == 2
    (alert,) = [a for a in await company.alerts() if a.account_id == "a"]
    assert (alert.playbook, alert.version, alert.priority) == ("first", 2, 9)
    assert [(r.playbook, r.ended_at) for r in await company.reasons(alert_id=alert.id)] == [("first", None), ("second", None)]
    (message,) = [m for m in await company.rows(OutboxMessage) if m.subject == f"alert:{alert.id}"]
    assert message.wanted_version == 2


@on_sqlite
async def test_each_reason_ends_for_itself_and_the_alert_with_the_last(company: Company) -> None:
    company.playbook("first", when="score < 5", recovered_when="score > 8")
    company.playbook("second", when="other < 5", recovered_when="other > 8")
    scored(company, ("a", 1, 1))
    await company.sweep()
    company.sql("UPDATE crm SET score = 9")
    report = await company.sweep(DAY + ONE)
    assert (report.updated, report.resolved) == (1, 0)
    (alert,) = await company.alerts()
    assert alert.state == "open"
    ended = {p.playbook: p.end_reason for p in await company.rows(Play)}
    assert ended == {"first": "recovered", "second": None}
    company.sql("UPDATE crm SET other = 9")
    assert (await company.sweep(DAY + 2 * ONE)).resolved == 1
    (alert,) = await company.alerts()
    assert (alert.state, alert.outcome) == ("recovered", "recovered")
    assert {r.ended for r in await company.reasons()} == {"recovered"}
    assert await told(company) == [("opened", "first"), ("joined", "second"), ("reason_ended", "first"), ("recovered", "first")]


@on_sqlite
async def test_closing_an_alert_ends_all_its_reasons_and_plays(company: Company) -> None:
    company.playbook("first", when="score < 5")
    company.playbook("second", when="other < 5")
    scored(company, ("a", 1, 1))
    await company.sweep()
    await decide(company, DAY, lambda alert, now: resolve(alert, "U1", Outcome.SAVED, now))
    assert [(p.end_reason, p.ended_by) for p in await company.rows(Play)] == [("resolved", "U1")] * 2
    assert {r.ended for r in await company.reasons()} == {"resolved"}


@on_sqlite
async def test_what_sleeps_wakes_when_a_further_reason_joins(company: Company) -> None:
    company.playbook("first", when="score < 5")
    company.playbook("second", when="other < 5")
    scored(company, ("a", 1, 9))
    await company.sweep()
    await decide(company, DAY, lambda alert, now: snooze(alert, now + 7 * ONE, now))
    company.sql("UPDATE crm SET other = 1")
    await company.sweep(DAY + ONE)
    (alert,) = await company.alerts()
    assert (alert.state, alert.snoozed_until) == ("open", None)


@on_sqlite
async def test_other_kinds_and_tasks_stand_for_themselves(company: Company) -> None:
    company.playbook("first", when="score < 5")
    company.playbook("offer", when="other < 5", kind="expansion", steps=[{"card": "good-news"}])
    company.playbook("deed", when="other < 5", steps=[{"task": {"to": "csm", "what": "Call"}}])
    scored(company, ("a", 1, 1))
    assert (await company.sweep()).opened == 3


@on_sqlite
async def test_with_group_playbook_each_has_its_own_card(company: Company) -> None:
    company.settings["alerts"] = {"group": "playbook"}
    company.playbook("first", when="score < 5")
    company.playbook("second", when="other < 5")
    scored(company, ("a", 1, 1))
    assert (await company.sweep()).opened == 2


async def test_two_passes_at_once_open_one_alert(company: Company) -> None:
    company.playbook("first", when="score < 5")
    company.playbook("second", when="other < 5")
    scored(company, *((f"a{at}", 1, 1) for at in range(8)), *((f"fine{at}", 9, 9) for at in range(24)))
    await company.sweep(DAY, enable=[])
    await asyncio.gather(*(company.sweep(DAY, limits={"cards_a_day": 50}) for _ in range(3)), return_exceptions=True)
    await company.sweep(DAY, limits={"cards_a_day": 50})
    assert len(await company.alerts()) == 8
    assert len(await company.reasons()) == 16


async def test_a_condition_must_hold_for_as_long_as_the_playbook_says(company: Company) -> None:
    company.playbook("low", when="score < 5", **{"for": "3d"})
    scored(company, ("a", 1, 9), ("b", 1, 9))
    for day in (0, 1, 2):
        report = await company.sweep(DAY + day * ONE)
        assert (report.opened, report.suppressed) == (0, {"dwell": 2})
    company.sql("UPDATE crm SET score = 9 WHERE id = 'b'")
    report = await company.sweep(DAY + 3 * ONE)
    assert (report.opened, report.suppressed) == (1, {})
    company.sql("UPDATE crm SET score = 1 WHERE id = 'b'")
    assert (await company.sweep(DAY + 4 * ONE)).suppressed == {"dwell": 1, "open": 1}
    assert {m.account_id for m in await company.rows(Match) if m.held == "dwell"} == {"b"}


@on_sqlite
async def test_after_a_verdict_it_opens_again_only_when_clearly_worse(company: Company) -> None:
    """Severity 6 at the closing; by a fifth worse is more than 7.2."""
    company.playbook("low", **WORSE)
    scored(company, ("a", 4.0, 9))
    await company.sweep()
    await decide(company, DAY, lambda alert, now: dismiss(alert, "U1", DismissReason.SEASONAL, now))
    for day, score in ((1, 4.0), (2, 3.0)):
        company.sql(f"UPDATE crm SET score = {score}")
        report = await company.sweep(DAY + day * ONE)
        assert (report.opened, report.suppressed) == (0, {"quiet": 1}), score
    assert [what for what, _ in await told(company)] == ["opened", "dismissed"]
    company.sql("UPDATE crm SET score = 2.5")
    report = await company.sweep(DAY + 3 * ONE)
    assert (report.opened, report.suppressed) == (1, {})
    first, second = await company.alerts()
    assert second.reopens_id == first.id
    assert [what for what, _ in await told(company)] == ["opened", "dismissed", "reopened"]


@on_sqlite
async def test_what_recovered_by_itself_opens_again_only_beyond_its_worst(company: Company) -> None:
    company.playbook("low", **WORSE)
    scored(company, ("a", 4.0, 9))
    for day, score, opened in [(0, 4.0, 1), (1, 2.0, 0), (2, 9.0, 0), (3, 2.0, 0), (4, 0.3, 1)]:
        company.sql(f"UPDATE crm SET score = {score}")
        assert (await company.sweep(DAY + day * ONE)).opened == opened, day


@on_sqlite
async def test_a_playbook_may_say_itself_how_much_worse(company: Company) -> None:
    company.playbook("low", worse_by="50%", **WORSE)
    scored(company, ("a", 5.0 - 0.1, 9))
    await company.sweep()
    await decide(company, DAY, lambda alert, now: resolve(alert, "U1", Outcome.SAVED, now))
    company.sql("UPDATE crm SET score = 3")
    assert (await company.sweep(DAY + ONE)).opened == 0
    company.sql("UPDATE crm SET score = 2")
    assert (await company.sweep(DAY + 2 * ONE)).opened == 1
