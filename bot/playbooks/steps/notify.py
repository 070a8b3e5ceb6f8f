"""`notify:` — a few words in Slack, to a channel or a person."""

from pydantic import BaseModel, ConfigDict, Field

from bot.playbooks.steps.step import OWNER, Step


class Notify(BaseModel):
    """`to` is a channel (`"#name"`), `csm`, `managers` or a teammate's e-mail address."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    text: str = Field(min_length=1, max_length=1000)
    to: str = Field(default=OWNER, min_length=1)


class NotifyStep(Step):
    notify: Notify

    def in_words(self) -> str:
        return f"notify {self.notify.to}: {self.notify.text}"
