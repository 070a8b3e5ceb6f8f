"""`split:` — variants, drawn by weight."""

from typing import Any

from pydantic import ConfigDict, Field, field_validator, model_validator

from bot.documents.words import shown, wrong
from bot.playbooks.steps.step import Step


class SplitStep(Step):
    """Variants with whole weights; each may have a list of steps under its own name. Without one it does nothing."""

    model_config = ConfigDict(frozen=True, extra="allow")

    split: dict[str, int] = Field(min_length=2)

    @field_validator("split", mode="before")
    @classmethod
    def are_weights(cls, weights: Any) -> Any:
        for name, weight in weights.items() if isinstance(weights, dict) else ():
            if isinstance(weight, bool) or not isinstance(weight, int):
                raise wrong(f"the variant `{name}` has the weight {shown(weight)}", "allowed: whole numbers, such as 50")
        return weights

    @model_validator(mode="after")
    def has_its_variants(self) -> "SplitStep":
        for name, weight in self.split.items():
            if weight < 1:
                raise wrong(f"the variant `{name}` has the weight {weight}", "allowed: whole numbers from 1")
        for name, steps in (self.model_extra or {}).items():
            if name not in self.split:
                raise wrong(f"`{name}` is none of the variants", f"allowed: {', '.join(self.split)}")
            if not isinstance(steps, list):
                raise wrong(f"the variant `{name}` holds {shown(steps)}", "allowed: a list of steps")
        return self

    def steps_of(self, variant: str) -> list[Any]:
        steps = (self.model_extra or {}).get(variant, [])
        return steps if isinstance(steps, list) else []

    def in_words(self) -> str:
        return "draw by weight: " + ", ".join(f"{name} {weight}" for name, weight in self.split.items())
