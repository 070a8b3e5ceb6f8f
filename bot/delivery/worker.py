"""The worker brings every message that is behind up to date: claim, compose, (look up,) send, settle.

The text is made after the claim, from the state as it stands then: ten changes within a second need one sending.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import clock
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.composed import BOUNCED, GIVEN_UP, WITHHELD, Aftermath, Composed, Composer, Withheld
from bot.delivery.delivery import Delivery
from bot.delivery.keys import read_subject
from bot.delivery.limits import Limits
from bot.delivery.outbox import Claimed, Failed, Shown, Skipped
from bot.delivery.schemes import CALENDAR, SLACK, scheme_of
from bot.delivery.sender import Board, Bounced, Posted, Sender
from bot.errors import SendFailed, SlowDown, Uncertain, Undeliverable
from bot.log import log

LONGEST_WAIT = 600.0
PATIENCE = 60.0
TICK = 0.5
GLANCE = 0.1
TOGETHER = 0.03
FAREWELL = 10.0
INTERRUPTED = "the process ended, or lost touch, while it was being sent"


Result = Shown | Failed | Skipped


class Worker:
    """`senders` by scheme (see `schemes`); `aftermaths` and `composers` by the kind of a subject."""

    def __init__(
        self,
        database: Database,
        senders: Mapping[str, Sender],
        composers: Mapping[str, Composer],
        limits: Limits,
        now: clock.Clock,
        *,
        aftermaths: Mapping[str, Aftermath] | None = None,
    ) -> None:
        self._database, self._senders, self._composers, self._limits, self._now = database, senders, composers, limits, now
        self._boards = {scheme: sender for scheme, sender in senders.items() if isinstance(sender, Board)}
        self._aftermaths = aftermaths or {}
        self._name = uuid4().hex
        self._wake = asyncio.Event()
        self._done = Delivery()
        self._under_way: dict[asyncio.Future[Result], str] = {}

    def wake(self) -> None:
        """Something was just written: look now, not at the next tick."""
        self._wake.set()

    async def run(self) -> None:
        """Serves until cancelled. Letters under way are given a moment to end: nobody could say whether they had left."""
        try:
            while True:
                self._wake.clear()
                try:
                    busy = await self._round()
                except Exception as error:  # the loop must outlive anything: whatever was claimed comes back after its lease
                    log.error("delivery_round_failed", problem=str(error), exc_info=True)
                    busy = False
                if not busy:
                    await self._nap()
        finally:
            await self._take_leave()

    async def _take_leave(self) -> None:
        letters = [task for task, scheme in self._under_way.items() if scheme != SLACK]
        if letters:
            done, _ = await asyncio.wait(letters, timeout=FAREWELL)
            await self._database.run(self._settle, [task.result() for task in done], clock.now())
        await self._close()

    async def _close(self) -> None:
        for sender in self._senders.values():
            await sender.close()

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
        await self._close()
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
            claimed = await self._database.run(self._claim, chosen, clock.now())
            composed = await self._composed(claimed)
            for row in claimed:
                self._under_way[asyncio.ensure_future(self._send(row, composed.get(row.id)))] = scheme_of(row.channel)
        if not self._under_way:
            return False
        done, _ = await asyncio.wait(self._under_way, timeout=GLANCE, return_when=asyncio.FIRST_COMPLETED)
        if done:
            done, _ = await asyncio.wait(self._under_way, timeout=TOGETHER)  # answers come in groups: one settling serves them all
            for task in done:
                del self._under_way[task]
            await self._database.run(self._settle, [task.result() for task in done], clock.now())
        return True

    async def _choose(self) -> Mapping[str, list[str]]:
        """Rows to claim, by scheme. A way with little room left waits until it can take several at once."""
        chosen: dict[str, list[str]] = defaultdict(list)
        room = self._room()
        if room and not any(room.values()):
            return chosen
        for row in await self._database.read(outbox.find_due, self._now(), clock.now()):
            scheme = scheme_of(row.channel)
            if len(chosen[scheme]) < room.get(scheme, 1) and await self._limits.take(row.channel, row.posted):
                chosen[scheme].append(row.id)
        return {scheme: ids for scheme, ids in chosen.items() if ids}

    def _room(self) -> dict[str, int]:
        busy = Counter(self._under_way.values())
        free = {scheme: sender.terms.at_once - busy[scheme] for scheme, sender in self._senders.items()}
        return {scheme: room if room * 2 >= self._senders[scheme].terms.at_once else 0 for scheme, room in free.items()}

    def _claim(self, session: Session, chosen: Mapping[str, list[str]], now: datetime) -> list[Claimed]:
        return [
            row
            for scheme, ids in chosen.items()
            for row in outbox.claim(session, ids, self._name, now, self._senders[scheme].terms.lease if scheme in self._senders else None)
        ]

    async def _composed(self, claimed: Sequence[Claimed]) -> Mapping[str, Composed | Withheld | Failed]:
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

    def _compose(self, session: Session, claimed: Sequence[Claimed]) -> dict[str, Composed | Withheld]:
        """Several rows may be about the same: whoever organized a meeting, and whoever looks after it now."""
        wanted: dict[str, dict[int, list[str]]] = {}
        for row in claimed:
            kind, number = read_subject(row.subject)
            wanted.setdefault(kind, {}).setdefault(number, []).append(row.id)
        return {
            row_id: composed
            for kind, rows in wanted.items()
            for number, composed in self._composers[kind](session, list(rows)).items()
            for row_id in rows[number]
        }

    async def _send(self, row: Claimed, composed: Composed | Withheld | Failed | None) -> Result:
        if isinstance(composed, Failed):
            self._done.failed += 1
            return composed
        if composed is None:
            return Failed(row.id, "what it was about is gone", uncertain=False, retry_at=None)
        if isinstance(composed, Withheld):
            return self._failed(row, Uncertain(INTERRUPTED)) if row.uncertain else Skipped(row.id, row.subject, composed.why)
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

    async def _deliver_one(self, row: Claimed, message: Any) -> Posted:
        scheme = scheme_of(row.channel)
        if board := self._boards.get(scheme):
            return await self._deliver_to_board(board, row, message)
        sender = self._senders.get(scheme)
        if sender is None:
            section = "meetings.calendar" if scheme == CALENDAR else "email"
            raise Undeliverable(f"there is no sender for {scheme}: add the section `{section}` to staysail.yml, and start again")
        if row.ts and row.channel_id:
            return Posted(row.channel_id, row.ts)
        if row.uncertain and not sender.terms.repeats:
            raise Uncertain(INTERRUPTED)
        return await sender.post(row.channel, message, row.id)

    async def _deliver_to_board(self, board: Board, row: Claimed, message: Any) -> Posted:
        if row.ts and row.channel_id:
            return await board.update(Posted(row.channel_id, row.ts), message, row.id)
        if row.uncertain and row.attempted_at:
            found = await self._look_up(board, row, row.attempted_at)
            if found:  # adopted; it may show an older state, so it is brought up to date in the same breath
                return await board.update(found, message, row.id)
        return await board.post(row.channel, message, row.id)

    async def _look_up(self, board: Board, row: Claimed, since: datetime) -> Posted | None:
        try:
            return await board.find(row.channel, row.id, since)
        except SlowDown:
            raise
        except SendFailed as error:
            raise Uncertain(f"it may have been sent, and the channel cannot be searched: {error}") from error

    def _failed(self, row: Claimed, error: SendFailed) -> Failed:
        scheme, now = scheme_of(row.channel), clock.now()
        sender, is_board = self._senders.get(scheme), scheme in self._boards
        uncertain = isinstance(error, Uncertain) or (row.uncertain and isinstance(error, SlowDown))
        wait = min(float(2**row.attempts), LONGEST_WAIT)
        if isinstance(error, SlowDown):
            self._limits.pause(row.channel, bool(row.ts), error.seconds)
            wait = error.seconds
            if is_board:  # Slack's limit is for everybody: it says nothing against this message
                return Failed(row.id, str(error), uncertain, now + timedelta(seconds=wait), counts=False)
        if sender is None or isinstance(error, Undeliverable) or row.attempts + 1 >= sender.terms.tries:
            return self._given_up(row, str(error), uncertain, BOUNCED if isinstance(error, Bounced) else GIVEN_UP)
        if uncertain and not is_board and not sender.terms.repeats:
            return self._given_up(row, f"it may have been sent, so it is not repeated: {error}. Resend it if it did not arrive", uncertain)
        return Failed(row.id, str(error), uncertain, now + timedelta(seconds=wait))

    def _given_up(self, row: Claimed, problem: str, uncertain: bool, end: str = GIVEN_UP) -> Failed:
        self._done.failed += 1
        log.warning("dead_letter", outbox=row.id, channel=row.channel, problem=problem)
        return Failed(row.id, problem, uncertain, None, subject=row.subject, end=end)

    def _settle(self, session: Session, results: Sequence[Result], now: datetime) -> None:
        for result in results:
            if isinstance(result, Failed):
                if outbox.settle_failed(session, result, self._name, now) and result.end:
                    self.tell(session, result.subject, result.end, result.problem)
            elif isinstance(result, Skipped) and outbox.settle_skipped(session, result, self._name):
                self.tell(session, result.subject, WITHHELD, result.why)
        shown = [result for result in results if isinstance(result, Shown)]
        outbox.settle_shown(session, shown, self._name, now)
        outbox.revive(session, [message.id for message in shown])

    def tell(self, session: Session, subject: str, what: str, why: str) -> None:
        """Tells whoever knows the subject what became of it. What fails in it (a broken letter of the team's own) undoes nothing else."""
        kind, number = read_subject(subject)
        if (aftermath := self._aftermaths.get(kind)) is None:
            return
        try:
            with session.begin_nested():
                aftermath(session, number, what, why)
        except SQLAlchemyError:
            raise
        except Exception as error:
            log.error("aftermath_failed", subject=subject, problem=str(error), exc_info=True)
