"""What somebody answered to an invitation, where their organizer should hear of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.messages.catalog.facts import Account
from bot.messages.catalog.message import Message
from bot.messages.catalog.reviews import Invited


@dataclass(frozen=True, kw_only=True)
class ReviewAnswerNotice(Message):
    """To the organizer, beside their message of the meeting, which shows all answers. `at` is when it begins, `who` answered.

    `delegate` is the address of somebody who comes instead. `countered`: they propose another time, `proposed` where it could be read.
    `alone`: nobody of the customer is left who comes. What became of the meeting since: `moved_to`, `cancelled`, `over`.
    """

    template: ClassVar[str] = "review-answer"
    review_id: int
    type: str
    account: Account | None
    at: datetime
    who: Invited
    delegate: str = ""
    countered: bool = False
    proposed: datetime | None = None
    alone: bool = False
    moved_to: datetime | None = None
    cancelled: bool = False
    over: bool = False
