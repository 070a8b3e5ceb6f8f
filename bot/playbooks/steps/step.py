"""What all step specs share."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from bot.accounts.catalogue import Kind
from bot.documents.words import one_of, shown, written, wrong

OWNER, MANAGERS, CONTACT = "csm", "managers", "contact"


class Step(BaseModel):
    """The spec of one step, as it stands in the file. `name` is for `migrate: at_step NAME`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    opens_alert: ClassVar[bool] = False
    reaches_customers: ClassVar[bool] = False
    """Whether it may is looked up first, in what they have heard from us so far."""
    reminds: ClassVar[bool] = False
    """It tells somebody of ours something, and does nothing else."""

    name: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]*$")

    def in_words(self) -> str:
        """The step as the outline shows it."""
        raise NotImplementedError

    def brings(self) -> str:
        """What somebody gets from it: `a word to the managers`. Empty: it only leads on to others."""
        return ""


def whom(to: str) -> str:
    """An addressee as people say it; a contact's role is named as it is."""
    named = {OWNER: "the CSM", MANAGERS: "the managers", CONTACT: "the contact"}
    return named.get(to) or (to if "@" in to or to.startswith("#") else f"the {to}")


def title(name: str) -> str:
    """A letter's, a card's or a playbook's name within a sentence: trial-ending → “trial ending”."""
    return f"“{name.replace('-', ' ')}”"


@dataclass(frozen=True)
class StepContext:
    """What specs are checked against; passed as pydantic's validation context.

    `letters` None: no e-mail is set up; `surveys` None: nobody could answer one. `fields` are the own fields that `set` may write,
    `playbooks` the names that `start` may use.
    """

    cards: AbstractSet[str]
    letters: AbstractSet[str] | None = frozenset()
    fields: Mapping[str, Kind] = field(default_factory=dict)
    playbooks: AbstractSet[str] = frozenset()
    surveys: AbstractSet[str] | None = frozenset()


def known(value: str, info: ValidationInfo, what: str, among: str) -> str:
    """Checked only where a context is given; `among` names its set."""
    if isinstance(info.context, StepContext):
        allowed = getattr(info.context, among)
        if value not in allowed:
            raise wrong(f"no {what} is called `{value}`", one_of(value, allowed))
    return value


def _expression(value: Any) -> str:
    """YAML reads `priority: 5` as a number and `when: true` as a boolean; both are expressions."""
    if not isinstance(value, str | int | float):
        raise wrong(f"found {shown(value)}", "allowed: an expression over signals, such as `arr > 0`")
    return written(value)


Expression = Annotated[str, BeforeValidator(_expression)]
OptionalExpression = Annotated[str | None, BeforeValidator(_expression)]
