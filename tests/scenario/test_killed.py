"""kill −9 in the middle of delivery, then a new start: one card each."""

import asyncio
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

import bot
from bot.delivery import outbox
from bot.settings import load_settings
from bot.verbs.deliver import _deliver as deliver
from jobs import lease
from tests.cast import JANA
from tests.factories import Company, World, until
from tests.scenario import impatient
from tests.scenario.conftest import OpenWorld, on_sqlite

CARDS = 9


def nine_drops(company: Company) -> None:
    for number in range(CARDS):
        company.account(f"Drop {number}", owner_email=JANA.email if number % 2 else None)


async def start(world: World, *verb: str) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("PYTHON")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.scenario.impatient",
        *verb,
        cwd=Path(bot.__file__).parent.parent,
        env=kept | {"STAYSAIL_CONFIG": str(world.config), **world.variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def kill(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    assert process.returncode == -signal.SIGKILL


def posted_ids(world: World) -> Counter[str]:
    return Counter(message.metadata["event_payload"]["id"] for message in world.posts() if message.metadata)


async def test_kill_nine_in_the_middle_of_deliver(open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (outbox, lease):
        monkeypatch.setattr(module, "LEASE", impatient.LEASE)
    world = await open_world(accounts=nine_drops, worker=False)
    world.sandbox.faults.add("chat.postMessage", "slow", times=3, seconds=60, performed=True)  # kept by Slack, never answered
    world.sandbox.faults.add("chat.postMessage", "slow", times=3, seconds=60)  # not kept either
    process = await start(world, "deliver", "--as-of", world.clock.at.isoformat())
    await until(lambda: len(world.posts()) >= 6 and len(world.sandbox.faults.waiting()) == 0, "six posts stand", 30)
    await kill(process)
    rows = await world.rows()
    assert any(row.uncertain and row.claimed_by for row in rows)
    done = await deliver(load_settings(world.config, world.variables), world.clock)  # what the verb does
    assert (done.failed, done.waiting) == (0, 0)
    assert posted_ids(world) == Counter({row.id: 1 for row in rows})
    assert len(rows) == CARDS
    assert all(row.shown_version == row.wanted_version and row.ts for row in await world.rows())


@on_sqlite
@pytest.mark.parametrize("after", [1, 4, 7])
async def test_a_worker_that_ends_between_sending_and_settling(open_world: OpenWorld, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in one process, at several places: the worker's task ends while sends are under way."""
    monkeypatch.setattr("bot.delivery.outbox.LEASE", timedelta(seconds=0.2))
    world = await open_world(accounts=nine_drops, worker=False)
    world.sandbox.faults.add("chat.postMessage", "slow", times=99, after=after, seconds=0.3, performed=True)
    world.start_worker()
    await until(lambda: len(world.posts()) > after, "some posts stand")
    await world.stop_worker()
    world.sandbox.faults.clear()
    world.start_worker()
    await world.quiet()
    assert posted_ids(world) == Counter({row.id: 1 for row in await world.rows()})


@on_sqlite
async def test_a_worker_that_is_woken_and_stopped_at_once_stops(open_world: OpenWorld) -> None:
    world = await open_world(accounts=lambda company: None, worker=False)
    for _ in range(3):
        world.start_worker()
        await asyncio.sleep(0.05)  # it naps
        world.app.worker.wake()
        await asyncio.wait_for(world.stop_worker(), 20)
