"""The sources of today, read live: the account's record in the CRM, what is written there, and its usage in the warehouse."""

import asyncio
from collections.abc import Callable
from datetime import date
from functools import partial

from bot.accounts.columns import ACCOUNT
from bot.accounts.rows import Reader
from bot.alerts.cards import value_of
from bot.connectors.ports import Crm, CrmRecords, Page, Usage
from bot.details.charts import series_of
from bot.details.gather import Record, Section, Trends, Written
from bot.details.threads import Threads
from bot.errors import SourceFailed
from bot.messages.catalog import SignalValue


class CrmSource:
    """`crm` gives up by itself soon after nobody waits any more: its time-out is short."""

    name = "CRM"

    def __init__(self, crm: Crm) -> None:
        self._crm, self._threads = crm, Threads("crm")

    async def load(self, account_id: str) -> tuple[Section, ...]:
        return (Record(await self._threads.do(lambda: self._read(account_id))),)

    def _read(self, account_id: str) -> dict[str, SignalValue] | None:
        page = self._crm.find(account_id)
        return values_of(page) if page else None


def values_of(page: Page) -> dict[str, SignalValue]:
    """The row as a sweep would read it, the columns that we have no name for among its values."""
    reader = Reader(ACCOUNT)
    rows, bad = reader.read(page)
    if not rows:
        raise SourceFailed(f"its row cannot be read: {bad[0]}")
    values = reader.absent | dict(zip(reader.columns, rows[-1], strict=True))
    extra = values.pop("extra")
    return values | {name: value_of(value) for name, value in extra.items()}


class NotesSource:
    """The fields of the CRM's record that Staysail may write: whoever works there writes them as well."""

    name = "CRM notes"

    def __init__(self, records: CrmRecords, within: float) -> None:
        self._records, self._within, self._threads = records, within, Threads("notes")

    async def load(self, account_id: str) -> tuple[Section, ...]:
        return (Written(await self._threads.do(lambda: self._records.read_record(account_id, self._within))),)


class UsageSource:
    """`today`: the weeks end before it."""

    name = "Usage"

    def __init__(self, usage: Usage, today: Callable[[], date]) -> None:
        self._usage, self._today, self._threads = usage, today, Threads("usage")

    async def load(self, account_id: str) -> tuple[Section, ...]:
        """Metrics are asked for side by side: they may lie in different tables."""
        day = self._today()
        found = await asyncio.gather(
            *(self._threads.do(partial(series_of, self._usage, account_id, day, [name])) for name in self._usage.metrics)
        )
        return (Trends(tuple(chart for charts in found for chart in charts)),)
