"""A playbook that is ready to run."""

from dataclasses import dataclass
from datetime import timedelta

from bot.playbooks.condition import Condition, Number
from bot.playbooks.definition.form import AlertKind
from bot.playbooks.steps import Step


@dataclass(frozen=True)
class Playbook:
    """Checked and compiled. `once_per` is None for `always`; `text` and `digest` (SHA-256) are those of the file."""

    name: str
    version: int
    about: str
    kind: AlertKind
    trigger: str
    when: Condition
    recovered_when: Condition | None
    priority: Number | None
    severity: Number | None
    once_per: timedelta | None
    steps: tuple[Step, ...]
    text: str
    digest: str
    place: str
    built_in: bool
