"""What `/stay why` answers, visible to the asker only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from bot.messages.catalog.facts import Account, Condition, DataAge, Person, State
from bot.messages.catalog.message import Message


class Verdict(StrEnum):
    """What a playbook makes of an account now."""

    OPEN_ALERT = "open_alert"
    WOULD_OPEN = "would_open"
    NOT_MATCHING = "not_matching"
    COOLDOWN = "cooldown"
    BUDGET = "budget"
    STALE = "stale"
    MASS_DROP = "mass_drop"
    CHURNED = "churned"
    HOLDOUT = "holdout"
    RUNNING = "running"
    ENDED = "ended"
    UNLESS = "unless"
    DWELL = "dwell"
    LIMITS = "limits"
    ASKED = "asked"
    PAUSED = "paused"
    DRAFT = "draft"
    NOT_TRIGGERED = "not_triggered"
    BROKEN = "broken"


@dataclass(frozen=True)
class NotAsked:
    """Somebody whom a survey was to ask: why it did not, and since when it may. `until` None: nobody knows."""

    name: str
    why: str
    until: datetime | None = None


@dataclass(frozen=True)
class PlaybookVerdict:
    """`until`: the end of the cooldown, when it is looked at again, or how long a running play waits at most. `source`: the stale one.
    `state`: of the open alert. `since`: when that opened, or the running play began.

    `step`: where a running play stands, or where it stood when somebody took over; `waiting`: what it waits for, beside `until`;
    `variant`: the one that a split drew; `silent`: `holdout` or `shadow`, when the play touches nobody. `ended_at`, `reason` and `by`
    tell of the last play that ended, whatever the verdict; for PAUSED, `since` and `by` tell when and by whom. `rule`: the `unless` rule
    that holds, or the contact limit, as written, or what is wrong with a broken playbook. `trigger`: what sets
    the playbook off, in words, when its condition alone does not. `not_asked`: whom its surveys passed over here of late, the newest first.
    """

    playbook: str
    version: int
    verdict: Verdict
    conditions: tuple[Condition, ...] = ()
    about: str = ""
    state: State | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str = ""
    limit: int | None = None
    step: str = ""
    waiting: str = ""
    variant: str = ""
    silent: str = ""
    ended_at: datetime | None = None
    reason: str = ""
    by: Person | None = None
    rule: str = ""
    trigger: str = ""
    not_asked: tuple[NotAsked, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WhyAnswer(Message):
    template: ClassVar[str] = "why"
    now: datetime
    account: Account
    playbooks: tuple[PlaybookVerdict, ...]
    usage: DataAge | None = None
