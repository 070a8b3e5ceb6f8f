"""The worker brings every message that is behind up to date: claim, compose, (look up,) send, settle.

The text is made after the claim, from the state as it stands then: ten changes within a second need one sending.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import clock
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.keys import read_subject
from bot.delivery.limits import POST, UPDATE, Limits
from bot.delivery.outbox import Claimed, Failed, Shown
from bot.errors import SendFailed, SlowDown, Uncertain, Undeliverable
from bot.messages.render import Rendered

log = structlog.get_logger()
AT_ONCE = 40
TRIES = 12
LONGEST_WAIT = 600.0
PATIENCE = 60.0
TICK = 0.5
GLANCE = 0.1


@dataclass(frozen=True)
class Posted:
    """Where a message stands in Slack."""

    channel_id: str
    ts: str


class Sender(Protocol):
    """Slack, or another place where messages are seen. Raises SendFailed of the right kind, and nothing else."""

    async def post(self, channel: str, message: Rendered, outbox_id: str) -> Posted: ...

    async def update(self, where: Posted, message: Rendered, outbox_id: str) -> Posted: ...

    async def find(self, channel: str, outbox_id: str, since: datetime) -> Posted | None:
        """The message that carries this outbox id, if it stands in the channel."""
        ...


@dataclass(frozen=True)
class Composed:
    """What a subject looks like now."""

    version: int
    message: Rendered


Composer = Callable[[Session, Sequence[int]], Mapping[int, Composed]]
"""Texts for several subjects of one kind, by their number."""


@dataclass
class Delivery:
    """What a pass did. `failed` counts dead letters; `waiting` what is still behind."""

    posted: int = 0
    updated: int = 0
    failed: int = 0
    waiting: int = 0


class Worker:
    def __init__(self, database: Database, sender: Sender, composers: Mapping[str, Composer], limits: Limits, now: clock.Clock) -> None:
        self._database, self._sender, self._composers, self._limits, self._now = database, sender, composers, limits, now
        self._name = uuid4().hex
        self._wake = asyncio.Event()
        self._done = Delivery()
        self._under_way: set[asyncio.Future[Shown | Failed]] = set()

    def wake(self) -> None:
        """Something was just written: look now, not at the next tick."""
        self._wake.set()

    async def run(self) -> None:
        """Serves until cancelled."""
        while True:
            self._wake.clear()
            try:
                busy = await self._round()
            except Exception as error:  # the loop must outlive anything: whatever was claimed comes back after its lease
                log.error("delivery_round_failed", problem=str(error), exc_info=True)
                busy = False
            if not busy:
                await self._nap()

    async def _nap(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK):  # not wait_for: on 3.11 it swallows a cancellation that meets a wake-up
                await self._wake.wait()

    async def deliver(self) -> Delivery:
        """Sends everything that is due. Waits for rows that come free within a minute; what then remains is `waiting`."""
        self._done = Delivery()
        await self._database.run(outbox.probe_dead)
        while True:
            if await self._round():
                continue
            wait = await self._next_chance()
            if wait is None:
                break
            await asyncio.sleep(wait)
        self._done.waiting = await self._database.read(outbox.count_waiting)
        return self._done

    async def _next_chance(self) -> float | None:
        moment = await self._database.read(outbox.next_attempt, self._now())
        if moment is None:
            return None
        seconds = (moment - clock.now()).total_seconds()
        return None if seconds > PATIENCE else min(max(seconds, 0.02), 1.0)

    async def _round(self) -> bool:
        """Starts what can be sent now and settles what has come back. False: nothing is under way."""
        chosen = await self._choose()
        if chosen:
            claimed = await self._database.run(outbox.claim, chosen, self._name, clock.now())
            composed = await self._composed(claimed)
            self._under_way |= {asyncio.ensure_future(self._send(row, composed.get(row.id))) for row in claimed}
        if not self._under_way:
            return False
        done, self._under_way = await asyncio.wait(self._under_way, timeout=GLANCE, return_when=asyncio.FIRST_COMPLETED)
        if done:
            await self._database.run(_settle, [task.result() for task in done], self._name, clock.now())
        return True

    async def _choose(self) -> list[str]:
        chosen: list[str] = []
        room = AT_ONCE - len(self._under_way)
        if room < AT_ONCE // 2:
            return chosen
        for row in await self._database.read(outbox.find_due, self._now(), clock.now()):
            if len(chosen) < room and await self._limits.take(row.channel, row.posted):
                chosen.append(row.id)
        return chosen

    async def _composed(self, claimed: Sequence[Claimed]) -> Mapping[str, Composed | Failed]:
        """Texts by row. One that cannot be written becomes a dead letter; the others must not wait for it."""
        try:
            return await self._database.read(self._compose, claimed)
        except SQLAlchemyError:
            raise
        except Exception as error:
            if len(claimed) > 1:
                return {row_id: found for row in claimed for row_id, found in (await self._composed([row])).items()}
            (row,) = claimed
            log.error("message_not_written", outbox=row.id, subject=row.subject, problem=str(error), exc_info=True)
            problem = f"it could not be written, please report this ({type(error).__name__}: {error})"
            return {row.id: Failed(row.id, problem, row.uncertain, None)}

    def _compose(self, session: Session, claimed: Sequence[Claimed]) -> dict[str, Composed]:
        wanted: dict[str, dict[int, str]] = {}
        for row in claimed:
            kind, number = read_subject(row.subject)
            wanted.setdefault(kind, {})[number] = row.id
        return {
            ids[number]: composed for kind, ids in wanted.items() for number, composed in self._composers[kind](session, list(ids)).items()
        }

    async def _send(self, row: Claimed, composed: Composed | Failed | None) -> Shown | Failed:
        if isinstance(composed, Failed):
            self._done.failed += 1
            return composed
        if composed is None:
            return Failed(row.id, "what it was about is gone", uncertain=False, retry_at=None)
        try:
            where = await self._deliver_one(row, composed.message)
        except SendFailed as error:
            return self._failed(row, error)
        except Exception as error:  # must not take the rest of the batch with it
            log.error("sending_failed", outbox=row.id, problem=str(error), exc_info=True)
            return self._failed(row, Uncertain(f"{type(error).__name__}: {error}"))
        if row.ts:
            self._done.updated += 1
        else:
            self._done.posted += 1
        return Shown(row.id, where.channel_id, where.ts, composed.version)

    async def _deliver_one(self, row: Claimed, message: Rendered) -> Posted:
        if row.ts and row.channel_id:
            return await self._sender.update(Posted(row.channel_id, row.ts), message, row.id)
        if row.uncertain and row.attempted_at:
            found = await self._look_up(row, row.attempted_at)
            if found:  # adopted; it may show an older state, so it is brought up to date in the same breath
                return await self._sender.update(found, message, row.id)
        return await self._sender.post(row.channel, message, row.id)

    async def _look_up(self, row: Claimed, since: datetime) -> Posted | None:
        try:
            return await self._sender.find(row.channel, row.id, since)
        except SlowDown:
            raise
        except SendFailed as error:
            raise Uncertain(f"it may have been sent, and the channel cannot be searched: {error}") from error

    def _failed(self, row: Claimed, error: SendFailed) -> Failed:
        uncertain = isinstance(error, Uncertain) or (row.uncertain and isinstance(error, SlowDown))
        now = clock.now()
        if isinstance(error, SlowDown):
            self._limits.pause(UPDATE if row.ts else POST, error.seconds)
            return Failed(row.id, str(error), uncertain, now + timedelta(seconds=error.seconds), counts=False)
        if isinstance(error, Undeliverable) or row.attempts + 1 >= TRIES:
            self._done.failed += 1
            log.warning("dead_letter", outbox=row.id, channel=row.channel, problem=str(error))
            return Failed(row.id, str(error), uncertain, None)
        wait = min(float(2**row.attempts), LONGEST_WAIT)
        return Failed(row.id, str(error), uncertain, now + timedelta(seconds=wait))


def _settle(session: Session, results: Sequence[Shown | Failed], worker: str, now: datetime) -> None:
    for result in results:
        if isinstance(result, Failed):
            outbox.settle_failed(session, result, worker, now)
    shown = [result for result in results if isinstance(result, Shown)]
    outbox.settle_shown(session, shown, worker, now)
    outbox.revive(session, [message.id for message in shown])
