"""What Staysail asks of the systems around it. A connector implements one of these; only `bot.app` and its halves know which."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from bot.errors import SourceFailed
from bot.landing import Landing

Entity = Literal["accounts", "contacts"]
Rows = list[Sequence[Any]]


@dataclass(frozen=True)
class Page:
    """Some rows of a result, with the names of their columns in order."""

    columns: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True)
class Windows:
    """Two runs of calendar days that end before `day`: `recent_days` up to it, and `baseline_days` before those."""

    day: date
    recent_days: int
    baseline_days: int

    @property
    def recent_start(self) -> date:
        return self.day - timedelta(days=self.recent_days)

    @property
    def baseline_start(self) -> date:
        return self.recent_start - timedelta(days=self.baseline_days)


UsageRow = tuple[str, float, float, date | None]
"""Account id, recent aggregate, baseline aggregate (neither divided by days), last day with activity in the windows."""

Aggregate = Literal["avg", "sum", "max", "days_active", "distinct"]


@dataclass(frozen=True)
class Metric:
    """A usage number, as settings declare it. `account`, `day`, `value` and `where` are columns or SQL expressions of `table`."""

    name: str
    table: str
    account: str
    day: str
    value: str
    aggregate: Aggregate
    recent_days: int
    baseline_days: int
    min_baseline_days: int
    label: str
    where: str | None = None

    def windows(self, day: date) -> Windows:
        return Windows(day, self.recent_days, self.baseline_days)


class Crm(Protocol):
    """The system of record for accounts and contacts. Methods block: they are called in a worker thread."""

    def read(self, entity: Entity) -> Iterator[Page]:
        """All rows as the CRM has them, page by page. Raises SourceFailed."""
        ...

    def offers(self, entity: Entity) -> bool:
        """Whether this CRM is set up to give that entity."""
        ...

    def find(self, account_id: str) -> Page | None:
        """The account's row as it stands at this moment; None: the CRM has no such account. Raises SourceFailed."""
        ...


RECORD = ("outcome", "note", "next_step")
"""The fields of an account's record in the CRM that Staysail may write."""

Values = Mapping[str, str | None]
"""What stands in a record, by field."""


PLACEHOLDER = re.compile(r"'[^']*'|(?<![:\w\\]):(\w+)")
"""`:name` in a statement of the settings; no cast (`::text`), nothing that stands in a text."""


def placeholders(statement: str) -> list[str]:
    return [name for name in PLACEHOLDER.findall(statement) if name]


def same_values(one: Values, other: Values) -> bool:
    """Nothing and an empty text are the same, and so is a text with blanks behind it: databases do not keep them apart."""
    return all((one.get(name) or "").rstrip() == (other.get(name) or "").rstrip() for name in RECORD)


class CrmRecords(Protocol):
    """What is written back to the CRM. Methods block: they are called in a worker thread."""

    def read_record(self, account_id: str, within: float | None = None) -> Values:
        """The fields that the record has, as they stand. `within` seconds, else the settings' time. Raises SourceFailed."""
        ...

    def write_record(self, account_id: str, old: Values, new: Values) -> None:
        """Sets the fields in `new`, if the record still is `old`, in one transaction. Raises RecordChanged, SourceFailed."""
        ...

    def rehearse(self, account_id: str) -> None:
        """Writes what stands there already and takes it back: whether writing would work. Raises SourceFailed."""
        ...


@dataclass(frozen=True)
class Spot:
    """Where a look into a mailbox ended: the number of its newest mail, which counts as long as the folder has this `validity`."""

    validity: int
    number: int


@dataclass(frozen=True)
class Mail:
    """A mail as it came (RFC 5322), under its number in the folder."""

    number: int
    raw: bytes


@dataclass(frozen=True)
class Look:
    """Mails that hold a calendar, oldest first. `spot`: where the next look goes on; None: where this one did. `more`: at once, if so."""

    mails: Sequence[Mail]
    spot: Spot | None
    more: bool


class Mailbox(Protocol):
    """A folder of mail, which people may read too: nothing is deleted or moved. Methods block: they are called in a worker thread."""

    def look(self, after: Spot | None, since: date) -> Look:
        """What came after a spot, read or unread; where that no longer counts, what came since a day. Raises SourceFailed."""
        ...

    def mark_read(self, validity: int, numbers: Sequence[int]) -> None:
        """Nothing, if the folder was made anew meanwhile. Raises SourceFailed."""
        ...

    def rehearse(self) -> None:
        """Whether it opens. Raises SourceFailed."""
        ...


class Usage(Protocol):
    """Usage tables of any engine. The arithmetic runs there. Methods block: they are called in a worker thread."""

    metrics: Mapping[str, Metric]

    def measure(self, metric: str, windows: Windows, accounts: Sequence[str] | None = None) -> Iterator[list[UsageRow]]:
        """One row per account that has a usage row in either window. Raises SourceFailed."""
        ...

    def land(self, metric: str, windows: Windows, landing: Landing) -> bool:
        """The same for all accounts, into a landing. False: these rows have to be read, nothing has landed. Raises SourceFailed."""
        ...

    def newest_day(self, metric: str, before: date) -> date | None:
        """The newest day before `before` that has any usage row."""
        ...

    def weekly(self, metric: str, accounts: Sequence[str], day: date, weeks: int) -> dict[str, list[float]]:
        """Per account its values of the last `weeks` runs of seven days that end before `day`, oldest first."""
        ...


@dataclass(frozen=True)
class Busy:
    """A span, in UTC, in which somebody has something on. `uid` is the calendar's name for it; empty where only spans are told."""

    start: datetime
    end: datetime
    uid: str = ""


@dataclass(frozen=True)
class Entry:
    """An event in somebody's calendar: an iCalendar object without METHOD. No `text`: it is to stand there no longer."""

    uid: str
    sequence: int
    text: str


class CalendarFailed(SourceFailed):
    """A calendar could not be read or written; the text says how to cure it. `status` is HTTP's, None: no (clear) answer came.

    `pause`: the seconds for which the server asks to be left alone.
    """

    def __init__(self, message: str, status: int | None = None, pause: float | None = None) -> None:
        super().__init__(message)
        self.status, self.pause = status, pause


class Calendars(Protocol):
    """People's calendars, by their e-mail addresses. Methods block: they are called in a worker thread. They raise CalendarFailed."""

    def busy(self, email: str, start: datetime, end: datetime, zone: ZoneInfo) -> list[Busy]:
        """Between two moments. `zone`: where whole days, and times without a zone, are meant."""
        ...

    def put(self, email: str, entry: Entry, where: str, anew: bool) -> str:
        """Writes the event, or what has changed of it, and tells its address. `where` is the one that was told before, or empty.

        Without `anew` an event that the person has deleted stays deleted. Doing it twice does it once.
        """
        ...

    def look(self, email: str) -> str:
        """Looks whether the calendar is there and may be written to: what is doubtful about it, in words, or nothing."""
        ...
