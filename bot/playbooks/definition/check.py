"""Pydantic's complaints as findings: the line, what was found, what is allowed."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.playbooks.definition.form import shown
from bot.playbooks.definition.source import Source, Way
from bot.playbooks.steps import STEPS, Step, StepContext
from bot.playbooks.steps.step import one_of

Model = TypeVar("Model", bound=BaseModel)

_CURES = {
    "string_pattern_mismatch": "allowed: a-z, 0-9 and -",
    "string_type": "allowed: text",
    "int_type": "allowed: a whole number",
    "greater_than_equal": "allowed: {ge} or more",
    "string_too_short": "allowed: at least {min_length} character",
    "string_too_long": "allowed: at most {max_length} characters",
    "too_short": "allowed: at least {min_length}",
    "list_type": "allowed: a list of one-key mappings, such as `- card: churn-risk`",
}


def check(model: type[Model], value: Any, way: Way, source: Source, context: StepContext) -> Model | None:
    """The typed value, or None with every mistake in `source.findings`."""
    try:
        return model.model_validate(value, context=context)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _report(detail, model, way, source)
        return None


def _report(detail: ErrorDetails, model: type[BaseModel], way: Way, source: Source) -> None:
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    place = (*way, *detail["loc"])
    context = detail.get("ctx", {})
    keys = [field.alias or name for name, field in model.model_fields.items()]
    if detail["type"] == "extra_forbidden":
        source.wrong(place, f"unknown key `{key}`", one_of(key, keys))
    elif detail["type"] == "missing":
        source.wrong(place, f"the key `{key}` is missing", f"add `{key}: …`")
    elif detail["input"] is None:
        source.wrong(place, f"`{key}` has no value", "give one, or leave the key out if it is optional")
    elif detail["type"] == "wrong":
        source.wrong(place, f"`{key}`: {context['problem']}", context["cure"])
    else:
        cure = _CURES.get(detail["type"], detail["msg"]).format(**context)
        source.wrong(place, f"`{key}`: found {shown(detail['input'])}", cure)


def check_steps(steps: Sequence[Any], source: Source, context: StepContext) -> tuple[Step, ...]:
    """The specs of those steps that are right; the others are reported."""
    checked = (_step(step, ("steps", index), source, context) for index, step in enumerate(steps))
    return tuple(step for step in checked if step)


def _step(value: Any, way: Way, source: Source, context: StepContext) -> Step | None:
    if not isinstance(value, dict) or not value:
        cure = "allowed: a mapping such as `card: churn-risk`"
        source.wrong(way, f"found {shown(value)} where a step is needed", cure)
        return None
    types = [key for key in value if key in STEPS]
    if len(types) == 1:
        return check(STEPS[types[0]], value, way, source, context)
    for key in list(value)[:1]:
        source.wrong((*way, key), f"unknown step `{key}`", one_of(key, set(STEPS)))
    return None
