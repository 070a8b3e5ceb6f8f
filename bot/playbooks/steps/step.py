"""What all step specs share."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class Step(BaseModel):
    """The spec of one step, as it stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class StepContext:
    """What specs are checked against; passed as pydantic's validation context."""

    cards: AbstractSet[str]
