"""`notify:` — a few words in Slack, to a channel or a person."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.playbooks.steps.step import OWNER, Step, whom


class Notify(BaseModel):
    """`to` is a channel (`"#name"`), `csm`, `managers` or a teammate's e-mail address."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    text: str = Field(min_length=1, max_length=1000)
    to: str = Field(default=OWNER, min_length=1)


class NotifyStep(Step):
    reminds: ClassVar[bool] = True
    notify: Notify

    def in_words(self) -> str:
        to = self.notify.to
        return f"{f'post in {to}' if to.startswith('#') else f'tell {whom(to)}'}: {self.notify.text}"

    def brings(self) -> str:
        to = self.notify.to
        return f"a word in {to}" if to.startswith("#") else f"a {'reminder' if to == OWNER else 'word'} to {whom(to)}"
