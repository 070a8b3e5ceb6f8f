"""Pydantic's complaints as findings: the line, what was found, what is allowed."""

from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.documents.source import Source, Way
from bot.documents.words import one_of, shown

Model = TypeVar("Model", bound=BaseModel)

_CURES = {
    "string_pattern_mismatch": "allowed: a-z, 0-9 and -",
    "string_type": "allowed: text",
    "int_type": "allowed: a whole number",
    "int_from_float": "allowed: a whole number",
    "float_type": "allowed: a number",
    "float_parsing": "allowed: a number",
    "bool_parsing": "allowed: true or false",
    "bool_type": "allowed: true or false",
    "literal_error": "allowed: {expected}",
    "greater_than": "allowed: greater than {gt:g}",
    "greater_than_equal": "allowed: {ge:g} or more",
    "less_than_equal": "allowed: {le:g} or less",
    "string_too_short": "allowed: at least {min_length} character",
    "string_too_long": "allowed: at most {max_length} characters",
    "too_short": "allowed: at least {min_length}",
    "tuple_type": "allowed: a list, such as [one, two]",
    "dict_type": "allowed: keys with values",
    "model_type": "allowed: keys with values",
    "list_type": "allowed: a list of one-key mappings, such as `- card: churn-risk`",
}


def check(model: type[Model], value: Any, way: Way, source: Source, context: Any = None) -> Model | None:
    """The typed value, or None with every mistake in `source.findings`."""
    try:
        return model.model_validate(value, context=context)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _report(detail, model, way, source)
        return None


def _report(detail: ErrorDetails, model: type[BaseModel], way: Way, source: Source) -> None:
    key = str(detail["loc"][-1]) if detail["loc"] else _name_of(way)
    place = (*way, *detail["loc"])
    context = detail.get("ctx", {})
    keys = [field.alias or name for name, field in _form_at(model, detail["loc"]).model_fields.items()]
    if detail["type"] == "extra_forbidden":
        source.wrong(place, f"unknown key `{key}`", one_of(key, keys))
    elif detail["type"] == "missing":
        source.wrong(place, f"the key `{key}` is missing", f"add `{key}: …`")
    elif detail["type"] == "value_error":  # a rule of ours, in its own words
        source.wrong(place, f"`{key}`: {context['error']}")
    elif detail["input"] is None:
        cure = "give one (in quotes if it begins with #, which starts a comment), or leave the key out if it is optional"
        source.wrong(place, f"`{key}` has no value", cure)
    elif detail["type"] == "wrong":
        source.wrong(place, f"`{key}`: {context['problem']}" if detail["loc"] else context["problem"], context["cure"])
    else:
        cure = _CURES.get(detail["type"], detail["msg"]).format(**context)
        source.wrong(place, f"`{key}`: found {shown(detail['input'])}", cure)


def _form_at(model: type[BaseModel], way: Way) -> type[BaseModel]:
    """The form of the section in which a key stands: a section may hold others, or lists of them."""
    for key in way[:-1]:
        field = next((field for name, field in model.model_fields.items() if key in (name, field.alias)), None)
        model = next(_forms_in(field.annotation), model) if field else model
    return model


def _forms_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _forms_in(part)


def _name_of(way: Way) -> str:
    """An item of a list by the list's name: `reviews[0]`."""
    if not way:
        return ""
    return f"{way[-2]}[{way[-1]}]" if isinstance(way[-1], int) and len(way) > 1 else str(way[-1])
