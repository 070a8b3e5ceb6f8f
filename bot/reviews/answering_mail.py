"""Answers to invitations, looked for in a mailbox.

Whatever came is looked at once, whether somebody has opened it or not; a process that starts looks a week back. Nothing is deleted or
moved, and only answers to our own invitations are marked as read, once they are recorded. A process that dies in between looks again:
recording is idempotent.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot import clock
from bot.clock import Clock
from bot.connectors.ports import Look, Mail, Mailbox, Spot
from bot.database import Database
from bot.log import log
from bot.reviews.answering import Became, take_in
from bot.reviews.replies import NoAnswer, Unreadable, read_mail

BACK: Final = timedelta(days=7)
LOOKS: Final = 50
"""At most so many in one go; the rest comes with the next."""
EARLY: Final = timedelta(seconds=10)
"""The clock that starts us is not exact: a little before the time is in time."""
LEFT_UNREAD: Final = frozenset({Became.UNKNOWN, Became.STRANGER})


class AnswersByMail:
    """`every` so often, whenever `run` is called. `now` is the business clock, `ticks` the machine's."""

    def __init__(self, mailbox: Mailbox, every: timedelta, database: Database, now: Clock, ticks: Clock = clock.now) -> None:
        self._mailbox, self._every, self._database, self._now, self._ticks = mailbox, every, database, now, ticks
        self._spot: Spot | None = None
        self._looked_at: datetime | None = None

    async def run(self) -> Mapping[str, int]:
        """How many answers were recorded, and how many others were found. Raises SourceFailed."""
        at = self._ticks()
        if self._looked_at and at < self._looked_at + self._every - EARLY:
            return {}
        self._looked_at = at
        counted: Counter[str] = Counter()
        for _ in range(LOOKS):
            look = await asyncio.to_thread(self._mailbox.look, self._spot, (at - BACK).date())
            counted += await self._take_in(look)
            self._spot = look.spot
            if not look.more:
                break
        if counted:
            log.info("answers_by_mail", **counted)
        recorded = counted.pop(Became.RECORDED.value, 0)
        return {"answers": recorded, "answers_ignored": counted.total()}

    async def _take_in(self, look: Look) -> Counter[str]:
        counted: Counter[str] = Counter()
        done = []
        for mail in look.mails:
            became = await self._became(mail)
            counted[became.value if became else "no_answer"] += 1
            if became and became not in LEFT_UNREAD:
                done.append(mail.number)
        if done and look.spot:
            await asyncio.to_thread(self._mailbox.mark_read, look.spot.validity, done)
        return counted

    async def _became(self, mail: Mail) -> Became | None:
        """None: it is no answer that could be read and believed."""
        try:
            answer = await asyncio.to_thread(read_mail, mail.raw)
        except (NoAnswer, Unreadable) as error:
            log.info("no_answer_in_mail", number=mail.number, why=str(error))
            return None
        return await self._database.run(take_in, answer, self._now())
