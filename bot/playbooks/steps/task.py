"""`task:` — an alert for a person, with a deadline."""

from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.durations import Duration, spoken
from bot.playbooks.steps.step import OWNER, Step, whom


class Task(BaseModel):
    """`to` is `csm`, `managers` or a teammate's e-mail address."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    what: str = Field(min_length=1, max_length=300)
    to: str = Field(default=OWNER, min_length=1)
    within: Duration | None = None


class TaskStep(Step):
    """An alert for a person, with a deadline."""

    opens_alert: ClassVar[bool] = True
    task: Task

    @property
    def within(self) -> timedelta | None:
        return self.task.within

    def in_words(self) -> str:
        within = f" within {spoken(self.task.within)}" if self.task.within else ""
        return f"set a task for {whom(self.task.to)}{within}: {self.task.what}"

    def brings(self) -> str:
        return f"a task for {whom(self.task.to)}"
