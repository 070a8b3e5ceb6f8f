"""What cards, lists and digests need beside what stands in the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.connectors.ports import Metric


@dataclass(frozen=True)
class World:
    """`metrics` by name; `zone` is the workspace's."""

    metrics: Mapping[str, Metric]
    zone: ZoneInfo
    now: Callable[[], datetime]
