"""`wait:` — a length of time; until a condition holds or an event happens; or until a local time of day."""

import re
from datetime import time, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.documents.words import shown, wrong
from bot.durations import ALLOWED, Duration, parse_duration, spoken
from bot.playbooks.steps.step import OptionalExpression, Step

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_WAYS = "allowed: a length of time such as 14d, or one of until, event, at: `wait: {until: CONDITION, at_most: 7d}`"


class Wait(BaseModel):
    """One of `length`, `until`, `event` and `at`. `at_most` ends the waiting for a condition or an event all the same."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    length: Duration | None = None
    until: OptionalExpression = None
    event: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_.-]*$")
    at: str | None = None
    of: Literal["contact", "account"] = "account"
    at_most: Duration | None = None

    @model_validator(mode="before")
    @classmethod
    def a_length_stands_alone(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        try:
            length = parse_duration(str(value))
        except ValueError:
            raise wrong(f"found {shown(value)}", ALLOWED) from None
        if not length:
            raise wrong("found no time at all", "leave the step out")
        return {"length": length}

    @model_validator(mode="after")
    def is_one_of_them(self) -> "Wait":
        if sum(way is not None for way in (self.length, self.until, self.event, self.at)) != 1:
            raise wrong("found none or several ways to wait", _WAYS)
        if self.at is not None and not _CLOCK.fullmatch(self.at):
            raise wrong(f"found {shown(self.at)} as a time of day", 'allowed: "HH:MM" in quotes, such as "09:00"')
        if self.at_most is not None and (self.length or self.at):
            raise wrong("`at_most` stands beside a wait that ends by itself", "leave it out")
        return self

    @property
    def clock(self) -> time | None:
        return time.fromisoformat(self.at) if self.at else None


class WaitStep(Step):
    wait: Wait

    @property
    def longest(self) -> timedelta | None:
        """None: it may wait for ever."""
        return self.wait.length or self.wait.at_most or (timedelta(days=1) if self.wait.at else None)

    def in_words(self) -> str:
        wait = self.wait
        if wait.length:
            return f"wait {spoken(wait.length)}"
        if wait.at:
            return f"wait until {wait.at} where the {wait.of} is"
        until = f"until {wait.until}" if wait.until else f"for {event_in_words(wait.event or '')}"
        return f"wait {until}" + (f", at most {spoken(wait.at_most)}" if wait.at_most else "")


def event_in_words(name: str) -> str:
    """What somebody waits for."""
    ours = {"alert_closed": "the alert to be closed", "letter_clicked": "a click in a letter", "survey_answered": "an answer to a survey"}
    return ours.get(name, f"the event {name}")
