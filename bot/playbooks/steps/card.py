"""`card: NAME` — opens an alert and posts its card."""

from pydantic import ValidationInfo, field_validator

from bot.documents.words import one_of, wrong
from bot.playbooks.steps.step import Step, StepContext


class CardStep(Step):
    """`card` names a message that is an alert's card, such as `churn-risk`."""

    card: str

    @field_validator("card")
    @classmethod
    def is_known(cls, card: str, info: ValidationInfo) -> str:
        """Checked only where the known cards are given."""
        if isinstance(info.context, StepContext) and card not in info.context.cards:
            raise wrong(f"no card is called `{card}`", one_of(card, info.context.cards))
        return card
