"""The steps a playbook may take: one module each, with the typed spec of its YAML mapping. A step is registered here.

A step's type is the key of its mapping that stands in `STEPS`; the whole mapping is then checked by that spec.
"""

from typing import Final

from bot.playbooks.steps.card import CardStep
from bot.playbooks.steps.step import Step, StepContext

STEPS: Final[dict[str, type[Step]]] = {
    "card": CardStep,
}

__all__ = ["STEPS", "CardStep", "Step", "StepContext"]
