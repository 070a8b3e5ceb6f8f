"""`goal:` — the play ends, having reached what it was for."""

from pydantic import Field

from bot.playbooks.steps.step import Step


class GoalStep(Step):
    goal: str | None = Field(max_length=100)

    def in_words(self) -> str:
        return "goal reached" + (f": {self.goal}" if self.goal else "")
