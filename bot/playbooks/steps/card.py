"""`card: NAME` — opens an alert and posts its card."""

from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from bot.playbooks.steps.step import Step, known, title


class CardStep(Step):
    """`card` names a message that is an alert's card, such as `churn-risk`."""

    opens_alert: ClassVar[bool] = True
    card: str

    @field_validator("card")
    @classmethod
    def is_known(cls, card: str, info: ValidationInfo) -> str:
        return known(card, info, "card", "cards")

    def in_words(self) -> str:
        return f"open the card *{self.card}*"

    def brings(self) -> str:
        return f"the card {title(self.card)}"
