"""The details of an account as they fill in: the numbers as soon as the sources told them, the pictures when Slack has them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from bot.details.charts import Uploads
from bot.details.gather import LIMIT, Source, gather
from bot.details.merge import charts_in, filled
from bot.messages import catalog as m
from models import Account

PROCESSING = 1.0
"""Seconds after which Slack surely knows a file that was just uploaded as a picture. Until then it may refuse a view that names it."""


@dataclass(frozen=True)
class Details:
    """`sources` are asked at the same time, `limit` seconds each."""

    sources: tuple[Source, ...]
    uploads: Uploads
    limit: float = LIMIT

    def opening(self, modal: m.DetailsModal) -> m.DetailsModal:
        """The database's part, which names who is asked."""
        return replace(modal, live=replace(modal.live, waiting=tuple(source.name for source in self.sources)))

    async def fill(self, modal: m.DetailsModal, account: Account) -> AsyncIterator[m.DetailsModal]:
        """First the numbers in words: should Slack refuse the pictures, those stay. New pictures are shown once more a little later."""
        gathered = await gather(self.sources, account.id, self.limit)
        yield filled(modal, account, gathered)
        charts = charts_in(gathered)
        known = self.uploads.has(account.id, charts)
        files = await self.uploads.of(account.id, charts)
        if not any(files):
            return
        yield filled(modal, account, gathered, files)
        if not known:
            await asyncio.sleep(PROCESSING)
            yield filled(modal, account, gathered, files)
