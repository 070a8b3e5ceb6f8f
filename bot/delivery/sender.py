"""Places to send to. Each says how it may be treated; the worker knows nothing else of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bot.errors import Undeliverable

if TYPE_CHECKING:
    from bot.messages.render import Rendered


class Bounced(Undeliverable):
    """The receiver's server says that nobody can be reached at this address."""


@dataclass(frozen=True)
class Posted:
    """Where a message stands: a channel and `ts` of Slack; elsewhere the address and the name under which it was sent."""

    channel_id: str
    ts: str


@dataclass(frozen=True)
class Terms:
    """`at_once`: how many may be under way. `tries`: attempts before a dead letter (pauses grow to ten minutes).

    `lease`: how long a claim lasts, longer than the slowest sending; None: the outbox's own. `repeats`: the receiver knows a
    repetition for what it is, so that an uncertain sending may simply be repeated.
    """

    at_once: int = 100
    tries: int = 12
    lease: timedelta | None = None
    repeats: bool = False


@dataclass(frozen=True)
class Call:
    """What a webhook is told; sent as JSON."""

    body: dict[str, Any]


class Sender(Protocol):
    """Raises SendFailed of the right kind, and nothing else. What `message` is, composer and sender agree upon."""

    @property
    def terms(self) -> Terms: ...

    async def post(self, channel: str, message: Any, outbox_id: str) -> Posted: ...

    async def close(self) -> None:
        """Closes connections. It may be used again."""
        ...


@runtime_checkable
class Board(Protocol):
    """A sender to a place where messages stay: they can be changed, and looked up after an uncertain sending."""

    @property
    def terms(self) -> Terms: ...

    async def post(self, channel: str, message: "Rendered", outbox_id: str) -> Posted: ...

    async def close(self) -> None: ...

    async def update(self, where: Posted, message: "Rendered", outbox_id: str) -> Posted: ...

    async def find(self, channel: str, outbox_id: str, since: datetime) -> Posted | None:
        """The message that carries this outbox id, if it stands in the channel."""
        ...
