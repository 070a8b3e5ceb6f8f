"""What becomes of a pass over the outbox."""

from dataclasses import asdict, dataclass


@dataclass
class Delivery:
    """What a pass did. `failed` counts dead letters; `waiting` what is still behind."""

    posted: int = 0
    updated: int = 0
    failed: int = 0
    waiting: int = 0

    def in_words(self) -> str:
        return ", ".join(f"{count} {what}" for what, count in asdict(self).items())
