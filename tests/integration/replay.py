"""A simulated year of asking, and a check of what came of it that knows nothing of how it was decided."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.database import Database
from models import Event, Invitation, Touch
from tests.integration.questions import NOW, Questions, account, person

DAY = timedelta(days=1)
ROLES = ("admin", "champion", "user", None)
ZONES = (None, "Europe/London", "America/New_York", "Asia/Tokyo")
BETWEEN = {"any": "3d", "relational": "90d", "transactional": "30d", "ces": "45d"}
PLAYBOOKS: dict[str, dict[str, Any]] = {
    "half-yearly": {"steps": [{"survey": "nps"}], "trigger": {"every": "91d"}},
    "before-renewal": {"steps": [{"survey": "nps-renewal"}], "trigger": {"date": "renewal_on - 120d"}},
    "started": {"steps": [{"survey": "csat-onboarding"}], "trigger": {"event": "onboarded"}},
    "ticket": {"steps": [{"survey": "ces-ticket"}], "trigger": {"event": "ticket_solved"}, "target": "contact"},
    "pulse": {"steps": [{"survey": "pulse-anonymous"}], "trigger": {"every": "70d"}},
}


@dataclass
class Replay:
    """`contacts` people, three or four of them at each account; every tenth is a contact of another account too."""

    folder: Path
    database: Database
    contacts: int
    seed: int = 1

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.house = Questions(self.folder, self.database)
        self.house.changes = {
            "letters": "./letters",
            "surveys": {"company": "Ours", "between": BETWEEN},
            "limits": {"contact": "2 per 7d", "account": "3 per 7d"},
        }
        for name, keys in PLAYBOOKS.items():
            self.house.playbook(
                name, *keys["steps"], **{key: value for key, value in keys.items() if key != "steps"} | {"once_per": "always"}
            )
        plain_letters(self.folder / "letters" / "survey")

    async def run(self, passes: int = 52) -> None:
        """So many passes in a year. People answer some of what they are asked."""
        accounts, people = self._company()
        await self.house.add(accounts, people)
        for number in range(passes):
            now = NOW + number * 364 * DAY / passes
            await self.database.run(self._live, people, now)
            await self.house.sweep(now)

    def _company(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        count = -(-self.contacts * 2 // 7)
        today = NOW.date()
        accounts = [account(f"a{number}", renewal_on=today + self.random.randrange(100, 500) * DAY) for number in range(count)]
        people = []
        for number in range(self.contacts):
            where = accounts[number * 2 // 7 % count]["id"]
            address = f"p{number - 37 if number % 10 == 0 and number > 37 else number}@people.example"
            zone, role = self.random.choice(ZONES), self.random.choice(ROLES)
            people.append(person(where, f"p{number}", role, email=address, timezone=zone, opted_out=self.random.random() < 0.05))
        return accounts, people

    def _live(self, session: Session, people: list[dict[str, Any]], now: datetime) -> None:
        tickets = self.random.sample(people, len(people) // 25)
        begun = self.random.sample(people, len(people) // 100)
        rows = [("ticket_solved", one["account_id"], one["id"]) for one in tickets] + [
            ("onboarded", one["account_id"], "") for one in begun
        ]
        events = [
            {"key": f"{name}:{place}:{now.isoformat()}", "name": name, "at": now, "account_id": where, "contact_id": who, "data": {}}
            for place, (name, where, who) in enumerate(rows)
        ]
        session.execute(insert(Event), events)
        open_ones = session.scalars(select(Invitation).where(Invitation.asked_at > now - 14 * DAY, Invitation.state == "asked")).all()
        for one in self.random.sample(open_ones, len(open_ones) // 3):
            one.answered = True


def plain_letters(folder: Path) -> None:
    """What letters say does not matter here, and writing them beautifully would take most of the time."""
    (folder / "en").mkdir(parents=True, exist_ok=True)
    (folder / "letter.yml").write_text("about: A question\n")
    for name in ("subject.txt.j2", "body.txt.j2", "body.html.j2"):
        (folder / "en" / name).write_text("{{ survey.page }} {{ unsubscribe }}")


@dataclass(frozen=True)
class Found:
    """What the check counted."""

    asked: int
    held: Counter[str]
    people: int
    most_a_year: int
    broken: list[str]


def check(session: Session) -> Found:
    """Every pair of questions to a person, every window of 365 days, every week of the ledger, every hour of leaving."""
    asked = session.scalars(select(Invitation).where(Invitation.state == "asked").order_by(Invitation.asked_at)).all()
    by_person: dict[str, list[Invitation]] = defaultdict(list)
    for one in asked:
        by_person[one.person].append(one)
    broken = [problem for theirs in by_person.values() for problem in _broken(theirs)]
    broken += [f"{one.id} leaves at {one.asked_at}" for one in asked if not _is_morning(one.asked_at)]
    broken += _overfull(session, Touch.contact_id, 2)
    broken += _overfull(session, Touch.account_id, 3)
    held = Counter(session.scalars(select(Invitation.held).where(Invitation.state == "held")))
    years = [sum(other.asked_at - one.asked_at < 365 * DAY for other in theirs[at:] if other.relational)
             for theirs in by_person.values() for at, one in enumerate(theirs) if one.relational]  # fmt: skip
    return Found(len(asked), held, len(by_person), max(years, default=0), broken)


def _broken(theirs: list[Invitation]) -> Iterator[str]:
    for at, one in enumerate(theirs):
        for other in theirs[at + 1 :]:
            days = (other.asked_at - one.asked_at) / DAY
            needed = 3.0
            if one.relational and other.relational:
                needed = max(needed, 90)
            if not one.relational and not other.relational:
                needed = max(needed, 30)
            if one.kind == other.kind == "ces":
                needed = max(needed, 45)
            if days < needed:
                yield f"{one.person}: {one.survey} and {other.survey} lie {days:.2f} days apart, not {needed:g}"
    relational = [one.asked_at for one in theirs if one.relational]
    for first, third in zip(relational, relational[2:], strict=False):
        if third - first < 365 * DAY:
            yield f"{theirs[0].person}: three relational questions from {first} to {third}"


def _is_morning(at: datetime) -> bool:
    """Somewhere where our people are."""
    local = [at.astimezone(ZoneInfo(zone or "Europe/Prague")) for zone in ZONES]
    return any(one.weekday() < 5 and (8, 30) <= (one.hour, one.minute) <= (11, 30) for one in local)


def _overfull(session: Session, whose: Any, most: int) -> list[str]:
    touched: dict[str, list[datetime]] = defaultdict(list)
    for who, at in session.execute(select(whose, Touch.at).order_by(Touch.at)):
        touched[who].append(at)
    return [
        f"{who} had {most + 1} letters from {first} on"
        for who, moments in touched.items()
        for first, last in zip(moments, moments[most:], strict=False)
        if last - first < 7 * DAY
    ]
