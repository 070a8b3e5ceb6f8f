"""Slack at its worst: what happens to cards when the far end limits, breaks, hangs up, or has no such channel."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import delete, update

from bot.app import build
from bot.messages.actions import Action
from bot.sandbox.messages import Channel
from jobs.duty import duty
from models import OutboxMessage, Reason
from tests.cast import ADMIN, JANA
from tests.factories import Company, World, until
from tests.scenario.conftest import OpenWorld, on_sqlite

POST, UPDATE = "chat.postMessage", "chat.update"
BROKEN: list[dict[str, Any]] = [
    {"kind": "server_error"},
    {"kind": "server_error", "performed": True},
    {"kind": "html"},
    {"kind": "html", "performed": True},
    {"kind": "truncated"},
    {"kind": "drop_after"},
    {"kind": "drop_before"},
    {"kind": "error", "error": "internal_error", "performed": True},
]
KEPT = 5
"""How many of them Slack kept all the same."""
DROPPED = 1
"""How many never came as far as Slack's log of calls."""


def eight_drops(company: Company) -> None:
    for number in range(len(BROKEN)):
        company.account(f"Drop {number}", owner_email=None)


def one_drop(company: Company) -> None:
    company.account("Acme")


def posted_ids(world: World) -> Counter[str]:
    return Counter(message.metadata["event_payload"]["id"] for message in world.posts() if message.metadata)


@on_sqlite
async def test_whatever_slack_answers_each_card_stands_once(open_world: OpenWorld) -> None:
    world = await open_world(accounts=eight_drops, worker=False)
    for fault in BROKEN:
        world.sandbox.faults.add(POST, **fault)
    world.start_worker()
    await world.quiet()
    rows = await world.rows()
    assert posted_ids(world) == Counter({row.id: 1 for row in rows})
    assert len(world.calls(POST)) == len(BROKEN) - DROPPED + len(BROKEN) - KEPT
    assert len(world.calls("conversations.history")) == len(BROKEN)
    assert not any(row.problem or row.dead_at or row.uncertain or row.claimed_by for row in rows)


@on_sqlite
async def test_a_direct_message_stands_once_too(open_world: OpenWorld) -> None:
    world = await open_world(accounts=one_drop, settings={"digest": {"enabled": True}}, worker=False)
    world.clock.move(days=1)
    await duty(world.app.database, world.app.settings, world.clock.at)
    await world.app.database.run(lambda session: session.execute(delete(OutboxMessage).where(~OutboxMessage.channel.startswith("U"))))
    world.sandbox.faults.add(POST, "drop_after")
    world.start_worker()
    await world.quiet()
    rows = await world.rows()
    assert rows
    assert not any(row.problem or row.dead_at for row in rows)
    assert posted_ids(world) == Counter({row.id: 1 for row in rows})


@on_sqlite
async def test_a_call_that_takes_too_long_is_looked_up_before_it_is_repeated(open_world: OpenWorld) -> None:
    world = await open_world(accounts=one_drop, worker=False, timeout=0.2)
    world.sandbox.faults.add(POST, "slow", seconds=0.5, performed=True)
    world.start_worker()
    await world.card("Acme")
    assert len(world.calls(POST)) == 1
    assert len(world.posts()) == 1


@on_sqlite
async def test_slow_answers_cost_time_and_nothing_else(open_world: OpenWorld) -> None:
    world = await open_world(accounts=eight_drops, worker=False)
    world.sandbox.faults.add(POST, "slow", times=8, seconds=0.3)
    world.start_worker()
    await world.quiet()
    assert len(world.calls(POST)) == 8


@on_sqlite
async def test_the_channel_is_searched_again_when_the_search_fails(open_world: OpenWorld) -> None:
    world = await open_world(accounts=one_drop, worker=False)
    world.sandbox.faults.add(POST, "drop_after")
    world.sandbox.faults.add("conversations.history", "html")
    world.start_worker()
    await world.card("Acme")
    assert len(world.calls(POST)) == 1
    assert len(world.calls("conversations.history")) == 2


@on_sqlite
async def test_too_many_requests_wait_as_long_as_slack_says(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    world.sandbox.faults.add(POST, "rate_limited", times=2, seconds=1)
    world.start_worker()
    await world.quiet()
    calls = world.calls(POST)
    refused = [call for call in calls if call.fault]
    after = [call.at - refused[-1].at for call in calls if call.at > refused[-1].at + 0.5]
    assert len(calls) == 6
    assert min(after) >= 0.95
    assert len(world.posts()) == 4
    assert [row.attempts for row in await world.rows()] == [0, 0, 0, 0]


@on_sqlite
async def test_updates_that_are_too_many_wait_too(world: World) -> None:
    card = await world.card("Acme")
    world.sandbox.faults.add(UPDATE, "rate_limited", seconds=1)
    await world.click(JANA, card, Action.ALERT_TAKE)
    await until(lambda: len(world.calls(UPDATE)) == 1, "the update was refused")
    await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE)
    await world.quiet()
    first, second = world.calls(UPDATE)
    assert second.at - first.at >= 0.95
    assert "snoozed it until" in card.words


@on_sqlite
async def test_a_failed_update_heals_itself(world: World) -> None:
    for number, (account, kind) in enumerate((("Acme", "server_error"), ("Borealis", "drop_after"), ("Cobalt", "truncated")), start=1):
        card = await world.card(account)
        world.sandbox.faults.add(UPDATE, kind)
        await world.click(JANA, card, Action.ALERT_TAKE)
        await world.quiet()
        assert f"<@{JANA.id}> took it" in card.words
        assert len(world.calls(UPDATE)) == 2 * number, kind


@on_sqlite
async def test_a_card_that_changes_while_slack_is_down_shows_the_last_state_once(world: World) -> None:
    card = await world.card("Acme")
    down = world.sandbox.faults.add(UPDATE, "drop_before", times=99)
    await world.click(JANA, card, Action.ALERT_TAKE)
    await until(lambda: down.hits, "an update was tried")
    await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE)
    await world.open_and_submit(JANA, card, Action.ALERT_RESOLVE, outcome="saved")
    assert card.versions == 1
    world.sandbox.faults.clear()
    await world.quiet()
    assert card.versions <= 3  # an update that was under way when Slack came back may still have shown the snooze
    assert "Resolved: saved" in card.words


@on_sqlite
async def test_a_modal_that_slack_does_not_open_is_told(world: World) -> None:
    card = await world.card("Acme")
    for number, kind in enumerate(("html", "server_error", "truncated", "drop_before"), start=1):
        world.sandbox.faults.add("views.open", kind)
        assert (await world.click(JANA, card, Action.ALERT_DETAILS)).ok
        assert len(world.told(JANA)) == number, kind
        assert world.told(JANA)[-1].startswith("Slack did not answer")


CURES = [
    ("#nowhere", "channel_not_found: Slack knows no channel #nowhere"),
    ("#cs-secret", "/invite"),
    ("#cs-old", "is_archived: #cs-old is archived: unarchive it"),
]


def cure(world: World, channel: str) -> None:
    workspace = world.sandbox.workspace
    if channel == "#nowhere":
        workspace.channels["C0NOWHERE"] = Channel("C0NOWHERE", "nowhere", "public", JANA.id, 0)
    elif channel == "#cs-secret":
        world.sandbox.channel(channel).members.append(workspace.identity.bot_user)
    else:
        world.sandbox.channel(channel).is_archived = False


@pytest.mark.parametrize(("channel", "words"), CURES)
@on_sqlite
async def test_a_channel_that_takes_nothing_is_told_with_its_cure_and_resent(open_world: OpenWorld, channel: str, words: str) -> None:
    world = await open_world(settings={"channels": {"alerts": channel}})
    await world.quiet()
    status = await world.command(ADMIN, "status")
    assert "4 could not be sent" in status.words
    assert words in status.read
    assert "*Acme: usage-drop* to" in status.read
    assert status.buttons == ["Resend"] * 4
    assert (await world.alert("Acme")).state == "open"
    cure(world, channel)
    (letter, *_) = await world.dead()
    assert (await world.click(ADMIN, status, Action.OUTBOX_RESEND, letter.id)).ok
    await until(lambda: len(world.posts()) == 4, "the others follow the first that arrives")
    await world.quiet()
    assert "0 could not be sent" in (await world.command(ADMIN, "status")).words
    assert posted_ids(world) == Counter({row.id: 1 for row in await world.rows()})


@on_sqlite
async def test_after_the_cure_the_next_pass_posts_by_itself(open_world: OpenWorld) -> None:
    world = await open_world(settings={"channels": {"alerts": "#nowhere"}})
    await world.quiet()
    await world.sweep()
    await world.quiet()
    assert len(await world.dead()) == 4
    cure(world, "#nowhere")
    await world.sweep()
    await world.card("Acme")
    await until(lambda: len(world.posts()) == 4, "all have arrived")


@on_sqlite
async def test_a_dead_letter_that_changes_shows_its_last_state_after_the_cure(open_world: OpenWorld) -> None:
    world = await open_world(settings={"channels": {"alerts": "#cs-old"}})
    await world.quiet()
    world.company.change("Acme", stage="churned")
    await world.sweep()
    await world.quiet()
    cure(world, "#cs-old")
    await world.sweep()
    assert "Ended" in (await world.card("Acme")).words


@on_sqlite
async def test_a_card_that_was_deleted_in_slack_is_a_dead_letter(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_SNOOZE)
    world.sandbox.workspace.remove(card.message)
    await world.submit(JANA)
    await world.quiet()
    assert "the message was deleted in Slack" in (await world.command(ADMIN, "status")).words
    assert (await world.alert("Acme")).state == "snoozed"


@on_sqlite
async def test_a_message_that_cannot_be_written_does_not_hold_up_the_others(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    acme = (await world.alert("Acme")).id
    broken = update(Reason).where(Reason.alert_id == acme).values(cause={"reason": "?"})
    await world.app.database.run(lambda session: session.execute(broken))
    world.start_worker()
    await world.quiet()
    assert len(world.posts()) == 3
    (dead,) = await world.dead()
    assert dead.subject == f"alert:{acme}"
    assert "could not be written" in (await world.command(ADMIN, "status")).words


@on_sqlite
async def test_a_token_that_was_revoked_is_tried_again(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    world.sandbox.faults.add(POST, "error", times=4, error="token_revoked")
    world.start_worker()
    await world.quiet()
    assert len(world.posts()) == 4
    assert await world.dead() == []


async def test_two_workers_share_the_work(open_world: OpenWorld) -> None:
    world = await open_world(accounts=eight_drops, worker=False)
    world.sandbox.faults.add(POST, "slow", times=8, seconds=0.1)
    other = build(world.app.settings, None, world.clock)
    try:
        done = await asyncio.gather(world.app.worker.deliver(), other.worker.deliver())
    finally:
        other.database.close()
    assert sum(delivery.posted for delivery in done) == 8
    assert posted_ids(world) == Counter({row.id: 1 for row in await world.rows()})
