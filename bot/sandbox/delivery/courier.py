"""Brings parcels to the bot: duplicates and disconnects on request, redelivers events, keeps a log."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from bot.sandbox.delivery.parcel import Carrier, Delivered, Parcel, ParcelKind, Receipt, Status
from bot.sandbox.faults import Fault, FaultKind, Faults
from bot.sandbox.people import Json


class Courier:
    def __init__(self, carrier: Carrier, faults: Faults, retry_delays: Sequence[float], now: Callable[[], float]) -> None:
        self._carrier = carrier
        self._faults = faults
        self._retry_delays = retry_delays
        self._now = now
        self._tasks: set[asyncio.Task[Any]] = set()
        self.log: list[Delivered] = []

    async def interact(self, payload: Json) -> Receipt:
        return await self._deliver(Parcel(ParcelKind.INTERACTIVE, payload))

    async def command(self, form: Json) -> Receipt:
        return await self._deliver(Parcel(ParcelKind.COMMAND, form))

    async def event(self, payload: Json) -> Receipt:
        """The first attempt; up to three more follow in the background while the bot does not acknowledge."""
        parcel = Parcel(ParcelKind.EVENT, payload)
        receipt = await self._deliver(parcel)
        if not receipt.acked and not receipt.no_retry:
            self._spawn(self._again(parcel, receipt))
        return receipt

    async def settled(self) -> None:
        """Waits until nothing is being redelivered or duplicated any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _again(self, parcel: Parcel, receipt: Receipt) -> None:
        for attempt, delay in enumerate(self._retry_delays, start=1):
            await asyncio.sleep(delay)
            reason = "timeout" if receipt.status is Status.TIMEOUT else "error"
            receipt = await self._deliver(replace(parcel, retry_attempt=attempt, retry_reason=reason))
            if receipt.acked or receipt.no_retry:
                return

    async def _deliver(self, parcel: Parcel) -> Receipt:
        if self._hit(parcel, FaultKind.DISCONNECT):
            await self._carrier.disconnect(abruptly=True)
        if self._hit(parcel, FaultKind.DUPLICATE):
            self._spawn(self._send(parcel))
        return await self._send(parcel)

    def _hit(self, parcel: Parcel, kind: FaultKind) -> Fault | None:
        return self._faults.take(str(parcel.kind), {kind})

    async def _send(self, parcel: Parcel) -> Receipt:
        receipt = await self._carrier.send(parcel)
        self.log.append(Delivered(parcel, receipt, self._now()))
        return receipt

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
