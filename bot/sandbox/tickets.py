"""Things that Slack hands out for a short while: trigger ids (single use) and response URLs (five uses)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.errors import Refusal

RESPONSE_USES, RESPONSE_SECONDS = 5, 1800.0


@dataclass
class Trigger:
    user: str
    expires: float
    used: bool = False


@dataclass
class Reply:
    """Where a response URL writes to."""

    user: str
    channel: str
    expires: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses_left: int = RESPONSE_USES


class Tickets:
    def __init__(self, now: Callable[[], float], trigger_seconds: float) -> None:
        self._now = now
        self._trigger_seconds = trigger_seconds
        self._triggers: dict[str, Trigger] = {}
        self._replies: dict[str, Reply] = {}

    def trigger(self, user: str) -> str:
        key = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[key] = Trigger(user, self._now() + self._trigger_seconds)
        return key

    def exchange(self, key: str) -> str:
        """The user of a trigger id, which is used up by this."""
        trigger = self._triggers.get(key)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if trigger.expires < self._now():
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def reply(self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None) -> str:
        key = secrets.token_hex(12)
        self._replies[key] = Reply(user, channel, self._now() + RESPONSE_SECONDS, message_ts, thread_ts)
        return key

    def use_reply(self, key: str) -> Reply:
        reply = self._replies.get(key)
        if reply is None:
            raise Refusal("invalid_url")
        if reply.expires < self._now():
            raise Refusal("expired_url")
        if reply.uses_left <= 0:
            raise Refusal("used_url")
        reply.uses_left -= 1
        return reply
