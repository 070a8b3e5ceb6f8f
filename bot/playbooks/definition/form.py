"""The keys of a playbook file and what each may hold."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.documents.words import one_of, shown, wrong
from bot.durations import ALLOWED, parse_duration
from bot.playbooks.steps.step import OptionalExpression

NEVER_AGAIN = timedelta(days=36_525)
"""`once_per: once`: a century, the longest there is."""


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


class Mode(StrEnum):
    """`draft` decides nothing, `shadow` decides and touches nobody, `canary` touches the accounts of some CSMs, `live` all."""

    draft = "draft"
    shadow = "shadow"
    canary = "canary"
    live = "live"


def _kind(value: Any) -> AlertKind:
    kinds = [kind.value for kind in AlertKind]
    if value not in kinds:
        raise wrong(f"found {shown(value)}", one_of(str(value), kinds))
    return AlertKind(value)


def _mode(value: Any) -> tuple[Mode, tuple[str, ...]]:
    """The mode, and for `canary: [csm@…]` whose accounts it is for."""
    if isinstance(value, dict) and list(value) == ["canary"] and isinstance(value["canary"], list) and value["canary"]:
        return Mode.canary, tuple(str(email).lower() for email in value["canary"])
    if value not in (Mode.draft, Mode.shadow, Mode.live):
        raise wrong(f"found {shown(value)}", "allowed: draft, shadow, live; or `canary: [csm@ours.example]`")
    return Mode(value), ()


def _once_per(value: Any) -> timedelta | None:
    """`always` is None."""
    if value in ("always", "once"):
        return NEVER_AGAIN if value == "once" else None
    return _length(value, f"{ALLOWED}; or always, or once")


def _holdout(value: Any) -> float:
    share = _share(value)
    if not 0 <= share <= 0.5:
        raise wrong(f"found {shown(value)}", "allowed: a share from 0% to 50%, such as 10%")
    return share


def _worse_by(value: Any) -> float:
    share = _share(value)
    if not 0 < share <= 10:
        raise wrong(f"found {shown(value)}", "allowed: a share such as 20%")
    return share


def _share(value: Any) -> float:
    """`10%` and 0.1 are the same; below zero: it is none."""
    text = str(value).strip()
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return -1.0


def _dwell(value: Any) -> timedelta:
    return _length(value, ALLOWED)


def _length(value: Any, allowed: str) -> timedelta:
    try:
        length = parse_duration(str(value))
    except ValueError:
        length = timedelta()
    if not length:
        raise wrong(f"found {shown(value)}", allowed)
    return length


def _migrate(value: Any) -> str:
    """`restart`, or the name of a step."""
    if value == "restart":
        return "restart"
    step = value.get("at_step") if isinstance(value, dict) else str(value).removeprefix("at_step ")
    if not isinstance(step, str) or not step or step == value:
        raise wrong(f"found {shown(value)}", "allowed: restart, or `at_step NAME`")
    return f"at_step {step}"


class Form(BaseModel):
    """A playbook file. `trigger` and `steps` are checked by their own specs, `unless` one by one."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    playbook: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    version: int = Field(strict=True, ge=1)
    about: str = Field(min_length=1, max_length=300)
    kind: Annotated[AlertKind, BeforeValidator(_kind)]
    trigger: Any
    target: Literal["account", "contact"] = "account"
    roles: tuple[str, ...] = ()
    when: OptionalExpression = None
    recovered_when: OptionalExpression = None
    priority: OptionalExpression = None
    severity: OptionalExpression = None
    once_per: Annotated[timedelta | None, BeforeValidator(_once_per)] = timedelta(days=21)
    dwell: Annotated[timedelta | None, BeforeValidator(_dwell)] = Field(default=None, alias="for")
    worse_by: Annotated[float | None, BeforeValidator(_worse_by)] = None
    holdout: Annotated[float, BeforeValidator(_holdout)] = 0.0
    goal: OptionalExpression = None
    exit_when: OptionalExpression = None
    unless: list[OptionalExpression] = Field(default=[])
    mode: Annotated[tuple[Mode, tuple[str, ...]], BeforeValidator(_mode)] = (Mode.live, ())
    migrate: Annotated[str | None, BeforeValidator(_migrate)] = None
    steps: list[Any] = Field(min_length=1)
