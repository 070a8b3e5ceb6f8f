"""`/stay playbooks`, `playbook`, `start`, `account` and `why` over playbooks that wait, branch and split; cards besides churn risk."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messages.actions import Action
from bot.sandbox.server import Person
from models import Account, Play, PlaybookStatus, Trace
from tests.cast import ADMIN, GUEST, JANA, LEAD, OLIVER, WEI
from tests.factories import Card, Company, World, steady
from tests.scenario.conftest import OpenWorld, on_sqlite

ONBOARDING: dict[str, Any] = {
    "playbook": "onboarding",
    "version": 1,
    "about": "From signing to first value",
    "kind": "onboarding",
    "trigger": "sweep",
    "when": "stage = 'activation'",
    "steps": [
        {"card": "onboarding-check"},
        {"wait": "3d"},
        {"if": "arr > 50000", "then": [{"task": {"what": "Call *them*", "within": "2d"}}], "else": [{"set": {"stage": "adoption"}}]},
        {"wait": "14d"},
    ],
}
BY_HAND = {
    "playbook": "by-hand",
    "version": 1,
    "about": "A round of calls",
    "kind": "onboarding",
    "trigger": "manual",
    "steps": [{"split": {"call": 1, "mail": 1}, "call": [{"wait": "2d"}], "mail": [{"wait": "2d"}]}, {"card": "check-in"}],
}
PER_PERSON = BY_HAND | {"playbook": "per-person", "trigger": {"event": "met"}, "target": "contact", "steps": [{"wait": "2d"}]}


def two_newcomers(company: Company) -> None:
    company.account("Acme", steady, stage="activation", arr=120_000, owner_email=JANA.email)
    company.account("Borealis", steady, stage="activation", arr=10_000, owner_email=OLIVER.email)
    company.account("Evergreen", steady, owner_email=JANA.email)


def write(folder: Path, *playbooks: dict[str, Any]) -> dict[str, Any]:
    """Settings for these playbooks, whose files are written."""
    (folder / "playbooks").mkdir(exist_ok=True)
    for playbook in playbooks:
        (folder / "playbooks" / f"{playbook['playbook']}.yml").write_text(yaml.safe_dump(playbook, sort_keys=False))
    return {"playbooks": "./playbooks", "enable": [playbook["playbook"] for playbook in playbooks]}


@pytest.fixture
async def world(open_world: OpenWorld, tmp_path: Path) -> World:
    return await open_world(accounts=two_newcomers, settings=write(tmp_path, ONBOARDING, BY_HAND, PER_PERSON))


async def play_of(world: World, account: str) -> Play:
    def newest(session: Session) -> Play:
        mine = select(Play).join(Account, Account.id == Play.account_id).where(Account.name == account)
        return session.scalars(mine.order_by(Play.id.desc())).first()  # type: ignore[return-value]

    return await world.app.database.read(newest)


async def status_of(world: World, name: str) -> PlaybookStatus:
    return await world.app.database.read(lambda session: session.get_one(PlaybookStatus, name))


async def later(world: World, **how_far: float) -> None:
    world.clock.move(**how_far)
    await world.sweep()


# --- cards besides churn risk


@on_sqlite
async def test_a_card_of_a_running_play_goes_through_its_life(world: World) -> None:
    card = await world.card("Acme")
    assert "Onboarding check\nFrom signing to first value." in card.read
    assert [name for name in card.buttons if name in ("Take over", "Not needed…", "Done…")] == ["Take over", "Not needed…", "Done…"]
    await world.click(JANA, card, Action.ALERT_TAKE)
    await world.quiet()
    assert f"*Taken by*\n<@{JANA.id}>" in card.read
    await world.open_and_submit(JANA, card, Action.ALERT_RESOLVE, outcome="done", note="They are set up")
    await world.quiet()
    assert "Onboarding check · Done · " in card.read
    assert "They are set up" in card.read
    assert (await world.alert("Acme")).outcome == "done"


@on_sqlite
async def test_a_card_that_is_not_needed_is_dismissed(world: World) -> None:
    card = await world.card("Borealis")
    await world.open_and_submit(OLIVER, card, Action.ALERT_DISMISS, outcome="not_needed")
    await world.quiet()
    assert "Onboarding check · Not needed: no longer needed" in card.read


@on_sqlite
async def test_a_task_says_what_is_to_be_done_and_until_when(world: World) -> None:
    await later(world, days=3)
    task = await world.card("Acme")
    assert "Task\nCall *them*." in task.read
    assert f"*For*\n<@{JANA.id}>" in task.read
    alert = await world.alert("Acme")
    assert (alert.card, alert.deadline) == ("task", alert.opened_at + timedelta(days=2))
    assert "*Due*" in task.read
    assert "Call *them*" in (listed := (await world.command(JANA, "risks")).read)
    assert " · due <!date^" in listed
    world.clock.move(days=3)
    await world.click(JANA, task, Action.ALERT_TAKE)
    await world.quiet()
    assert "*Overdue since*" in task.read
    assert task.text.startswith("Overdue: Task at Acme")


async def test_whoever_takes_over_stops_the_rest(world: World) -> None:
    card = await world.card("Acme")
    await world.click(WEI, card, Action.PLAY_TAKE_OVER)
    await world.quiet()
    assert f"<@{WEI.id}> took over; it stood at: wait 3 days (step 2 of 6)" in card.read
    assert "Take over" not in card.buttons
    play = await play_of(world, "Acme")
    assert (play.end_reason, play.ended_by) == ("taken_over", WEI.id)
    await later(world, days=4)
    assert (await world.alert("Acme")).card == "onboarding-check"


@on_sqlite
async def test_of_two_people_the_first_takes_over(world: World) -> None:
    card = await world.card("Acme")
    value = str((await play_of(world, "Acme")).id)
    await world.click(WEI, card, Action.PLAY_TAKE_OVER, value)
    stale = Card(card.message)
    outcome = await world.sandbox.click(JANA.id, stale.channel, stale.ts, Action.PLAY_TAKE_OVER.value, value)
    if outcome.ok:  # the card may have lost the button by then
        assert world.told(JANA)[-1].startswith(f"Already taken over by <@{WEI.id}>")
    assert (await play_of(world, "Acme")).ended_by == WEI.id


# --- the list


@on_sqlite
async def test_playbooks_shows_how_each_stands(world: World) -> None:
    await world.open_and_submit(JANA, await world.card("Acme"), Action.ALERT_RESOLVE, outcome="done")
    answer = await world.command(JANA, "playbooks")
    assert "*Onboarding* · live · version 1 · 2 running" in answer.read
    assert "Last 90 days: 1 useful, 0 false alarms" in answer.read
    assert "*By hand* · live · version 1 · 0 running" in answer.read
    assert answer.buttons == ["Open"] * 3
    await world.click(JANA, answer, Action.PLAYBOOK_OPEN, "by-hand")
    assert "Starts when a person starts it" in world.told(JANA)[-1]


@on_sqlite
async def test_playbooks_has_pages(open_world: OpenWorld, tmp_path: Path) -> None:
    many = [BY_HAND | {"playbook": f"book-{n:02}"} for n in range(23)]
    world = await open_world(accounts=two_newcomers, settings=write(tmp_path, *many))
    answer = await world.command(JANA, "playbooks")
    assert "23 playbooks · page 1 of 3" in answer.words
    await world.click(JANA, answer, Action.PLAYBOOKS_NEXT)
    await world.click(JANA, answer, Action.PLAYBOOKS_NEXT)
    assert "page 3 of 3" in answer.words
    assert answer.buttons == ["Open", "Open", "Open", "Previous"]
    assert "Book 22" in answer.words


# --- one playbook


@on_sqlite
async def test_a_playbook_is_seen_as_a_funnel(world: World) -> None:
    first = (await world.command(JANA, "playbook onboarding")).read
    assert "From signing to first value\nStarts whenever its condition becomes true: `stage = 'activation'`" in first
    assert "open the card *onboarding-check* · 2 reached\n" in first
    assert "· 2 reached · *2 here now*" in first
    await later(world, days=3)
    then = (await world.command(JANA, "playbook ONBOARDING")).read
    assert "if arr > 50000" in then.replace("&gt;", ">")
    assert "otherwise · 1 reached" in then
    assert "Call" in then
    assert "*2 here now*" in then


@on_sqlite
async def test_a_splits_variants_are_counted(world: World) -> None:
    for name in ("Acme", "Borealis", "Evergreen"):
        answer = await world.command(LEAD, f"start by-hand {name}")
        await world.click(LEAD, answer, Action.PLAY_START)
    await world.sweep()
    shown = (await world.command(JANA, "playbook by-hand")).read
    counts = {name: int(count) for name, count in re.findall(r"^(call|mail) · (\d+) reached$", shown, re.MULTILINE)}
    assert set(counts) == {"call", "mail"}
    assert sum(counts.values()) == 3


@on_sqlite
async def test_an_unknown_playbook_gets_the_nearest(world: World) -> None:
    assert (await world.command(JANA, "playbook onbording")).read == "No playbook is called “onbording”. Did you mean “onboarding”?"
    assert (await world.command(JANA, "playbook")).read.startswith("Which playbook?")


@on_sqlite
async def test_an_admin_pauses_and_resumes(world: World) -> None:
    answer = await world.command(ADMIN, "playbook onboarding")
    assert answer.buttons == ["Pause", "Promote…", "Dry run"]
    await world.click(ADMIN, answer, Action.PLAYBOOK_PAUSE)
    assert (await status_of(world, "onboarding")).paused_by == ADMIN.id
    assert "paused (live)" in answer.read
    assert answer.buttons == ["Resume", "Promote…", "Dry run"]
    await world.click(ADMIN, answer, Action.PLAYBOOK_RESUME)
    assert (await status_of(world, "onboarding")).paused_at is None
    assert answer.buttons[0] == "Pause"
    assert len(world.told(ADMIN)) == 1


ADMINS_ONLY = [Action.PLAYBOOK_PAUSE, Action.PLAYBOOK_PROMOTE, Action.PLAYBOOK_DRY_RUN]


@on_sqlite
async def test_only_admins_change_a_playbook_and_it_is_checked_at_the_click(world: World) -> None:
    assert (await world.command(LEAD, "playbook onboarding")).buttons == []
    answer = await world.command(ADMIN, "playbook onboarding")
    for person in (LEAD, JANA, GUEST):
        for action in ADMINS_ONLY:
            await press(world, person, answer, action)
            assert world.told(person)[-1].startswith("Only"), (person.name, action)
        assert world.sandbox.views(person.id) == []
    status = await status_of(world, "onboarding")
    assert (status.paused_at, status.mode) == (None, "live")


async def press(world: World, person: Person, answer: Card, action: Action) -> None:
    """A click on a button that the person was never shown."""
    world.sandbox.workspace.store(replace(answer.message, only_for=person.id))
    assert (await world.click(person, answer, action)).ok


@on_sqlite
async def test_an_admin_promotes_after_seeing_the_changes(world: World, tmp_path: Path) -> None:
    write(tmp_path, ONBOARDING | {"version": 2, "mode": "shadow", "about": "From signing to value"})
    await world.sweep()
    answer = await world.command(ADMIN, "playbook onboarding")
    assert "shadow · version 2" in answer.read
    await world.click(ADMIN, answer, Action.PLAYBOOK_PROMOTE)
    changes = world.modal_words(ADMIN).splitlines()
    assert {"-about: From signing to first value", "+about: From signing to value", "+mode: shadow"} <= set(changes)
    await world.submit(ADMIN, mode="canary", canary="not an address")
    assert (await status_of(world, "onboarding")).mode == "shadow"
    await world.submit(ADMIN, mode="canary", canary=f"{JANA.email}\n{OLIVER.email}")
    status = await status_of(world, "onboarding")
    assert (status.mode, status.canary, status.mode_by) == ("canary", sorted([JANA.email, OLIVER.email]), ADMIN.id)
    assert "is in the mode canary from now on" in world.modal_words(ADMIN)
    shown = (await world.command(JANA, "playbook onboarding")).read
    assert f"Live for accounts of {JANA.email}, {OLIVER.email}" in shown
    assert f"by <@{ADMIN.id}>" in shown


@on_sqlite
async def test_a_dry_run_names_whom_it_would_start_for_and_touches_nobody(world: World) -> None:
    world.company.change("Evergreen", stage="activation")
    await world.app.sweep.poll(world.reports[0], world.clock())
    before = await world.app.database.read(lambda session: len(session.scalars(select(Trace.id)).all()))
    outcome = await world.click(ADMIN, await world.command(ADMIN, "playbook onboarding"), Action.PLAYBOOK_DRY_RUN)
    assert outcome.ok, outcome
    said = world.told(ADMIN)[-1]
    assert "It would start for 1 account now. 2 more are held back: 2 running already." in said.replace("\n", " ")
    assert "Evergreen" in said
    assert "Acme" in said
    assert await world.app.database.read(lambda session: len(session.scalars(select(Trace.id)).all())) == before


@on_sqlite
async def test_a_playbook_without_its_file_is_shown_while_its_plays_stand_still(world: World) -> None:
    def left_behind(session: Session) -> None:
        account = session.scalars(select(Account.id).order_by(Account.id)).first()
        begun = {"version": 4, "account_id": account, "started_at": world.clock(), "step": 1}
        session.add(Play(playbook="old-gifts", **begun))
        now = world.clock()
        session.add(PlaybookStatus(name="old-gifts", version=4, mode="live", first_seen_at=now, paused_at=now, paused_by="staysail"))

    await world.app.database.run(left_behind)
    assert "*Old gifts* · file gone or not enabled, paused · version 4 · 1 running" in (await world.command(ADMIN, "playbooks")).read
    answer = await world.command(ADMIN, "playbook old-gifts")
    assert "by Staysail" in answer.read
    assert answer.buttons == []
    shown = await world.command(JANA, "account Acme")
    assert "*Old gifts* is running, since" in shown.read


# --- starting by hand


@on_sqlite
async def test_a_csm_starts_a_play_for_an_own_account(world: World) -> None:
    answer = await world.command(JANA, "start by-hand Evergreen")
    assert "Start *By hand* for *<https://crm.example/accounts/3|Evergreen>*?" in answer.read
    await world.click(JANA, answer, Action.PLAY_START)
    assert answer.read == "“by-hand” has started for Evergreen."
    play = await play_of(world, "Evergreen")
    assert (play.playbook, play.ended_at) == ("by-hand", None)
    again = await world.command(JANA, "start by-hand Evergreen")
    await world.click(JANA, again, Action.PLAY_START)
    assert "it runs for this account already" in world.told(JANA)[-1]


@on_sqlite
async def test_of_several_accounts_one_is_chosen_to_start(world: World) -> None:
    answer = await world.command(LEAD, "start by-hand account")
    assert "3 accounts match “account”. Which one?" in answer.read
    await world.click(LEAD, answer, Action.ACCOUNT_PICK, "a2")
    assert "Borealis" in answer.read
    assert answer.buttons == ["Start"]


@on_sqlite
async def test_others_may_not_start_a_play(world: World) -> None:
    refusal = (await world.command(WEI, "start by-hand Evergreen")).read
    assert refusal == f"Only the account's CSM ({JANA.email}), managers and admins may start a playbook for Evergreen."
    await press(world, WEI, await world.command(JANA, "start by-hand Evergreen"), Action.PLAY_START)
    assert world.told(WEI)[-1].startswith("Only the account's CSM")
    assert await play_of(world, "Evergreen") is None


@on_sqlite
async def test_a_start_that_is_not_understood_says_why(world: World) -> None:
    for text, said in (
        ("start", "Start what for whom?"),
        ("start by-hand", "Start what for whom?"),
        ("start nothing Acme", "No playbook is called “nothing”."),
        ("start by-hnad Acme", "No playbook is called “by-hnad”. Did you mean “by-hand”?"),
        ("start per-person Acme", "`per-person` is about contacts"),
        ("start by-hand nobody", "No account has “nobody”"),
    ):
        assert (await world.command(JANA, text)).read.startswith(said), text


@on_sqlite
async def test_a_guest_may_neither_start_nor_take_over(world: World) -> None:
    card = await world.card("Acme")
    await world.click(GUEST, card, Action.PLAY_TAKE_OVER)
    assert world.told(GUEST)[-1].startswith("Only full members")
    await press(world, GUEST, await world.command(JANA, "start by-hand Evergreen"), Action.PLAY_START)
    assert world.told(GUEST)[-1].startswith("Only full members")
    for word in ("playbooks", "playbook onboarding", "start by-hand Acme"):
        assert (await world.command(GUEST, word)).words.startswith("Only full members")
    assert (await play_of(world, "Acme")).ended_at is None
    assert await play_of(world, "Evergreen") is None


# --- one account


@on_sqlite
async def test_an_account_shows_its_running_plays(world: World) -> None:
    answer = await world.command(OLIVER, "account Borealis")
    assert "*Onboarding* is running, since" in answer.read
    assert "It stands at: wait" in answer.read
    await world.click(OLIVER, answer, Action.PLAY_TAKE_OVER)
    assert "is running" not in answer.read
    assert len(world.told(OLIVER)) == 1
    await world.quiet()
    assert f"<@{OLIVER.id}> took over" in (await world.card("Borealis")).read


@on_sqlite
async def test_a_play_that_only_waits_for_its_card_is_an_alert_there(open_world: OpenWorld) -> None:
    world = await open_world()
    assert "is running" not in (await world.command(JANA, "account Acme")).read


@on_sqlite
async def test_help_names_the_new_words(world: World) -> None:
    said = (await world.command(JANA, "help")).words
    for word in ("/stay playbooks", "/stay playbook NAME", "/stay start PLAYBOOK ACCOUNT"):
        assert word in said
    assert "for an account of yours" in said
    assert "dry run" in (await world.command(ADMIN, "help")).words


@on_sqlite
async def test_a_playbook_that_cannot_be_used_stands_still_alone(world: World, tmp_path: Path) -> None:
    write(tmp_path, ONBOARDING | {"when": "stagee = 'activation'"})
    await world.sweep()
    await later(world, days=4)
    await world.quiet()
    (notice,) = (card for card in map(Card, world.posts()) if "Playbook `onboarding`" in card.read)
    assert "Playbook `onboarding` cannot be used\n2 running plays stand still, and no new one starts.\n" in notice.read
    assert "column 1: unknown signal `stagee`" in notice.read
    assert (await play_of(world, "Acme")).step == 1
    assert "*Onboarding*: cannot be used now" in (await world.command(JANA, "why Acme")).read
    assert "“onboarding” cannot be used now: " in (await world.command(JANA, "start onboarding Evergreen")).read
    assert "cannot be used, stands still" in (await world.command(JANA, "playbooks")).read
    assert "column 1: unknown signal `stagee`" in (await world.command(ADMIN, "playbook onboarding")).read
    status = await world.command(ADMIN, "status")
    assert "1 mistake in playbooks or settings" in status.text
    assert "*Does not count now*\n✗  " in status.read
    assert "*Onboarding check*" in (await world.command(JANA, "account Acme")).read
    write(tmp_path, ONBOARDING)
    await world.sweep()
    await world.quiet()
    assert "its plays go on" in notice.read
    assert (await play_of(world, "Acme")).step > 1
