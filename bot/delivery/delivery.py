"""What becomes of a pass over the outbox."""

from dataclasses import dataclass


@dataclass
class Delivery:
    """What a pass did. `failed` counts dead letters; `waiting` what is still behind."""

    posted: int = 0
    updated: int = 0
    failed: int = 0
    waiting: int = 0
