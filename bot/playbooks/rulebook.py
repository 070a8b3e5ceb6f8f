"""What a pass decides by: the playbooks that count, those of plays in flight, the signals, and where things go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from bot.accounts.business_hours import BusinessHours
from bot.accounts.signals import Signals
from bot.durations import Allowance
from bot.errors import Finding, Refused
from bot.letters.library import Letters
from bot.playbooks.condition import Condition
from bot.playbooks.definition import Playbook
from bot.settings.forms import AlertSettings
from bot.surveys.means import Means
from bot.surveys.survey import Survey


@dataclass(frozen=True)
class Routes:
    """Which channel an account's alerts go to: the first condition that holds, or else `otherwise`."""

    rules: tuple[tuple[Condition, str], ...]
    otherwise: str

    def columns(self) -> list[Any]:
        return [condition.clause.label(f"route_{at}") for at, (condition, _) in enumerate(self.rules)]

    def choose(self, row: Any) -> str:
        fitting = (to for at, (_, to) in enumerate(self.rules) if row[f"route_{at}"])
        return next(fitting, self.otherwise)


@dataclass(frozen=True)
class House:
    """What effects need beside the account: where people are reached, how letters are written, how much a customer is written to.

    `surveys` are those that may be asked, by name; `asking` None: nobody could answer.
    """

    zone: ZoneInfo
    hours: BusinessHours
    managers: str
    admins: str
    alerts: AlertSettings = field(default_factory=AlertSettings)
    manager_emails: tuple[str, ...] = ()
    letters: Letters | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    sender: str | None = None
    per_contact: Allowance = field(default_factory=lambda: Allowance(3, timedelta(days=7)))
    per_account: Allowance = field(default_factory=lambda: Allowance(6, timedelta(days=7)))
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    asking: Means | None = None


@dataclass(frozen=True)
class Rulebook:
    """`playbooks`: the current version of each, by name. `editions`: those and the older ones of plays in flight, by name and version.

    `problems`: files whose text changed without a new version, and older versions that no longer compile. `mistakes`: whatever else is
    wrong with files and settings, so that something does not count; `broken`: those of them that are a playbook's own, by its name.
    """

    playbooks: Mapping[str, Playbook]
    editions: Mapping[tuple[str, int], Playbook]
    signals: Signals
    routes: Routes
    house: House
    problems: tuple[Finding, ...] = ()
    mistakes: tuple[Finding, ...] = ()
    broken: Mapping[str, Sequence[Finding]] = field(default_factory=dict)

    def get(self, name: str) -> Playbook:
        """Refused when no playbook of that name counts now."""
        if name in self.broken:
            raise Refused(f"“{name}” cannot be used now: {self.broken[name][0]}")
        if name not in self.playbooks:
            raise no_playbook(name, (*self.playbooks, *self.broken))
        return self.playbooks[name]


def no_playbook(name: str, known: Iterable[str]) -> Refused:
    near = get_close_matches(name, list(known), n=1)
    hint = f"Did you mean “{near[0]}”?" if near else "`/stay playbooks` names them."
    return Refused(f"No playbook is called “{name}”. {hint}")
