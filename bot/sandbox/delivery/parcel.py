"""What goes to the bot, and what comes back."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bot.sandbox.people import Json


class ParcelKind(StrEnum):
    INTERACTIVE = "interactive"
    COMMAND = "slash_commands"
    EVENT = "events_api"


class Status(StrEnum):
    ACKED = "acked"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Parcel:
    kind: ParcelKind
    payload: Json
    retry_attempt: int = 0
    retry_reason: str = ""


@dataclass(frozen=True)
class Receipt:
    """`body` is the payload of the acknowledgement: an object, a text, or None when it was empty."""

    status: Status
    body: Any = None
    milliseconds: float = 0.0
    http_status: int | None = None
    no_retry: bool = False

    @property
    def acked(self) -> bool:
        return self.status is Status.ACKED


@dataclass(frozen=True)
class Delivered:
    """A line of the delivery log."""

    parcel: Parcel
    receipt: Receipt
    at: float = field(default=0.0)


class Carrier(Protocol):
    async def send(self, parcel: Parcel) -> Receipt: ...

    async def disconnect(self, reason: str = "refresh_requested", abruptly: bool = False) -> None: ...
