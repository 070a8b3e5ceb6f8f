"""What customers answered, and what was agreed with them."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self

from bot.messages.actions import Callback
from bot.messages.catalog.cards import AlertCard
from bot.messages.catalog.details import SurveyAnswer
from bot.messages.catalog.modals import AlertModal


class Favour(StrEnum):
    """What somebody who is content may be written: the names of the letters."""

    THANKS = "feedback-thanks"
    REFERENCE = "reference-request"
    PRAISE = "review-request"


@dataclass(frozen=True, kw_only=True)
class SurveyCard(AlertCard):
    """The answers of one account in one wave, the worst first. `earlier`: what its people answered before, newest first.

    `deadline`: until when somebody is to talk to whoever was not content. `favours`: those for which somebody can be asked now.
    """

    template: ClassVar[str] = "survey-card"
    SHOWN: ClassVar[int] = 5
    answers: tuple[SurveyAnswer, ...]
    earlier: tuple[SurveyAnswer, ...] = ()
    deadline: datetime | None = None
    overdue: bool = False
    favours: tuple[Favour, ...] = ()

    def for_strangers(self) -> Self:
        """What people of other organisations may read: no names, and nobody's words."""
        shown = super().for_strangers()
        history = tuple(replace(line, to="", note="") for line in shown.history)
        answers = tuple(answer.for_strangers() for answer in self.answers)
        return replace(shown, answers=answers, earlier=(), history=history)


@dataclass(frozen=True, kw_only=True)
class CloseLoopModal(AlertModal):
    """What was agreed, with whom of those who answered, and until when. `answers`: those whose loop is open, the worst first.

    `key` makes a form that is sent twice one closing.
    """

    template: ClassVar[str] = "close-loop"
    callback: ClassVar[Callback] = Callback.SURVEY_CLOSE_LOOP
    MOST: ClassVar[int] = 10
    key: str
    answers: tuple[SurveyAnswer, ...]

    @property
    def metadata(self) -> str:
        shown = [answer.response_id for answer in self.answers[: self.MOST]]
        return json.dumps({"alert_id": self.alert_id, "key": self.key, "answers": shown})


def read_loop_metadata(metadata: str) -> tuple[int, str, list[str]]:
    """The alert's id, the form's key, and the answers that it showed."""
    found = json.loads(metadata)
    return int(found["alert_id"]), str(found["key"]), list(found["answers"])
