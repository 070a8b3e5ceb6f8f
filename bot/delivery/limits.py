"""How fast we may send, each way by itself: mail never waits for Slack, nor Slack for mail.

Slack: a limiter per channel for new messages, one for updates, and pauses by method. Mail: one limiter for the server.
Webhooks: one for all, and pauses by address.
"""

import time
from collections import defaultdict
from collections.abc import Mapping

from aiolimiter import AsyncLimiter

from bot.delivery.schemes import CALENDAR, MAIL, SLACK, WEBHOOK, scheme_of

POST, UPDATE = "chat.postMessage", "chat.update"
UPDATES_A_MINUTE = 50  # tier 3, for the whole workspace
A_SECOND: Mapping[str, float] = {MAIL: 5, WEBHOOK: 20, CALENDAR: 10}


class Limits:
    """`posts_per_second` is per channel: 1 is Slack's own figure; a stand-in may take more, and then updates scale with it.

    `a_second` gives the figures of other ways by their scheme.
    """

    def __init__(self, posts_per_second: float, a_second: Mapping[str, float] | None = None) -> None:
        rate = max(1.0, posts_per_second)
        self._posts: dict[str, AsyncLimiter] = defaultdict(lambda: _limiter(posts_per_second))
        self._updates = AsyncLimiter(UPDATES_A_MINUTE * rate, 60)
        self._others = {scheme: _limiter(figure) for scheme, figure in {**A_SECOND, **(a_second or {})}.items()}
        self._paused: dict[str, float] = {}

    async def take(self, channel: str, posted: bool) -> bool:
        """A place for one sending right now; False: not yet."""
        limiter = self._limiter(channel, posted)
        if self._is_paused(_way(channel, posted)) or self._is_paused(channel) or not limiter.has_capacity():
            return False
        await limiter.acquire()
        return True

    def pause(self, channel: str, posted: bool, seconds: float) -> None:
        """The receiver asks for a pause: Slack for a method, a server of mail or calendars for all of it, a webhook for its address."""
        way = _way(channel, posted)
        self._paused[way] = max(self._paused.get(way, 0.0), time.monotonic() + seconds)

    def _limiter(self, channel: str, posted: bool) -> AsyncLimiter:
        scheme = scheme_of(channel)
        if scheme != SLACK:
            return self._others[scheme]
        return self._updates if posted else self._posts[channel]

    def _is_paused(self, way: str) -> bool:
        return self._paused.get(way, 0.0) > time.monotonic()


def _limiter(a_second: float) -> AsyncLimiter:
    rate = max(1.0, a_second)
    return AsyncLimiter(rate, rate / a_second)


def _way(channel: str, posted: bool) -> str:
    scheme = scheme_of(channel)
    if scheme == SLACK:
        return UPDATE if posted else POST
    return scheme if scheme in (MAIL, CALENDAR) else channel
