"""What is known of an account before a meeting: the brief and the deck are drawn from the same picture, as it stood when it was taken."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite

from pydantic import TypeAdapter

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """A metric by week, oldest first: the first day of each with its value. `usual`: what it was before; `unit` follows a number."""

    name: str
    title: str
    unit: str
    points: tuple[tuple[date, float | None], ...]
    usual: float | None = None

    @property
    def recent(self) -> float | None:
        """The mean of the last two weeks that are known."""
        known = [value for _, value in self.points if value is not None and isfinite(value)][-2:]
        return sum(known) / len(known) if known else None

    @property
    def change(self) -> float | None:
        """What is recent against what was usual, as a share: −0.5 is half of it. None where one of them is not known, or was nothing."""
        if self.recent is None or self.usual is None or not isfinite(self.usual) or self.usual <= 0:
            return None
        found = self.recent / self.usual - 1
        return found if isfinite(found) else None

    def on(self, day: date) -> float | None:
        """The value of the week in which a day lies."""
        return next((value for first, value in self.points if first <= day < first + WEEK), None)


@dataclass(frozen=True)
class Answered:
    """An answer to a survey since the last review; anonymous ones belong to no account. `words`: what they wrote. `band`: `low`, `middle`
    or `high`, whatever the scale is. `agreed`: what a colleague agreed with them on it, until when (`agreed_by`)."""

    survey: str
    kind: str
    score: int
    on: date
    who: str
    words: str = ""
    themes: tuple[str, ...] = ()
    band: str = "middle"
    agreed: str = ""
    agreed_by: date | None = None


@dataclass(frozen=True)
class Promised:
    """Something that one of ours is still to do. `agreed`: in a meeting with them; of anything else the customer knows nothing."""

    what: str
    who: str
    due: date | None = None
    overdue: bool = False
    agreed: bool = False


@dataclass(frozen=True)
class Happened:
    """An alert or an escalation since the last review. `closed`: how it ended; empty: it stands."""

    what: str
    on: date
    closed: str = ""


@dataclass(frozen=True)
class Point:
    """Something to talk about, and why: which fact speaks for it."""

    what: str
    why: str


@dataclass(frozen=True)
class Before:
    """The last review that was held."""

    type: str
    on: date
    agreed: str
    note: str
    mood: int | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """`since`: the day of the last review, else when they became a customer, else 90 days ago. `health`: 0 to 100, now.
    `seats_used` is how many people use it, by the metric that counts them; `seats_unit` follows that number ("a day").

    `goals`: what the CRM says that they want (its column `goals`). `tickets`: signals of the support desk by name, where one is connected.
    `missing`: sources that did not answer, in words. `kept_agreed`: those of `kept` that were agreed in a meeting with
    them. What only our own may read: `arr`, `health`, `before.note`, `alerts`, `points`, and what `promises` and `kept` hold besides.
    """

    review_id: int
    account_id: str
    account: str
    url: str
    type: str
    at: datetime
    zone: str
    language: str
    organizer: str
    company: str
    taken_on: date
    since: date
    people: tuple[str, ...] = ()
    agenda: str = ""
    before: Before | None = None
    goals: str = ""
    stage: str = ""
    plan: str = ""
    seats: int | None = None
    seats_used: float | None = None
    seats_unit: str = ""
    arr: float | None = None
    currency: str = ""
    renewal_on: date | None = None
    health: float | None = None
    lines: tuple[Line, ...] = ()
    answers: tuple[Answered, ...] = ()
    themes: tuple[str, ...] = ()
    promises: tuple[Promised, ...] = ()
    kept: tuple[str, ...] = ()
    kept_agreed: tuple[str, ...] = ()
    alerts: tuple[Happened, ...] = ()
    escalations: tuple[Happened, ...] = ()
    tickets: tuple[tuple[str, float], ...] = ()
    points: tuple[Point, ...] = ()
    missing: tuple[str, ...] = ()

    def dump(self) -> dict[str, object]:
        """As JSON knows it; `read` is the inverse."""
        found: dict[str, object] = ADAPTER.dump_python(self, mode="json")
        return found


ADAPTER = TypeAdapter(Picture)


def read(content: object) -> Picture:
    return ADAPTER.validate_python(content)
