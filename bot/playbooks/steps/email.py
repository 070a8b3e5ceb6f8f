"""`email: {letter: NAME, to: ROLE}` — writes a letter to a contact, or to somebody of ours."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bot.documents.words import wrong
from bot.playbooks.steps.step import Step, StepContext, known, title, whom


class Email(BaseModel):
    """`to` is a contact's role, `contact` (the play's own), `csm`, `managers` (the first address among them), or a
    teammate's address.

    Of several contacts with the role the first who may be written to is chosen: one letter goes to one person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    letter: str
    to: str = Field(min_length=1, max_length=200)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")

    @field_validator("letter")
    @classmethod
    def is_known(cls, letter: str, info: ValidationInfo) -> str:
        if isinstance(info.context, StepContext) and info.context.letters is None:
            raise wrong("no e-mail is set up", "add the section `email:` to staysail.yml")
        return known(letter, info, "letter", "letters")


class EmailStep(Step):
    reaches_customers: ClassVar[bool] = True
    email: Email

    def in_words(self) -> str:
        return f"send the letter *{self.email.letter}* to {whom(self.email.to)}"

    def brings(self) -> str:
        return f"the letter {title(self.email.letter)} to {whom(self.email.to)}"
