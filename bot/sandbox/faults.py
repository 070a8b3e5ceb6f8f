"""Faults on request: what goes wrong, how often, and after how many calls that go well."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    HTML = "html"
    DROP_AFTER = "drop_after"
    DROP_BEFORE = "drop_before"
    SLOW = "slow"
    TRUNCATED = "truncated"
    ERROR = "error"
    DUPLICATE = "duplicate"
    DISCONNECT = "disconnect"
    MAIL_REFUSED = "mail_refused"
    MAIL_DEFERRED = "mail_deferred"
    MAIL_DROPPED = "mail_dropped"


DELIVERY_KINDS = frozenset({FaultKind.DUPLICATE, FaultKind.DISCONNECT})
MAIL_KINDS = frozenset({FaultKind.MAIL_REFUSED, FaultKind.MAIL_DEFERRED, FaultKind.MAIL_DROPPED})
ANSWER_KINDS = frozenset(FaultKind) - DELIVERY_KINDS - MAIL_KINDS
ALWAYS_PERFORMED = {FaultKind.DROP_AFTER, FaultKind.TRUNCATED, FaultKind.MAIL_DROPPED}


@dataclass
class Fault:
    """`method` is a Web API method, `response_url`, a delivery (`interactive`, `events_api`, `slash_commands`), `mail` or `*`.

    The first `after` calls go well, the next `times` do not. `seconds` is the delay of `slow` and the `Retry-After` of
    `rate_limited`. `performed` says whether the call takes effect before it fails.
    """

    method: str
    kind: FaultKind
    times: int = 1
    after: int = 0
    seconds: float = 1.0
    performed: bool = False
    error: str = "fatal_error"
    hits: int = field(default=0)

    def __post_init__(self) -> None:
        self.kind = FaultKind(self.kind)
        self.performed = self.performed or self.kind in ALWAYS_PERFORMED

    def fits(self, method: str, kinds: Collection[FaultKind]) -> bool:
        return self.kind in kinds and self.method in ("*", method) and self.times > 0


class Faults:
    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def add(  # noqa: PLR0913, PLR0917 (the fields of a fault)
        self,
        method: str = "*",
        kind: FaultKind | str = FaultKind.SERVER_ERROR,
        times: int = 1,
        after: int = 0,
        seconds: float = 1.0,
        performed: bool = False,
        error: str = "fatal_error",
    ) -> Fault:
        """Plans a fault. ValueError for an unknown kind."""
        fault = Fault(method, FaultKind(kind), times, after, seconds, performed, error)
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        self.planned.clear()

    def take(self, method: str, kinds: Collection[FaultKind]) -> Fault | None:
        """The fault that hits this call, used up by one; a call that still goes well counts towards `after`."""
        for fault in self.planned:
            if not fault.fits(method, kinds):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            fault.hits += 1
            return fault
        return None

    def waiting(self) -> list[Fault]:
        return [fault for fault in self.planned if fault.times > 0]
