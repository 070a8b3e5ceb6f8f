"""`repeat:`, `at_most:`, `until:` — the same steps in rounds."""

from typing import Any

from pydantic import Field

from bot.playbooks.steps.step import OptionalExpression, Step


class RepeatStep(Step):
    """Goes through its steps again and again: `at_most` times, or `until` a condition holds before a round."""

    repeat: list[Any] = Field(min_length=1)
    at_most: int = Field(ge=1, le=1000, strict=True)
    until: OptionalExpression = None

    def in_words(self) -> str:
        until = f" until {self.until}" if self.until else ""
        return f"repeat at most {self.at_most} times{until}"
