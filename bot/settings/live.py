"""The settings as they are now: staysail.yml as this process read it at its start, with what admins have changed in Slack since.

    an admin's form ─► overrides ─► this process at once, the others within seconds ─► `current`

Everything that runs for long asks for `current` each time; whoever holds a `Settings` holds those of one moment. The file itself is
not read again: connectors and metrics were made from it, and must not change under a sweep.
"""

import asyncio
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.settings.model import Settings
from bot.settings.overrides import Changed
from bot.settings.reading import laid_over
from models import Override, Teammate

LOOK_EVERY: Final = timedelta(seconds=15)
VALUE: Final = "is"
"""Under which `Override.value` holds the value as it would stand in staysail.yml."""


class LiveSettings:
    """Until the first `refresh` these are the settings that the process began with."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.current = settings
        self._database = database
        self._changes: list[Changed] = []
        self._one_at_a_time = asyncio.Lock()

    async def refresh(self) -> bool:
        """Looks for changes: one read of a small table, and nothing more when there are none. True: the settings are others now."""
        async with self._one_at_a_time:
            found = await self._database.read(changes)
            if found == self._changes:
                return False
            self.current = await asyncio.to_thread(laid_over, self.current, found)
            self._changes = found
            return True


async def with_changes(settings: Settings, database: Database) -> Settings:
    """For a single pass: the settings as they are now."""
    live = LiveSettings(settings, database)
    await live.refresh()
    return live.current


def changes(session: Session) -> list[Changed]:
    """What admins have changed, by key."""
    named = select(Override, Teammate.name).outerjoin(Teammate, Teammate.slack_id == Override.by).order_by(Override.key)
    return [Changed(row.key, row.value.get(VALUE), row.by, name or "", row.at) for row, name in session.execute(named)]
