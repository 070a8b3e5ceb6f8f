"""What a sweep reports."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """What a sweep did: the object that `sweep --json` prints.

    `mistakes`: those of the `playbook_problems` for which a playbook, or what some build on, does not count.
    """

    accounts: int = 0
    signals: int = 0
    opened: int = 0
    updated: int = 0
    resolved: int = 0
    suppressed: dict[str, int] = field(default_factory=dict)
    started: int = 0
    moved: int = 0
    letters: int = 0
    duty: dict[str, int] = field(default_factory=dict)
    surveys: dict[str, int] = field(default_factory=dict)
    playbook_problems: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    sources: list[dict[str, Any]] = field(default_factory=list)
    bad_rows: list[str] = field(default_factory=list)

    def in_words(self) -> str:
        held = ", ".join(f"{count} {reason}" for reason, count in sorted(self.suppressed.items())) or "none"
        counts = f"{self.opened} opened, {self.updated} updated, {self.resolved} resolved themselves; held back: {held}"
        return f"{self.accounts} accounts, {self.signals} signals: {counts} ({self.seconds:g} s)"

    @property
    def problems(self) -> list[str]:
        return [f"{source['name']}: {source['problem']}" for source in self.sources if source["problem"]]
