"""Which Home tabs people look at, so that they follow what is done elsewhere."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.messages.catalog import HomeState

MOST = 1000
OPEN_FOR = 900.0
"""Seconds after which a tab that nobody turned counts as left; the next opening shows it anew anyway."""


@dataclass
class _Tab:
    state: HomeState
    at: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Homes:
    """This process's own memory: how each person has turned the tab, and a lock each, so that what was read last is shown last."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._tabs: OrderedDict[str, _Tab] = OrderedDict()

    def turned(self, slack_id: str, state: HomeState) -> asyncio.Lock:
        """Notes how the tab stands now; gives the lock to hold while it is read and shown."""
        tab = self._tabs.pop(slack_id, None) or _Tab(state, 0)
        tab.state, tab.at = state, self._seconds()
        self._tabs[slack_id] = tab
        while len(self._tabs) > MOST:
            self._tabs.popitem(last=False)
        return tab.lock

    def state_of(self, slack_id: str) -> HomeState | None:
        """None: the person has not looked for a while."""
        tab = self._tabs.get(slack_id)
        return tab.state if tab and self._seconds() - tab.at < OPEN_FOR else None
