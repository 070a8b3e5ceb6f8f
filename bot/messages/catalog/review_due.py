"""The prompt to plan a review, and leaving it out for once."""

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Self

from bot.messages.actions import Callback
from bot.messages.catalog.cards import AlertCard
from bot.messages.catalog.modals import AlertModal


@dataclass(frozen=True)
class LastReview:
    """One that was held. `people` took part, by name; `decisions` is what was agreed then."""

    type: str
    on: date
    decisions: str = ""
    note: str = ""
    people: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReviewDueCard(AlertCard):
    """A review that nobody has planned. `due_in`: days until it falls due, negative when it is overdue; `skipped`: how often in a row
    it was left out. `health`: 0 to 100, as of the last sweep."""

    template: ClassVar[str] = "review-due"
    type: str
    due_in: int | None = None
    health: float | None = None
    last: LastReview | None = None
    skipped: int = 0

    def for_strangers(self) -> Self:
        """What people of other organisations may read: not what was said, nor how well they do."""
        last = replace(self.last, decisions="", note="", people=()) if self.last else None
        return replace(super().for_strangers(), last=last, health=None)


@dataclass(frozen=True, kw_only=True)
class SkipReviewModal(AlertModal):
    """Why there is none this time. `skipped`: how often in a row it was left out before."""

    template: ClassVar[str] = "review-skip"
    callback: ClassVar[Callback] = Callback.REVIEW_SKIP
    type: str
    skipped: int = 0

    @property
    def metadata(self) -> str:
        """With the review that the person was asked about: the card may ask for another one by the time that the form is sent."""
        return json.dumps({"alert_id": self.alert_id, "type": self.type})
