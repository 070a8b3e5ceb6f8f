"""Plays from their first step to their last: branches, waits, letters, variants, endings, on both databases."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot.alerts.lifecycle import resolve
from bot.alerts.record import act
from bot.database import Database
from bot.errors import AlreadyDone, Refused
from bot.messages.actions import Outcome
from bot.playbooks.loading import load_rulebook
from bot.playbooks.start import start_by_hand
from bot.playbooks.status import diff_to_last, pause, promote, resume, statuses
from bot.playbooks.take_over import take_over
from models import Account, Dispatch, Event, OutboxMessage, Play, Touch, Trace
from tests.conftest import on_sqlite
from tests.integration.company import DAY, ONE, Company, fill

EMAIL = {"url": "smtp://127.0.0.1:1", "from": "Customer success <cs@ours.example>"}
CONTACTS = "SELECT * FROM people"


@pytest.fixture
def company(database: Database, tmp_path: Path, sqlite_source: str) -> Company:
    base = {
        "enable": [],
        "email": EMAIL,
        "fields": {"asked_on": "date", "score_seen": "number"},
        "limits": {"cards_a_day": 50},
        "segments": {"new-customers": "stage = 'activation' AND score >= 0", "big": "arr > 500"},
    }
    found = Company(tmp_path, sqlite_source, database, base)
    found.settings["crm"] |= {"contacts": CONTACTS}
    found.make(crm="id, name, owner_email, arr, plan, stage, started_on, renewal_on, churned_on, score REAL")
    found.sql("CREATE TABLE people (id, account_id, name, email, role, locale, opted_out)")
    return found


def accounts(company: Company, *ids: str, stage: str = "activation", score: float = 0) -> None:
    rows = [(i, i.title(), "ann@ours.example", 1000.0, "pro", stage, score) for i in ids]
    fill(company.url, "crm", "id, name, owner_email, arr, plan, stage, score", rows)
    people = [(f"{i}-admin", i, f"Ada {i}", f"ada@{i}.example", "admin", "en", 0) for i in ids]
    fill(company.url, "people", "id, account_id, name, email, role, locale, opted_out", people)


async def plays(company: Company, playbook: str | None = None) -> list[Play]:
    return [play for play in await company.rows(Play) if playbook in (None, play.playbook)]


async def letters(company: Company) -> list[tuple[str | None, str]]:
    return [(d.account_id, d.content["letter"]) for d in await company.rows(Dispatch) if d.kind == "letter"]


async def told(company: Company, what: str = "step") -> list[tuple[str | None, dict[str, Any]]]:
    return [(t.step, t.detail) for t in await company.rows(Trace) if t.what == what]


ONBOARDING: dict[str, Any] = {
    "kind": "onboarding",
    "trigger": {"enters": "new-customers"},
    "goal": "score > 90",
    "steps": [
        {"email": {"letter": "welcome", "to": "admin"}},
        {"wait": {"until": "score >= 5", "at_most": "7d"}},
        {
            "if": "score >= 5",
            "then": [{"set": {"stage": "adoption", "tag": "quick", "asked_on": "today"}}],
            "else": [{"task": {"what": "Call and set it up together", "to": "csm", "within": "2d"}}],
        },
        {"wait": "14d"},
        {"card": "churn-risk"},
    ],
}


@on_sqlite
async def test_a_play_writes_waits_branches_sets_and_ends_with_its_card(company: Company) -> None:
    company.playbook("onboarding", **ONBOARDING)
    accounts(company, "quick", "slow", "gets-there")
    report = await company.sweep()
    assert (report.started, report.letters, report.opened) == (3, 3, 0)
    assert sorted(await letters(company)) == [("gets-there", "welcome"), ("quick", "welcome"), ("slow", "welcome")]
    sent = [m for m in await company.rows(OutboxMessage) if m.channel.startswith("mailto:")]
    assert {m.channel for m in sent} == {f"mailto:ada@{i}.example" for i in ("quick", "slow", "gets-there")}
    company.sql("UPDATE crm SET score = 5 WHERE id = 'quick'", "UPDATE crm SET score = 91 WHERE id = 'gets-there'")
    report = await company.sweep(DAY + 2 * ONE)
    assert report.letters == 0
    by_id = {a.id: a for a in await company.rows(Account)}
    assert (by_id["quick"].stage, by_id["quick"].tags, by_id["quick"].own) == ("adoption", " quick ", {"asked_on": "2026-04-02"})
    assert [(p.account_id, p.end_reason) for p in await plays(company) if p.ended_at] == [("gets-there", "goal")]
    await company.sweep(DAY + 6 * ONE)
    assert await company.open() == set()
    await company.sweep(DAY + 7 * ONE)
    (task,) = await company.alerts()
    (reason,) = await company.reasons(alert_id=task.id)
    assert (task.account_id, task.card, reason.cause["what"]) == ("slow", "task", "Call and set it up together")
    assert task.deadline == task.opened_at + timedelta(days=2)
    await company.sweep(DAY + 15 * ONE)
    assert await company.open("onboarding") == {"slow"}
    await company.sweep(DAY + 16 * ONE)  # the CRM still says activation: what the play set holds
    assert {(a.account_id, a.card) for a in await company.alerts()} == {("slow", "task"), ("quick", "churn-risk")}
    await company.sweep(DAY + 21 * ONE)
    assert [(a.account_id, a.card) for a in await company.alerts() if a.account_id == "slow"] == [("slow", "task"), ("slow", "churn-risk")]
    for alert in await company.alerts():
        await company.database.run(act, alert.id, lambda s, at=alert.opened_at: resolve(s, "U1", Outcome.SAVED, at), "U1", alert.opened_at)
    assert {(p.account_id, p.end_reason) for p in await plays(company)} == {
        ("quick", "resolved"),
        ("slow", "resolved"),
        ("gets-there", "goal"),
    }
    report = await company.sweep(DAY + 30 * ONE)
    assert report.started == 0, "an account that stays in the segment does not enter it again"


@on_sqlite
async def test_a_crash_in_between_repeats_no_letter_and_loses_none(company: Company) -> None:
    company.playbook("onboarding", **ONBOARDING)
    accounts(company, "a", "b")
    await company.sweep()
    again = await company.sweep()  # the same moment again, as after a crash before the answer
    assert (again.started, again.letters, len(await letters(company))) == (0, 0, 2)


@on_sqlite
async def test_a_zone_that_nobody_knows_holds_no_letter_back(company: Company) -> None:
    company.settings["crm"]["accounts"] = "SELECT *, 'Mars/Base' AS timezone FROM crm"
    company.playbook("onboarding", **ONBOARDING)
    accounts(company, "a")
    report = await company.sweep()
    assert (report.letters, report.playbook_problems) == (1, [])


@on_sqlite
async def test_limits_unless_and_opting_out_hold_letters_back_with_the_reason(company: Company) -> None:
    company.settings["limits"] = {"cards_a_day": 50, "contact": "1 per 7d"}
    steps = [{"email": {"letter": "welcome", "to": "admin"}}, {"email": {"letter": "check-in", "to": "admin"}}]
    company.playbook("two-letters", kind="onboarding", trigger={"enters": "new-customers"}, unless=["score = 3"], steps=steps)
    accounts(company, "a", "out")
    accounts(company, "pressed", score=3)
    company.sql("UPDATE people SET opted_out = 1 WHERE account_id = 'out'", "DELETE FROM people WHERE account_id = 'none'")
    report = await company.sweep()
    assert report.suppressed == {"unless": 1}
    assert await letters(company) == [("a", "welcome")]
    (held,) = await told(company, "held_back")
    assert (held[0], held[1]["reason"]) == ("1", "limit")
    assert [detail["skipped"] for _, detail in await told(company) if "skipped" in detail] == ["opted_out", "opted_out"]
    await company.sweep(DAY + 6 * ONE)
    assert len(await letters(company)) == 1
    company.sql("UPDATE crm SET score = 0 WHERE id = 'pressed'")
    await company.sweep(DAY + 8 * ONE)
    assert sorted(await letters(company)) == [("a", "check-in"), ("a", "welcome"), ("pressed", "welcome")]
    assert len(await company.rows(Touch)) == 3


@on_sqlite
async def test_variants_follow_their_weights_and_never_change(company: Company) -> None:
    split = {"split": {"video": 1, "call": 3}, "video": [{"set": {"tag": "video"}}], "call": [{"set": {"tag": "call"}}]}
    company.playbook("tried", kind="onboarding", trigger={"enters": "new-customers"}, steps=[split], once_per="always")
    accounts(company, *(f"a{n:03}" for n in range(100)))
    await company.sweep()
    tags = {a.id: a.tags.strip() for a in await company.rows(Account)}
    assert 12 <= sum(tag == "video" for tag in tags.values()) <= 38
    variants = {play.account_id: play.progress["variants"]["0"] for play in await plays(company)}
    assert variants == tags


@on_sqlite
async def test_the_holdout_is_exact_in_each_stratum_and_touches_nobody(company: Company) -> None:
    steps = [{"email": {"letter": "welcome", "to": "admin"}}, {"set": {"tag": "seen"}}]
    company.playbook("measured", kind="onboarding", trigger={"enters": "new-customers"}, holdout="10%", steps=steps)
    accounts(company, *(f"a{n:03}" for n in range(100)))
    company.sql("UPDATE crm SET plan = 'basic' WHERE id < 'a040'")
    await company.sweep()
    held = [p for p in await plays(company) if p.silent == "holdout"]
    assert sum(p.stratum == "plan basic" for p in held) in (4, 5)
    assert sum(p.stratum == "plan pro" for p in held) in (6, 7)
    assert all(p.ended_at for p in held)
    silent = {p.account_id for p in held}
    assert len(await letters(company)) == 100 - len(silent)
    assert not {a.id for a in await company.rows(Account) if a.tags} & silent
    assert {t.detail["group"] for t in await company.rows(Trace) if t.what == "drawn"} == {"holdout", "treated"}


@on_sqlite
async def test_a_shadow_decides_a_canary_touches_some_and_a_draft_nothing(company: Company) -> None:
    for mode in ("draft", "shadow", "live"):
        company.playbook(mode, kind="onboarding", trigger={"enters": "new-customers"}, mode=mode, steps=[{"set": {"tag": mode}}])
    company.playbook("some", trigger={"enters": "new-customers"}, mode={"canary": ["Bob@ours.example"]}, steps=[{"set": {"tag": "some"}}])
    accounts(company, "anns", "bobs")
    company.sql("UPDATE crm SET owner_email = 'bob@ours.example' WHERE id = 'bobs'")
    report = await company.sweep()
    assert report.started == 6
    tags = {a.id: set(a.tags.split()) for a in await company.rows(Account)}
    assert tags == {"anns": {"live"}, "bobs": {"live", "some"}}
    now = clock.as_of(DAY.isoformat(), company.load().zone)()
    await company.database.run(promote, "draft", "live", "UADMIN", now)
    await company.sweep(DAY + ONE)
    assert "draft" in {a.id: a.tags for a in await company.rows(Account)}["anns"]


async def test_a_new_version_leaves_running_plays_alone_unless_it_says_otherwise(company: Company) -> None:
    def version(number: int, tag: str, **more: Any) -> None:
        company.settings["enable"] = []
        steps = [{"wait": "10d", "name": "waits"}, {"set": {"tag": tag}}]
        company.playbook("slow", kind="onboarding", trigger={"enters": "new-customers"}, version=number, steps=steps, **more)

    version(1, "one")
    accounts(company, "a")
    await company.sweep()
    version(1, "edited")
    report = await company.sweep(DAY + ONE)
    assert len(report.playbook_problems) == 1
    assert "raise `version` to 2" in report.playbook_problems[0]
    version(2, "two")
    accounts(company, "b")
    await company.sweep(DAY + 2 * ONE)
    assert {(p.account_id, p.version) for p in await plays(company)} == {("a", 1), ("b", 2)}
    assert "+" in await company.database.read(diff_to_last, "slow")
    await company.sweep(DAY + 10 * ONE)
    assert {a.id: a.tags.strip() for a in await company.rows(Account)} == {"a": "one", "b": ""}
    version(3, "three", migrate="at_step waits")
    await company.sweep(DAY + 11 * ONE)
    await company.sweep(DAY + 20 * ONE)
    assert {a.id: a.tags.strip() for a in await company.rows(Account)} == {"a": "one", "b": ""}
    await company.sweep(DAY + 21 * ONE)
    assert {a.id: a.tags.strip() for a in await company.rows(Account)} == {"a": "one", "b": "three"}


@on_sqlite
async def test_a_removed_file_pauses_its_plays_and_says_so_once(company: Company) -> None:
    steps = [{"wait": "1d"}, {"set": {"tag": "went-on"}}]
    company.playbook("slow", kind="onboarding", trigger={"enters": "new-customers"}, steps=steps)
    accounts(company, "a")
    await company.sweep()
    for day in (1, 2):
        await company.sweep(DAY + day * ONE, enable=[])
    (told_,) = [d for d in await company.rows(Dispatch) if d.kind == "removed"]
    assert (told_.content["playbook"], told_.content["running"]) == ("slow", 1)
    assert {a.tags for a in await company.rows(Account)} == {""}
    await company.sweep(DAY + 3 * ONE)
    assert {a.tags for a in await company.rows(Account)} == {" went-on "}


@on_sqlite
async def test_paused_plays_stand_still_and_none_begins(company: Company) -> None:
    steps = [{"wait": "1d"}, {"set": {"tag": "went-on"}}]
    company.playbook("slow", kind="onboarding", trigger={"enters": "new-customers"}, steps=steps)
    accounts(company, "a")
    await company.sweep()
    now = (await plays(company))[0].started_at
    await company.database.run(pause, "slow", "UADMIN", now)
    with pytest.raises(AlreadyDone):
        await company.database.run(pause, "slow", "UOTHER", now)
    accounts(company, "b")
    assert (await company.sweep(DAY + 2 * ONE)).started == 0
    assert {a.tags for a in await company.rows(Account)} == {""}
    await company.database.run(resume, "slow", "UADMIN", now)
    await company.sweep(DAY + 2 * ONE)
    assert {a.id: a.tags for a in await company.rows(Account)} == {"a": " went-on ", "b": ""}
    assert (await company.database.read(statuses))["slow"].paused_at is None


@on_sqlite
async def test_events_begin_plays_and_end_waits_once(company: Company) -> None:
    company.playbook("on-ticket", kind="support", trigger={"event": "ticket_solved"}, steps=[{"set": {"tag": "asked"}}])
    waits = [{"wait": {"event": "ticket_solved", "at_most": "30d"}}, {"set": {"tag": "heard"}}]
    company.playbook("waits", kind="support", trigger={"enters": "new-customers"}, steps=waits)
    accounts(company, "a", "b")
    await company.sweep()
    at = clock.as_of("2026-04-01T08:00", company.load().zone)()
    event = {"key": "t1", "name": "ticket_solved", "at": at, "account_id": "a"}
    await company.database.run(lambda session: session.add(Event(**event)))
    for _ in range(2):
        await company.sweep(DAY + ONE)
    assert {a.id: set(a.tags.split()) for a in await company.rows(Account)} == {"a": {"asked", "heard"}, "b": set()}
    assert [p.account_id for p in await plays(company, "on-ticket")] == ["a"]
    assert (await company.rows(Event))[0].handled_at is not None


@on_sqlite
async def test_a_card_between_sweeps_has_its_place_in_the_days_budget(company: Company) -> None:
    company.settings["limits"] = {"cards_a_day": 5}
    company.playbook("low", when="score < 5", priority="10")
    company.playbook("asked", kind="support", trigger={"event": "asked"}, steps=[{"card": "check-in"}])
    accounts(company, "a", "b", "c", "d", stage="growth", score=1)
    accounts(company, "x", "y", stage="growth", score=9)
    assert (await company.sweep("2026-03-31T10:00")).opened == 4
    at = clock.as_of("2026-03-31T10:05", company.load().zone)()
    events = [Event(key=name, name="asked", at=at, account_id=name) for name in ("x", "y")]
    await company.database.run(lambda session: session.add_all(events))
    assert (await company.sweeper("2026-03-31T10:06").go_on()).opened == 1
    assert len(await company.open("asked")) == 1, "the fifth card of the day; the sixth waits for tomorrow"
    assert (await company.sweep(DAY + ONE)).opened == 1


@on_sqlite
async def test_rounds_are_counted_and_a_condition_ends_them(company: Company) -> None:
    rounds = {"repeat": [{"email": {"letter": "check-in", "to": "admin"}}, {"wait": "7d"}], "at_most": 3, "until": "score > 5"}
    company.playbook("asks", kind="onboarding", trigger={"enters": "new-customers"}, steps=[rounds, {"stop": "asked enough"}])
    accounts(company, "a", "b")
    await company.sweep()
    company.sql("UPDATE crm SET score = 6 WHERE id = 'b'")
    for week in (1, 2, 3, 5):
        await company.sweep(DAY + week * 7 * ONE)
    assert sorted(await letters(company)) == [("a", "check-in")] * 3 + [("b", "check-in")]
    assert [p.end_reason for p in await plays(company)] == ["stopped", "stopped"]
    assert {t.detail["words"] for t in await company.rows(Trace) if t.what == "play_ended"} == {"asked enough"}


async def test_dates_anniversaries_and_schedules_begin_plays_once_also_after_a_missed_run(company: Company) -> None:
    company.playbook("renewal", kind="review", trigger={"date": "renewal_on - 30d"}, steps=[{"set": {"tag": "renewal"}}])
    company.playbook("birthday", kind="review", trigger={"anniversary": "started_on"}, steps=[{"set": {"tag": "birthday"}}])
    company.playbook("mondays", kind="review", trigger={"schedule": "0 9 * * MON", "segment": "big"}, steps=[{"set": {"tag": "monday"}}])
    accounts(company, "a", stage="growth")
    company.sql("UPDATE crm SET renewal_on = '2026-05-03', started_on = '2024-04-04'")
    await company.sweep()
    for day in (6, 7, 8):  # the process was down on the days from 1 to 5
        await company.sweep(DAY + day * ONE)
    assert {p.playbook: p.occasion for p in await plays(company)} == {
        "renewal": "2026-04-03",
        "birthday": "2026-04-04",
        "mondays": "2026-04-06T07:00:00+00:00",
    }


async def test_a_person_starts_a_play_and_takes_one_over(company: Company) -> None:
    steps = [{"task": {"what": "Say hello"}}, {"wait": "30d"}, {"set": {"tag": "late"}}]
    company.playbook("by-hand", kind="onboarding", trigger="manual", steps=steps)
    company.playbook("starts", kind="onboarding", trigger={"enters": "new-customers"}, steps=[{"start": "by-hand"}])
    accounts(company, "a", stage="growth")
    await company.sweep()
    settings = company.load()
    now = clock.as_of(DAY.isoformat(), settings.zone)()
    rulebook = await company.database.read(load_rulebook, settings, DAY)
    play = await company.database.run(start_by_hand, rulebook, "by-hand", "a", "UANN", now)
    with pytest.raises(Refused, match="runs for this account already"):
        await company.database.run(start_by_hand, rulebook, "by-hand", "a", "UANN", now)
    await company.sweep()
    await company.database.run(take_over, play, "UANN", now, "wait 30d")
    with pytest.raises(AlreadyDone):
        await company.database.run(take_over, play, "UBOB", now, "")
    await company.sweep(DAY + 40 * ONE)
    (ended,) = await plays(company)
    assert (ended.end_reason, ended.ended_by) == ("taken_over", "UANN")
    assert [(a.state, a.taken_by) for a in await company.alerts()] == [("taken", "UANN")]
    accounts(company, "b")
    await company.sweep(DAY + 41 * ONE)
    assert {(p.playbook, p.account_id) for p in await plays(company)} == {("by-hand", "a"), ("starts", "b"), ("by-hand", "b")}


@on_sqlite
async def test_plays_of_accounts_that_left_end(company: Company) -> None:
    company.playbook("slow", kind="onboarding", trigger={"enters": "new-customers"}, steps=[{"wait": "30d"}, {"set": {"tag": "x"}}])
    accounts(company, "churns", "goes", "stays")
    await company.sweep()
    company.sql("UPDATE crm SET stage = 'churned' WHERE id = 'churns'", "DELETE FROM crm WHERE id = 'goes'")
    await company.sweep(DAY + ONE)
    assert {p.account_id: p.end_reason for p in await plays(company)} == {"churns": "churned", "goes": "gone", "stays": None}


@on_sqlite
async def test_an_event_begins_a_play_for_its_own_contact_only(company: Company) -> None:
    steps = [{"email": {"letter": "feedback-thanks", "to": "contact"}}]
    company.playbook("thanks", kind="survey", target="contact", trigger={"event": "praised"}, steps=steps)
    accounts(company, "a")
    await company.sweep()
    at = clock.as_of("2026-04-01T08:00", company.load().zone)()
    events = [Event(key=f"e{n}", name="praised", at=at, account_id="a", contact_id=who) for n, who in enumerate(("", "a-admin"))]
    await company.database.run(lambda session: session.add_all(events))
    await company.sweep(DAY + ONE)
    assert [(p.contact_id, p.occasion) for p in await plays(company)] == [("a-admin", f"event:{events[1].id}")]


@on_sqlite
async def test_a_task_that_is_late_says_so_once(company: Company) -> None:
    company.playbook("asks", kind="onboarding", trigger={"enters": "new-customers"}, steps=[{"task": {"what": "Call", "within": "2d"}}])
    accounts(company, "a")
    versions = []
    for day in (0, 1, 2, 4):
        await company.sweep(DAY + day * ONE)
        versions += [alert.version for alert in await company.alerts()]
    assert versions[1] < versions[2] == versions[3]
    assert len(await told(company, "overdue")) == 1


@on_sqlite
async def test_a_file_that_is_gone_pauses_its_plays_even_while_it_is_enabled(company: Company) -> None:
    company.playbook("slow", kind="onboarding", trigger={"enters": "new-customers"}, steps=[{"wait": "1d"}, {"set": {"tag": "late"}}])
    accounts(company, "a")
    await company.sweep()
    file = company.folder / "playbooks" / "slow.yml"
    file.rename(file.with_suffix(".off"))
    await company.sweep(DAY + 2 * ONE)
    assert [d.kind for d in await company.rows(Dispatch)] == ["removed"]
    assert {a.tags for a in await company.rows(Account)} == {""}


@on_sqlite
async def test_contacts_are_targets_of_their_own(company: Company) -> None:
    steps = [{"email": {"letter": "feedback-thanks", "to": "contact"}}]
    company.playbook("thanks", kind="survey", target="contact", roles=["champion"], trigger={"enters": "new-customers"}, steps=steps)
    accounts(company, "a")
    people = [("c1", "a", "Cy", "cy@a.example", "champion", "cs", 0), ("c2", "a", "Di", "di@a.example", "champion", "ru", 0)]
    fill(company.url, "people", "id, account_id, name, email, role, locale, opted_out", people)
    await company.sweep()
    found = await company.rows(Dispatch)
    assert {(d.recipient, d.content["language"]) for d in found} == {("cy@a.example", "cs"), ("di@a.example", "ru")}
