"""`if:`, `then:`, `else:` — one of two ways."""

from typing import Any

from pydantic import Field

from bot.playbooks.steps.step import Expression, Step


class IfStep(Step):
    """An unknown condition takes the `else`."""

    condition: Expression = Field(alias="if")
    then: list[Any] = Field(min_length=1)
    otherwise: list[Any] = Field(default=[], alias="else")

    def in_words(self) -> str:
        return f"if {self.condition}"
