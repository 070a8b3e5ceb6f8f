"""Calendars as a place to send to: an event stands there like a message in Slack, is changed in place, and is written once.

Where it stands is kept as its address with the SEQUENCE that was written last behind a `#`: an event that the person has deleted comes
back when the meeting moves, but not for an answer to it.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from bot.connectors.ports import CalendarFailed, Calendars, Entry
from bot.delivery.schemes import CALENDAR
from bot.delivery.sender import Bounced, Posted, Terms
from bot.errors import NotSent, SendFailed, SlowDown, Uncertain

AT_ONCE = 4
PATIENCE = 60.0
"""Seconds for all of an errand; one answer has its own time-out."""
PAUSE = 30.0
AGAIN = frozenset({408, 412, 423, 425})


class CalDavSender:
    """The channel is `caldav:` and the person's address. A repetition finds the event by its UID, so nothing needs to be looked up."""

    terms = Terms(at_once=AT_ONCE, tries=36, lease=timedelta(minutes=5), repeats=True)

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        self._threads: ThreadPoolExecutor | None = None

    async def post(self, channel: str, message: Entry, outbox_id: str) -> Posted:
        return await self._put(channel, message, "", anew=True)

    async def update(self, where: Posted, message: Entry, outbox_id: str) -> Posted:
        address, _, written = where.ts.rpartition("#")
        return await self._put(where.channel_id, message, address, anew=message.sequence > int(written))

    async def find(self, channel: str, outbox_id: str, since: datetime) -> Posted | None:
        return None

    async def close(self) -> None:
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    async def _put(self, channel: str, entry: Entry, where: str, anew: bool) -> Posted:
        self._threads = self._threads or ThreadPoolExecutor(AT_ONCE, "calendar-write")
        email = channel.removeprefix(f"{CALENDAR}:")
        work = partial(self._calendars.put, email, entry, where, anew)
        try:
            async with asyncio.timeout(PATIENCE):
                address = await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except TimeoutError as error:
            raise Uncertain("the calendar server gives no answer") from error
        except CalendarFailed as error:
            raise explained(error) from error
        return Posted(channel, f"{address}#{entry.sequence}")


def explained(error: CalendarFailed) -> SendFailed:
    """What may pass is tried again; what a person has to cure is told: then the event goes by mail."""
    status = error.status
    if status == 429 or (status == 503 and error.pause is not None):
        return SlowDown(str(error), error.pause or PAUSE)
    if status in AGAIN:
        return NotSent(str(error))
    if status is None or (status >= 500 and status not in (501, 507)):
        return Uncertain(str(error))
    return Bounced(str(error))
