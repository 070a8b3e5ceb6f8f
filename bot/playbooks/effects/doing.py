"""A step that a play does now."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL
from bot.delivery.keys import effect_key
from bot.playbooks.due import Due
from bot.playbooks.engine import Visit
from bot.playbooks.steps import MANAGERS, OWNER
from models import Teammate


@dataclass
class Doing:
    """`detail` is what the trace is to tell beside the visit's own."""

    due: Due
    visit: Visit
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def step(self) -> Any:
        return self.visit.op.step  # type: ignore[union-attr]

    @property
    def key(self) -> str:
        """The dedup key of what leaves."""
        return effect_key(self.due.play_id, self.visit.number)

    def trace(self, now: datetime, what: str = "step", **more: Any) -> dict[str, Any]:
        """A row of `traces`."""
        due = self.due
        silent = {"silent": due.silent} if due.silent else {}
        return {
            "at": now,
            "actor": STAYSAIL,
            "what": what,
            "account_id": due.account_id,
            "playbook": due.playbook.name,
            "playbook_version": due.playbook.version,
            "play_id": due.play_id,
            "alert_id": None,
            "step": self.visit.path,
            "detail": {**self.visit.detail, **self.detail, **silent},
        } | more


@dataclass(frozen=True)
class People:
    """Who of ours is reached how: teammates by their e-mail address."""

    by_email: dict[str, Teammate]
    managers: str

    @classmethod
    def load(cls, session: Session, emails: set[str | None], managers: str) -> "People":
        wanted = {email.lower() for email in emails if email}
        found = session.scalars(select(Teammate).where(Teammate.email.in_(wanted | {e for e in emails if e}))) if wanted else ()
        return cls({(teammate.email or "").lower(): teammate for teammate in found}, managers)

    def of(self, email: str | None) -> Teammate | None:
        return self.by_email.get((email or "").lower())

    def zone(self, email: str | None) -> str | None:
        teammate = self.of(email)
        return teammate.timezone if teammate else None

    def channel(self, to: str, owner: str | None, otherwise: str) -> str:
        """A channel, or a person's own: `csm`, `managers` or an address. Whoever is not in Slack is told in `otherwise`."""
        if to == MANAGERS:
            return self.managers
        if to.startswith("#"):
            return to
        teammate = self.of(owner if to == OWNER else to)
        return teammate.slack_id if teammate else otherwise


def recipients(doings: list[Doing], to: Any) -> set[str | None]:
    """The addresses of ours that these steps may mean. `to` gives a step's own word for it."""
    return {doing.due.owner_email for doing in doings} | {word for doing in doings if "@" in (word := to(doing))}
