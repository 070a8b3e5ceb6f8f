"""`webhook:` — tells another system, signed and retried."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.playbooks.steps.step import Step


class Webhook(BaseModel):
    """`body` is sent along with what set it off: the account, the playbook, the play."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    url: str = Field(pattern=r"^https?://[^\s/]+\S*$", max_length=500)
    body: dict[str, Any] = Field(default_factory=dict)


class WebhookStep(Step):
    webhook: Webhook

    def in_words(self) -> str:
        return f"tell another system: {self.webhook.url.split('?')[0]}"

    def brings(self) -> str:
        return "a word to another system"
