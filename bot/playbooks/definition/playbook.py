"""A playbook that is ready to run."""

from dataclasses import dataclass
from datetime import timedelta

from bot.playbooks.condition import Condition, Number
from bot.playbooks.definition.form import AlertKind, Mode
from bot.playbooks.program import Program
from bot.playbooks.triggers import Trigger


@dataclass(frozen=True)
class Playbook:
    """Checked and compiled. `once_per` is None for `always`; `text` and `digest` (SHA-256) are those of the file.

    `dwell`: for how long the condition must have held (the key `for`). `worse_by`: by which share it must be worse than when it was
    closed to open again before `once_per` is over.

    `mode` and `canary` are the file's own; how it stands now is in its status. `migrate` is `restart`, `at_step NAME` or None.
    `roles`: which contacts a playbook about contacts is for (all of them if empty).
    """

    name: str
    version: int
    about: str
    kind: AlertKind
    trigger: Trigger
    target: str
    roles: tuple[str, ...]
    when: Condition
    recovered_when: Condition | None
    priority: Number | None
    severity: Number | None
    once_per: timedelta | None
    dwell: timedelta | None
    worse_by: float
    holdout: float
    goal: Condition | None
    exit_when: Condition | None
    unless: tuple[Condition, ...]
    mode: Mode
    canary: tuple[str, ...]
    migrate: str | None
    program: Program
    text: str
    digest: str
    place: str
    built_in: bool

    @property
    def edition(self) -> tuple[str, int]:
        return self.name, self.version
