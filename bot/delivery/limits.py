"""How fast we may send: a limiter per channel for new messages, one per method, and pauses that Slack asked for."""

import time
from collections import defaultdict

from aiolimiter import AsyncLimiter

POST, UPDATE = "chat.postMessage", "chat.update"
UPDATES_A_MINUTE = 50  # tier 3, for the whole workspace


class Limits:
    """`posts_per_second` is per channel: 1 is Slack's own figure; a stand-in may take more, and then updates scale with it."""

    def __init__(self, posts_per_second: float) -> None:
        rate = max(1.0, posts_per_second)
        period = rate / posts_per_second
        self._posts: dict[str, AsyncLimiter] = defaultdict(lambda: AsyncLimiter(rate, period))
        self._updates = AsyncLimiter(UPDATES_A_MINUTE * rate, 60)
        self._paused: dict[str, float] = {}

    async def take(self, channel: str, posted: bool) -> bool:
        """A place for one sending right now; False: not yet."""
        limiter = self._updates if posted else self._posts[channel]
        if self._is_paused(UPDATE if posted else POST) or self._is_paused(channel) or not limiter.has_capacity():
            return False
        await limiter.acquire()
        return True

    def pause(self, what: str, seconds: float) -> None:
        """`what` is a method or a channel."""
        self._paused[what] = max(self._paused.get(what, 0.0), time.monotonic() + seconds)

    def _is_paused(self, what: str) -> bool:
        return self._paused.get(what, 0.0) > time.monotonic()
