"""`survey: NAME`, or `survey: {ask: NAME, roles: […], at_most: N}` — asks the people of an account a question."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from bot.documents.words import wrong
from bot.playbooks.steps.step import Step, StepContext, known, title, whom


class Ask(BaseModel):
    """`ask` names a survey. `roles` and `at_most` take the place of the survey's own: whom it asks, and how many of an account.

    In a play about a contact it asks that contact.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    ask: str
    roles: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] | None = None
    at_most: int | None = Field(default=None, ge=1, le=50, strict=True)

    @model_validator(mode="before")
    @classmethod
    def a_name_stands_alone(cls, value: Any) -> Any:
        return {"ask": value} if isinstance(value, str) else value

    @field_validator("ask")
    @classmethod
    def is_known(cls, ask: str, info: ValidationInfo) -> str:
        if isinstance(info.context, StepContext) and info.context.surveys is None:
            problem = "nobody could answer a survey: it needs e-mail, and web pages of ours that customers can reach"
            raise wrong(problem, "add the section `email:` to staysail.yml, and set STAYSAIL_URL and STAYSAIL_SECRET")
        return known(ask, info, "survey", "surveys")


class SurveyStep(Step):
    reaches_customers: ClassVar[bool] = True
    survey: Ask

    def in_words(self) -> str:
        ask = self.survey
        most = f", at most {ask.at_most} people" if ask.at_most else ""
        return f"send the survey *{ask.ask}*" + (f" to {', '.join(map(whom, ask.roles))}" if ask.roles else "") + most

    def brings(self) -> str:
        return f"the survey {title(self.survey.ask)}"
