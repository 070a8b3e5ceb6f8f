"""The keys of a playbook file and what each may hold."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.documents.words import one_of, shown, written, wrong
from bot.durations import ALLOWED, parse_duration


class AlertKind(StrEnum):
    """What an alert is about."""

    risk = "risk"
    survey = "survey"
    review = "review"
    expansion = "expansion"
    gift = "gift"
    release = "release"
    support = "support"
    onboarding = "onboarding"


def _kind(value: Any) -> AlertKind:
    kinds = [kind.value for kind in AlertKind]
    if value not in kinds:
        raise wrong(f"found {shown(value)}", one_of(str(value), kinds))
    return AlertKind(value)


def _trigger(value: Any) -> str:
    """The sentence says "in this version": the other triggers of the design come with the scenario engine."""
    if value != "sweep":
        raise wrong(f"found {shown(value)}", "allowed in this version: sweep")
    return "sweep"


def _expression(value: Any) -> str:
    """YAML reads `priority: 5` as a number and `when: true` as a boolean; both are expressions."""
    if not isinstance(value, str | int | float):
        raise wrong(f"found {shown(value)}", "allowed: an expression over signals, such as `arr > 0`")
    return written(value)


def _once_per(value: Any) -> timedelta | None:
    """`always` is None."""
    if value == "always":
        return None
    try:
        length = parse_duration(str(value))
    except ValueError:
        length = timedelta()
    if not length:
        raise wrong(f"found {shown(value)}", f"{ALLOWED}; or always")
    return length


Expression = Annotated[str, BeforeValidator(_expression)]
Optional = Annotated[str | None, BeforeValidator(_expression)]


class Form(BaseModel):
    """A playbook file. `steps` are checked one by one against their own specs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    playbook: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    version: int = Field(strict=True, ge=1)
    about: str = Field(min_length=1, max_length=300)
    kind: Annotated[AlertKind, BeforeValidator(_kind)]
    trigger: Annotated[Literal["sweep"], BeforeValidator(_trigger)]
    when: Expression
    recovered_when: Optional = None
    priority: Optional = None
    severity: Optional = None
    once_per: Annotated[timedelta | None, BeforeValidator(_once_per)] = timedelta(days=21)
    steps: list[Any] = Field(min_length=1)
