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
_PARTS = {"stage": "the stage", "tag": "the tags", "untag": "the tags"}
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
        return ", ".join(_change(name, value) for name, value in self.set.items())

    def brings(self) -> str:
        return "a change of " + " and ".join(dict.fromkeys(_PARTS.get(name, name) for name in self.set))


def _change(name: str, value: Any) -> str:
    if name == "tag":
        return f"add the tag {value}"
    if name == "untag":
        return f"take off the tag {value}"
    return f"empty {name}" if value is None else f"set {_PARTS.get(name, name)} to {value}"


def _fits(name: str, value: Any, kind: Kind | None, allowed: list[str]) -> None:
    if kind is None:
        raise wrong(f"there is no own field `{name}`", f"declare it under `fields:` in staysail.yml; {one_of(name, allowed)}")
    is_today = kind is Kind.date and value == "today"
    is_flag = isinstance(value, bool) and kind is not Kind.boolean
    if value is not None and not is_today and (is_flag or not isinstance(value, _KINDS[kind])):
        raise wrong(f"found {shown(value)} for the field `{name}`", f"allowed: a {kind.value}")
