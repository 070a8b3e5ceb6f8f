"""The job `rooms`: opens and closes the rooms of escalations, and reminds. A room whose message is just being posted is waited for."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bot.database import Database
from bot.delivery.delivery import Delivery
from bot.delivery.worker import Worker
from bot.rooms.run import Report, Rooms
from jobs.lease import lease

ROUNDS, PAUSE = 20, 0.25


async def look_after_rooms(rooms: Rooms, wake: Callable[[], None]) -> dict[str, Any]:
    """What was done, as the job's report shows it. `wake` tells the worker that there is something to post."""
    done: dict[str, Any] = {}
    for _ in range(ROUNDS):
        report = await rooms.run()
        done = {name: done.get(name, 0) + count for name, count in asdict(report).items()}
        if any(asdict(report).values()):
            wake()
        if not report.waiting:
            break
        await asyncio.sleep(PAUSE)
    return done


async def deliver_with_rooms(database: Database, rooms: Rooms, worker: Worker) -> Delivery:
    """One pass without a scheduler: a room waits for its messages in turn, so that it takes several rounds."""
    total = Delivery()
    for _ in range(ROUNDS):
        async with lease(database, "rooms", wait=False) as ours:
            report = await rooms.run() if ours else Report()
        sent = await worker.deliver()
        total = Delivery(total.posted + sent.posted, total.updated + sent.updated, total.failed + sent.failed, sent.waiting)
        if not report.waiting and not report.steps:
            break
        await asyncio.sleep(PAUSE if report.waiting else 0)
    return total
