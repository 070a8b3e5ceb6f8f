"""`stop:` — the play ends here, with a reason in a few words."""

from pydantic import Field

from bot.playbooks.steps.step import Step


class StopStep(Step):
    stop: str | None = Field(max_length=100)

    def in_words(self) -> str:
        return "stop here" + (f": {self.stop}" if self.stop else "")
