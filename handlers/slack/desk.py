"""The desk: what every listener may use. Made once by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.alerts.cards import World
from bot.clock import Clock, day_of
from bot.database import Database
from bot.delivery.worker import Worker
from bot.errors import Refused
from bot.messages.actions import Input
from bot.messages.catalog import Message, Modal
from bot.playbooks.rulebook import Rulebook
from bot.settings import Settings
from bot.team.directory import Directory
from bot.team.roles import Actor, actor_of
from handlers.slack.payloads import Who


@dataclass(frozen=True)
class Replace:
    """Shows the message in place of the one that was clicked (an ephemeral one)."""

    message: Message


@dataclass(frozen=True)
class Mistakes:
    """What is wrong with a modal's inputs; it stays open."""

    by_input: dict[Input, str]


Reply = Message | Modal | Replace | Mistakes | None
"""What the person gets: an ephemeral answer, a view, a changed answer, mistakes, or nothing."""


@dataclass(frozen=True)
class Desk:
    """`rulebook` compiles the playbooks for a day; `decide_soon` asks for a decision without waiting for the next sweep."""

    settings: Settings
    database: Database
    directory: Directory
    worker: Worker
    world: World
    now: Clock
    rulebook: Callable[[Session, Settings, date], Rulebook]
    decide_soon: Callable[[], None]
    team_id: str

    async def actor(self, who: Who) -> Actor:
        """Who acts, as of the last hour. Refuses whoever may not act at all."""
        if who.team_id and who.team_id != self.team_id:
            raise Refused("Only people of our own workspace may do this: you are here from another organisation.")
        return actor_of(await self.directory.lookup(who.slack_id, self.now()), self.settings.roles)

    def load_rulebook(self, session: Session) -> Rulebook:
        return self.rulebook(session, self.settings, self.today)

    @property
    def today(self) -> date:
        return day_of(self.now(), self.settings.zone)

    def today_of(self, actor: Actor, moment: datetime) -> date:
        """The calendar day where the actor is."""
        return day_of(moment, ZoneInfo(actor.timezone) if actor.timezone else self.settings.zone)
