"""The job `write_back`: brings changes to the CRM, one after the other, each in a thread of its own.

The CRM's commit and ours are two. A process that dies in between has written and does not know it: whoever repeats finds the new
values there already, and counts them as written. So nothing is written twice, and no false conflict is told.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping

from bot import clock
from bot.clock import Clock
from bot.connectors.ports import CrmRecords, Values, same_values
from bot.database import Database
from bot.errors import RecordChanged, RecordRefused, SourceFailed
from bot.log import log
from bot.write_back.settling import Conflict, Done, Due, Failed, Result, anything_to_do, find_due, remember_old, settle, tidy

NOT_SET_UP = "staysail.yml no longer says how to write to the CRM (crm.write)"


class WriteBack:
    """`records` None: nothing can be written here."""

    def __init__(self, database: Database, records: CrmRecords | None, now: Clock) -> None:
        self._database, self._records, self._now = database, records, now

    async def run(self) -> Mapping[str, int]:
        """Does what is due; how many changes went to which state. Stops at a failure: the CRM may be down, and the rest can wait."""
        counted: Counter[str] = Counter()
        if not await self._database.read(anything_to_do, self._now(), clock.now()):
            return counted
        counted["tidied"] += await self._database.run(tidy, self._now())
        for due in await self._database.read(find_due, clock.now()):
            result = await self._result(due)
            state = await self._database.run(settle, due, result, self._now(), clock.now())
            counted[state or "lost"] += 1
            if isinstance(result, Failed) and not result.final:
                break
        return counted

    async def _result(self, due: Due) -> Result:
        if self._records is None:
            return Failed(NOT_SET_UP, final=True)
        try:
            return await self._exchange(self._records, due)
        except RecordRefused as error:
            return Failed(str(error), final=True)
        except SourceFailed as error:
            return Failed(str(error))
        except Exception as error:  # a driver's own surprise must not end the job, nor be repeated for ever
            log.error("write_back_failed", writeback=due.id, problem=str(error), exc_info=True)
            return Failed(f"{type(error).__name__}: {error}")

    async def _exchange(self, records: CrmRecords, due: Due) -> Result:
        old = due.old or await self._old_of(records, due)
        try:
            await asyncio.to_thread(records.write_record, due.account_id, old, due.new)
        except RecordChanged as error:
            return Done() if same_values(error.found, {**old, **due.new}) else Conflict(error.found)
        return Done()

    async def _old_of(self, records: CrmRecords, due: Due) -> Values:
        """Nobody could look before: what stands there now counts. It is kept before anything is written over it."""
        old = await asyncio.to_thread(records.read_record, due.account_id)
        await self._database.run(remember_old, due.id, old)
        return old
