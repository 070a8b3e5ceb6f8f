"""What is shown of an account beside its alert: what its sources told, and what Staysail did."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from bot.messages.catalog.facts import Person, SignalValue


@dataclass(frozen=True)
class MissingSource:
    """A source that told nothing. `seconds`: it did not answer within so many; else `why`, as it said itself."""

    name: str
    why: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class CrmChange:
    """A value that the CRM has now, and that which the last sweep read."""

    name: str
    before: SignalValue
    now: SignalValue


@dataclass(frozen=True)
class ChartFact:
    """A metric's chart. `file_id` is Slack's; None: there is no picture, `alt` tells the numbers."""

    title: str
    alt: str
    file_id: str | None = None


@dataclass(frozen=True)
class Ticket:
    """A request for support, as its source names it."""

    title: str
    state: str
    at: datetime
    url: str | None = None
    priority: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer to a survey or a review. `who` is a contact, by name; `comment` only for those who may read it."""

    survey: str
    at: datetime
    score: float | None = None
    who: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Loop:
    """What was agreed with whoever answered; `due`: until when it is to be done."""

    agreed: str
    by: Person | None
    at: datetime
    due: date | None = None


@dataclass(frozen=True)
class SurveyAnswer:
    """An answer to a survey of ours, as it stands now. `kind`: nps, csat or ces; `band`: low, middle or high.

    `before` is the score of the same person's last answer to a survey of that kind. `versions`: how often they have answered this one.
    `themes` are those that a person has confirmed.
    """

    response_id: str
    who: str
    survey: str
    kind: str
    band: str
    score: int
    at: datetime
    role: str = ""
    comment: str = ""
    before: int | None = None
    versions: int = 1
    themes: tuple[str, ...] = ()
    loop: Loop | None = None

    def without_words(self) -> Self:
        """For those who may not read what people wrote."""
        return replace(self, comment="", loop=replace(self.loop, agreed="") if self.loop else None)

    def for_strangers(self) -> Self:
        return replace(self.without_words(), who="", role="", themes=())


class MailState(StrEnum):
    SENT = "sent"
    WAITS = "waits"
    NOT_SENT = "not_sent"


@dataclass(frozen=True)
class MailLine:
    """A letter. `by`: the teammate who wrote it, None: `playbook` did. `at`: when it left or is to leave; `problem`: why it did not.

    `clicked`: how many times a link in it was followed; None: that is not tracked.
    """

    subject: str
    to: str
    at: datetime
    by: Person | None = None
    playbook: str = ""
    state: MailState = MailState.SENT
    problem: str = ""
    clicked: int | None = None


@dataclass(frozen=True)
class NoteLine:
    """What a teammate wrote down. `link` leads to the message that it came from."""

    text: str
    by: Person | None
    at: datetime
    link: str | None = None


@dataclass(frozen=True)
class LiveFacts:
    """What the sources told while the modal filled in. `waiting`: those that are still asked; `came`: those that answered.
    `written`: what stands in the CRM's record, by field.

    `gone`: the CRM no longer has the account, or had none by its last sweep on that day.
    """

    waiting: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    missing: tuple[MissingSource, ...] = ()
    changes: tuple[CrmChange, ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    gone: bool = False
    gone_on: date | None = None
    charts: tuple[ChartFact, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    answers: tuple[Answer, ...] = ()
