"""How often one key may come: a burst at once, then at a steady rate. In the memory of this process, by the machine's clock.

The generic cell rate algorithm (ITU-T I.371): of each key only one moment is remembered, the one at which it would be as new.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from time import monotonic

MOST_KEYS = 10_000
"""Of that many the one that came longest ago is forgotten: memory is bounded, whatever comes."""


class Gate:
    """`burst` at once, and `per_second` in the long run, for each key."""

    def __init__(self, burst: int, per_second: float, most: int = MOST_KEYS, seconds: Callable[[], float] = monotonic) -> None:
        self._gap = 1 / per_second
        self._ahead = (burst - 1) * self._gap
        self._most, self._seconds = most, seconds
        self._new_at: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._new_at)

    def wait(self, key: str) -> float:
        """Seconds until this key may come again. 0: it may now, and it has."""
        now = self._seconds()
        new_at = max(self._new_at.get(key, now), now)
        if (wait := new_at - now - self._ahead) > 0:
            return wait
        self._new_at.pop(key, None)  # to the end: the dictionary stands in the order of coming
        self._new_at[key] = new_at + self._gap
        self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        while self._new_at and (len(self._new_at) > self._most or next(iter(self._new_at.values())) <= now):
            del self._new_at[next(iter(self._new_at))]


def network_of(address: str) -> str:
    """Under which an address is counted: an IPv6 one with its /64, since everybody has so many of these."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    return f"{IPv6Address(int(found) >> 64 << 64)}/64" if isinstance(found, IPv6Address) else address
