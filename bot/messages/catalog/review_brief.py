"""What somebody is told of an account before they meet its people."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from bot.messages.catalog.facts import Account
from bot.messages.catalog.message import Message
from bot.messages.catalog.review_picture import Line, Picture
from bot.messages.catalog.reviews import city
from bot.messages.numbers import number, percent

SAME = 0.05
"""A change below it is none."""


@dataclass(frozen=True)
class BriefChart:
    """`file` is its id in Slack; None: it could not be given to Slack, and `alt` has to tell its numbers."""

    title: str
    alt: str
    file: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewBrief(Message):
    """A brief: everything that it says stands in the picture, as it was when that was taken. `moved_to` or `cancelled`: the meeting is no
    longer the one that it is about."""

    template: ClassVar[str] = "review-brief"
    LINES: ClassVar[int] = 6
    picture: Picture
    charts: tuple[BriefChart, ...] = ()
    moved_to: datetime | None = None
    cancelled: bool = False

    @property
    def account(self) -> Account:
        return Account(self.picture.account_id, self.picture.account, self.picture.url or None)

    @property
    def there(self) -> str:
        """By the clocks of the zone in which it was planned: 10:00 in Prague."""
        try:
            return f"{self.picture.at.astimezone(ZoneInfo(self.picture.zone)):%H:%M} in {city(self.picture.zone)}"
        except (ValueError, OSError, KeyError):
            return ""

    @property
    def usage(self) -> tuple[Line, ...]:
        """The metrics, those that changed most first."""
        return tuple(sorted(self.picture.lines, key=lambda line: -abs(line.change or 0.0)))

    def moved(self, line: Line) -> str:
        """How a metric stands against what is usual: 57 % below the usual 40."""
        if line.change is None or line.usual is None:
            return ""
        if abs(line.change) < SAME:
            return "as usual"
        return f"{percent(abs(line.change))} {'below' if line.change < 0 else 'above'} the usual {number(line.usual)}"

    @property
    def days_left(self) -> int | None:
        """Until the renewal; negative: past."""
        renewal: date | None = self.picture.renewal_on
        return (renewal - self.picture.taken_on).days if renewal else None
