"""Lives through a story with the real thing: passes that decide, move plays and write the outbox, and what people do meanwhile.

What people did is also written down as they would tell it (`Told`), for a reading that knows nothing of the database.
"""

import heapq
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import dismiss, resolve
from bot.alerts.reasons import reasons_of
from bot.alerts.record import act
from bot.clock import day_of
from bot.database import Database
from bot.messages.actions import DismissReason, Outcome
from bot.playbooks.decide import decide, decide_events
from bot.playbooks.loading import guard_of, load_rulebook
from bot.playbooks.runner import advance_plays
from bot.reviews.skipping import Skip, due_type, skip
from bot.settings import Settings, load_settings
from bot.team.roles import Actor
from models import Account, Alert, Dispatch, OutboxMessage, Review, Teammate, Trace
from models.review import CANCELLED, HELD, NO_SHOW, SCHEDULED, SKIPPED
from tests.integration.prompt_story import HOUR, TEAM, Habit, Story
from tests.integration.prompt_told import ALERTS, DAY, MANAGERS, Card, Meeting, Told, Word, address

SOON = timedelta(minutes=67)
"""How long people take to do something: never at the very moment of a pass."""
OUTCOMES = {"held": HELD, "missed": NO_SHOW, "cancelled": CANCELLED}
VALUES: dict[str, dict[str, Any]] = {
    "trouble": {"seats": 5},
    "well": {"seats": 50},
    "small": {"arr": 1_000},
    "big": {"arr": 60_000},
    "nobody": {"owner_email": None},
}
WHO = Actor(slack_id="U0WHO", email="who@ours.example", name="Who", timezone="Europe/Prague", roles=frozenset())


def settings_for(story: Story, folder: Path) -> Settings:
    house = story.house
    written = {
        "workspace": {"timezone": house.zone, "business_hours": house.hours} | ({"holidays": house.country} if house.country else {}),
        "channels": {"alerts": ALERTS, "managers": MANAGERS},
        "crm": {"url": "sqlite:///nothing.db", "accounts": "SELECT id, name FROM accounts"},
        "enable": ["review-due"],
        "alerts": {"deadlines": []},
        "limits": {"cards_a_day": house.cards_a_day},
        "segments": {"big": "arr >= 50000"},
        "reviews": [
            {"type": one.type, "when": one.when, "every": f"{one.every}d", "ahead": f"{one.ahead}d"}
            | ({"sooner_when": "seats < 10"} if one.sooner else {})
            for one in house.cadences
        ],
    }
    file = folder / "staysail.yml"
    file.write_text(json.dumps(written))
    return load_settings(file, {})


class Life:
    def __init__(self, story: Story, database: Database, folder: Path) -> None:
        self.story, self.database = story, database
        self.settings = settings_for(story, folder)
        self.told = Told()
        self._to_do: list[tuple[datetime, int, Callable[[Session, datetime], None]]] = []
        self._prompts: dict[str, int] = defaultdict(int)
        self._seen: set[int] = set()
        self._order = 0

    async def live(self) -> Told:
        await self.database.run(self._found)
        for number, now in enumerate(self.story.moments):
            await self._deeds(now)
            await self.database.run(self._change, number, now)
            await self._sweep(now)
            await self.database.run(self._look, now)
        await self.database.read(self._remember)
        return self.told

    async def _sweep(self, now: datetime) -> None:
        rulebook = await self.database.read(load_rulebook, self.settings, day_of(now, self.settings.zone))
        await self.database.run(decide, rulebook, guard_of(self.settings, now), {}, now)
        await advance_plays(self.database, None, rulebook, now)
        self.told.moved.append(now)
        self.told.swept.append(now)

    async def _deeds(self, until: datetime) -> None:
        while self._to_do and self._to_do[0][0] < until:
            now, _, deed = heapq.heappop(self._to_do)
            await self.database.run(deed, now)
            if self.story.prompt:
                rulebook = await self.database.read(load_rulebook, self.settings, day_of(now, self.settings.zone))
                await self.database.run(decide_events, rulebook, guard_of(self.settings, now), now)
                await advance_plays(self.database, None, rulebook, now)
                self.told.moved.append(now)

    def _later(self, at: datetime, deed: Callable[[Session, datetime], None]) -> None:
        self._order += 1
        heapq.heappush(self._to_do, (at, self._order, deed))

    def _found(self, session: Session) -> None:
        first = self.story.first
        for name, zone in TEAM.items():
            session.add(Teammate(slack_id=f"U0{name.upper()}", name=name, email=address(name), timezone=zone, read_at=first))
        for at, one in enumerate(self.story.customers):
            session.add(
                Account(
                    id=f"a{at}",
                    name=f"A{at}",
                    owner_email=address(one.owner) if one.owner else None,
                    started_on=self.started(at),
                    polled_at=first,
                    **VALUES["big"] | VALUES["well"] | {"stage": "growth"},
                )
            )

    def started(self, at: int) -> date | None:
        age = self.story.customers[at].age
        return None if age is None else day_of(self.story.first, self.settings.zone) - age * DAY

    def _change(self, session: Session, number: int, now: datetime) -> None:
        for at, one in enumerate(self.story.customers):
            for change in one.changes:
                if change.on == number:
                    values = VALUES.get(change.what) or {"churned": {"stage": "churned"}, "gone": {"gone_at": now}}.get(change.what)
                    values = values or {"owner_email": address(change.what)}
                    session.execute(update(Account).where(Account.id == f"a{at}").values(values))

    # --- what people do

    def _look(self, session: Session, now: datetime) -> None:
        """New prompts have been seen: somebody will do something about each."""
        new = session.scalars(select(Alert).where(Alert.closed_at.is_(None), Alert.id.not_in(self._seen)).order_by(Alert.id))
        for alert in new.all():
            self._seen.add(alert.id)
            habits = self.story.customers[int(alert.account_id[1:])].habits
            habit = habits[self._prompts[alert.account_id] % len(habits)]
            self._prompts[alert.account_id] += 1
            if habit.deed != "ignore":
                self._later(now + habit.after * DAY + SOON, self._deed(alert.id, habit))

    def _deed(self, alert_id: int, habit: Habit) -> Callable[[Session, datetime], None]:
        def do(session: Session, now: datetime) -> None:
            alert = session.get_one(Alert, alert_id)
            if alert.closed_at is not None:
                return
            asked = due_type(reasons_of(session, [alert_id])[alert_id])
            if habit.deed == "skip":
                act(session, alert_id, lambda one: dismiss(one, WHO.slack_id, DismissReason.SKIPPED, now, "no"), WHO.slack_id, now)
                skip(session, self.settings, alert, Skip(asked, "no", WHO), now)
                self.told.meetings[alert.account_id].append(Meeting(asked, now, [(now, SKIPPED)]))
                return
            self._plan(session, alert, asked, habit, now)
            if habit.deed == "plan":
                act(session, alert_id, lambda one: resolve(one, WHO.slack_id, Outcome.PLANNED, now), WHO.slack_id, now)

        return do

    def _plan(self, session: Session, alert: Alert, type_: str, habit: Habit, now: datetime) -> None:
        starts = now + habit.lead * DAY
        key = f"{alert.id}:{now.isoformat()}"
        times = {"starts_at": starts, "created_at": now, "changed_at": now, "minutes": 30, "zone": "Europe/Prague"}
        people = {"organizer": "U0WHO", "organizer_email": WHO.email, "organizer_name": "Who", "created_by": "U0WHO"}
        review = Review(key=key, uid=key, account_id=alert.account_id, type=type_, state=SCHEDULED, **times, **people)
        session.add(review)
        session.flush()
        meeting, number = Meeting(type_, starts, [(now, SCHEDULED)]), review.id
        self.told.meetings[alert.account_id].append(meeting)

        def ends(session: Session, now: datetime) -> None:
            session.get_one(Review, number).state = OUTCOMES[habit.then]
            meeting.states.append((now, OUTCOMES[habit.then]))

        if habit.then != "forgotten":
            self._later(now + habit.lead * DAY / 2 if habit.then == "cancelled" else starts + 2 * HOUR, ends)

    # --- what came of it

    def _remember(self, session: Session) -> None:
        ways = {row.subject: row for row in session.scalars(select(OutboxMessage))}
        came = select(Trace).where(Trace.what.in_(("opened", "reopened")))
        opened = {row.alert_id: row.detail["facts"]["review.type"] for row in session.scalars(came)}
        for alert in session.scalars(select(Alert).order_by(Alert.id)):
            way = ways[f"alert:{alert.id}"]
            self.told.cards.append(Card(alert.account_id, alert.opened_at, alert.closed_at, opened[alert.id], way.due_at, way.channel))
        for one in session.scalars(select(Dispatch).order_by(Dispatch.id)):
            way = ways[f"dispatch:{one.id}"]
            if one.play_id is not None:
                self.told.words.append(Word(one.account_id or "", one.content["text"], one.created_at, way.due_at, way.channel))
