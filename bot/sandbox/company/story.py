"""The sample company's accounts: accounts.csv, one line an account.

`renewal`, `started` and `churned` are days from today: `renewal` ahead (negative: past), the others back. Without
`started` an account is some years old; without `renewal` it renews a year after it started. `owner` is the part of an
address before the @. `users` are active on a good day. `shape` is what happened to them, `rhythm` their week; `rows`
says whether the product writes a row every day or only on active ones.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("accounts.csv")


@dataclass(frozen=True)
class Story:
    id: str
    name: str
    domain: str
    place: str
    segment: str
    industry: str
    owner: str
    stage: str
    arr: int
    currency: str
    plan: str
    seats: int
    users: int
    shape: str
    rhythm: str
    rows: str
    renewal: int | None
    started: int | None
    churned: int | None

    @property
    def owner_email(self) -> str | None:
        return f"{self.owner}@ours.example" if self.owner else None


def _number_or_none(text: str) -> int | None:
    return int(text) if text else None


READ: dict[Any, Callable[[str], Any]] = {str: str, int: int, int | None: _number_or_none}


@cache
def stories() -> tuple[Story, ...]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(_story(line) for line in csv.DictReader(lines))


def _story(line: dict[str, str]) -> Story:
    return Story(**{field.name: READ[field.type](line[field.name]) for field in fields(Story)})
