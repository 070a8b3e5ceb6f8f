"""Programs for tests of the engine: steps as a file has them, and a play of them that is looked at from time to time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Double, Text, column
from sqlalchemy.types import TypeEngine

from bot.accounts.catalogue import Catalogue, Kind, Signal
from bot.playbooks.definition import Known, load_edition
from bot.playbooks.engine import Advance, Place, Sight, advance
from bot.playbooks.program import Program

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ONE = timedelta(days=1)
_TYPES: dict[Kind, TypeEngine[Any]] = {Kind.number: Double(), Kind.text: Text(), Kind.date: Date()}
_NAMES = {"arr": Kind.number, "score": Kind.number, "seats": Kind.number, "stage": Kind.text, "renewal_on": Kind.date}
CATALOGUE = Catalogue(Signal(name, kind, column(name, _TYPES[kind]), "test") for name, kind in _NAMES.items())
KNOWN = Known({"churn-risk"}, {"welcome", "check-in"}, {"asked_on": Kind.date, "rank": Kind.number, "word": Kind.text, "ok": Kind.boolean})
LETTER = {"email": {"letter": "welcome", "to": "admin"}}


def tell(text: str) -> dict[str, Any]:
    return {"notify": {"text": text}}


def program(*steps: Any) -> Program:
    form = {"playbook": "mine", "version": 1, "about": "A test", "kind": "onboarding", "trigger": "manual", "steps": steps}
    return load_edition(json.dumps(form), "mine.yml", CATALOGUE, KNOWN, ["other"]).program


@dataclass
class Walk:
    """One play. `then` is what the last look gave."""

    program: Program
    target: str = "mine:acc-1:"
    place: Place = field(default_factory=Place)
    then: Advance | None = None

    def look(self, now: datetime = START, truths: Sequence[bool | None] = (), events: Sequence[str] = (), **more: Any) -> list[str]:
        """The paths of what it did. Its place is written down and read again, as a play's is."""
        zones = {"account": ZoneInfo("Europe/Prague"), "contact": ZoneInfo("America/New_York")}
        known = [*truths, *[None] * (len(self.program.conditions) - len(truths))]
        self.then = advance(self.program, self.place, Sight(now, self.target, known, events=frozenset(events), zones=zones, **more))
        kept = json.loads(json.dumps(self.then.place.as_json()))
        self.place = Place.read(self.then.place.step, kept)
        assert self.place == self.then.place
        return [visit.path for visit in self.then.visits]

    def all(self, now: datetime = START, truths: Sequence[bool | None] = ()) -> list[str]:
        """Looks again as long as it is due at once."""
        done = self.look(now, truths)
        while self.due_at == now and not self.ended:
            done += self.look(now, truths)
        return done

    @property
    def ended(self) -> str | None:
        return self.then.ended if self.then else None

    @property
    def due_at(self) -> datetime | None:
        return self.then.due_at if self.then else None

    @property
    def waiting(self) -> str | None:
        return self.then.waiting if self.then else None
