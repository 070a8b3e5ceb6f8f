"""The sample company's accounts: accounts.csv, one line an account.

`renewal`, `started`, `churned` and `first_value` are days from today: `renewal` ahead (negative: past), the others back
(negative: still to come; an account that has not started is not in the CRM yet). Without `started` an account is some
years old; without `renewal` it renews a year after it started. `turns` are stages still to come, such as `9:activation
45:adoption`: in nine days, in forty-five. `owner` is the part of an address before the @. `users` are active on a good
day. `shape` is what happened to them, `rhythm` their week; `rows` says whether the product writes a row every day or
only on active ones.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

Turns = tuple[tuple[int, str], ...]
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
    first_value: int | None
    turns: Turns

    @property
    def owner_email(self) -> str | None:
        return f"{self.owner}@ours.example" if self.owner else None

    @property
    def leaves(self) -> int | None:
        """In how many days it will churn."""
        return next((ahead for ahead, stage in self.turns if stage == "churned"), None)


def _number_or_none(text: str) -> int | None:
    return int(text) if text else None


def _turns(text: str) -> Turns:
    pairs = (turn.split(":") for turn in text.split())
    return tuple((int(ahead), stage) for ahead, stage in pairs)


READ: dict[Any, Callable[[str], Any]] = {str: str, int: int, int | None: _number_or_none, Turns: _turns}


@cache
def stories() -> tuple[Story, ...]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(_story(line) for line in csv.DictReader(lines))


def _story(line: dict[str, str]) -> Story:
    return Story(**{field.name: READ[field.type](line[field.name]) for field in fields(Story)})
