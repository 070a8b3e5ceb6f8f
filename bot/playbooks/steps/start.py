"""`start: PLAYBOOK` — begins another play."""

from pydantic import ValidationInfo, field_validator

from bot.playbooks.steps.step import Step, known, title


class StartStep(Step):
    """Starts another playbook for the same account. What holds that one back holds it back here too."""

    start: str

    @field_validator("start")
    @classmethod
    def is_known(cls, playbook: str, info: ValidationInfo) -> str:
        return known(playbook, info, "playbook", "playbooks")

    def in_words(self) -> str:
        return f"start the playbook *{self.start}*"

    def brings(self) -> str:
        return f"the play {title(self.start)}"
