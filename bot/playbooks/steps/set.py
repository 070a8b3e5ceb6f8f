"""`set:` — writes the stage, a tag, or an own field of the account."""

import re
from datetime import date
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from bot.accounts.catalogue import Kind
from bot.documents.words import one_of, shown, wrong
from bot.playbooks.steps.step import Step, StepContext

STAGES = ("trial", "activation", "adoption", "growth", "churned")
_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_KINDS: dict[Kind, tuple[type, ...]] = {Kind.number: (int, float), Kind.text: (str,), Kind.date: (date,), Kind.boolean: (bool,)}


class SetStep(Step):
    """`set: {stage: adoption}`, `{tag: vip}`, `{untag: vip}`, or own fields that staysail.yml declares under `fields:`.

    A date field takes a date or `today`; null takes the value away.
    """

    set: dict[str, Any] = Field(min_length=1)

    @field_validator("set")
    @classmethod
    def can_be_set(cls, values: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        fields = info.context.fields if isinstance(info.context, StepContext) else {}
        for name, value in values.items():
            if name == "stage":
                if value not in STAGES:
                    raise wrong(f"found the stage {shown(value)}", one_of(str(value), STAGES))
            elif name in ("tag", "untag"):
                if not isinstance(value, str) or not _WORD.fullmatch(value):
                    raise wrong(f"found the tag {shown(value)}", "allowed: a-z, 0-9, - and _")
            elif isinstance(info.context, StepContext):
                _fits(name, value, fields.get(name), [*fields, "stage", "tag", "untag"])
        return values

    def in_words(self) -> str:
        return "set " + ", ".join(f"{name} = {value}" for name, value in self.set.items())


def _fits(name: str, value: Any, kind: Kind | None, allowed: list[str]) -> None:
    if kind is None:
        raise wrong(f"there is no own field `{name}`", f"declare it under `fields:` in staysail.yml; {one_of(name, allowed)}")
    is_today = kind is Kind.date and value == "today"
    is_flag = isinstance(value, bool) and kind is not Kind.boolean
    if value is not None and not is_today and (is_flag or not isinstance(value, _KINDS[kind])):
        raise wrong(f"found {shown(value)} for the field `{name}`", f"allowed: a {kind.value}")
