"""`why` of plays: running, held, ended, never begun."""

from pathlib import Path

import pytest

from bot import clock
from bot.clock import day_of
from bot.database import Database
from bot.messages.catalog import PlaybookVerdict, Verdict
from bot.playbooks.loading import load_rulebook
from bot.playbooks.status import pause
from bot.playbooks.take_over import take_over
from bot.playbooks.why import Limits, why
from models import Account, Play
from tests.conftest import on_sqlite
from tests.integration.company import DAY, ONE, Company, fill


@pytest.fixture
def company(database: Database, tmp_path: Path, sqlite_source: str) -> Company:
    base = {"enable": [], "usage": None, "segments": {"new": "stage = 'activation'"}}
    found = Company(tmp_path, sqlite_source, database, base)
    found.make(crm="id, name, owner_email, arr, stage, score REAL")
    fill(found.url, "crm", "id, name, owner_email, stage, score", [("a", "Acme", "ann@ours.example", "activation", 1.0)])
    return found


async def ask(company: Company, playbook: str, days: int = 0) -> PlaybookVerdict:
    settings = company.load()
    now = clock.as_of((DAY + days * ONE).isoformat(), settings.zone)()
    rulebook = await company.database.read(load_rulebook, settings, day_of(now, settings.zone))
    account = (await company.rows(Account))[0]
    limits = Limits(settings.limits.cards_a_day, settings.zone)
    return await company.database.read(why, account, rulebook.playbooks[playbook], rulebook, limits, now)


@on_sqlite
async def test_a_running_play_says_where_it_stands_and_for_what_it_waits(company: Company) -> None:
    split = {"split": {"one": 1, "two": 1}}
    waits = [split, {"wait": {"until": "score > 5", "at_most": "7d"}}, {"set": {"tag": "late"}}]
    company.playbook("slow", kind="onboarding", trigger={"enters": "new"}, steps=waits)
    await company.sweep()
    found = await ask(company, "slow")
    assert (found.verdict, found.waiting, found.step) == (
        Verdict.RUNNING,
        "score > 5",
        "wait until score > 5, at most 1 week (step 2 of 3)",
    )
    assert found.variant in ("one", "two")
    assert found.since is not None
    assert found.until == found.since + 7 * ONE
    (play,) = await company.rows(Play)
    await company.database.run(take_over, play.id, "UANN", found.since, "")
    found = await ask(company, "slow")
    assert (found.verdict, found.reason, found.by and found.by.slack_id) == (Verdict.NOT_TRIGGERED, "taken_over", "UANN")
    assert found.step.startswith("wait until score > 5")


async def test_what_holds_a_play_back_is_named(company: Company) -> None:
    company.playbook("ruled", kind="onboarding", when="score < 5", unless=["arr > 0", "score = 1"], steps=[{"wait": "1d"}])
    company.playbook("high", kind="onboarding", when="score > 5", steps=[{"wait": "1d"}])
    company.playbook("event", kind="onboarding", trigger={"event": "praised"}, steps=[{"wait": "1d"}])
    company.playbook("draft", kind="onboarding", when="score < 5", mode="draft", steps=[{"wait": "1d"}])
    company.playbook("still", kind="onboarding", when="score < 5", steps=[{"wait": "1d"}])
    await company.sweep()
    now = (await company.rows(Play))[0].started_at
    await company.database.run(pause, "still", "UADMIN", now)
    assert ((await ask(company, "ruled")).verdict, (await ask(company, "ruled")).rule) == (Verdict.UNLESS, "score = 1")
    assert (await ask(company, "high")).verdict is Verdict.NOT_MATCHING
    found = await ask(company, "event")
    assert (found.verdict, found.trigger) == (Verdict.NOT_TRIGGERED, "when the event praised comes")
    assert (await ask(company, "draft")).verdict is Verdict.DRAFT
    assert (await ask(company, "still")).verdict is Verdict.RUNNING, "it stands still, and is there"
    await company.sweep(DAY + 2 * ONE)
    (play,) = [play for play in await company.rows(Play) if play.playbook == "still"]
    await company.database.run(take_over, play.id, "UANN", now, "")
    assert (await ask(company, "still", 2)).verdict is Verdict.PAUSED


@on_sqlite
async def test_after_its_end_a_playbook_stays_quiet_and_says_how_it_ended(company: Company) -> None:
    company.playbook("short", kind="onboarding", when="score < 5", once_per="30d", steps=[{"wait": "1d"}])
    for day in range(3):
        await company.sweep(DAY + day * ONE)
    found = await ask(company, "short", 3)
    assert (found.verdict, found.reason) == (Verdict.COOLDOWN, "done")
    assert found.ended_at is not None
    assert found.until == found.ended_at + 30 * ONE


@on_sqlite
async def test_what_happens_once_has_happened(company: Company) -> None:
    company.playbook("single", kind="onboarding", when="score < 5", once_per="once", steps=[{"stop": "that was all"}])
    await company.sweep()
    found = await ask(company, "single", 400)
    assert (found.verdict, found.reason, found.until) == (Verdict.ENDED, "stopped", None)
