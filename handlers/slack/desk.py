"""The desk: what every listener may use. Made once by the composition root."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.alerts.world import World
from bot.clock import Clock, day_of
from bot.connectors.ports import CrmRecords
from bot.database import Database
from bot.delivery.worker import Worker
from bot.details.details import Details
from bot.errors import Refused
from bot.home.shown import Homes
from bot.messages.actions import Input
from bot.messages.catalog import Message, Modal
from bot.playbooks.rulebook import Rulebook
from bot.reviews.free import Diaries
from bot.settings import LiveSettings, Settings
from bot.team.directory import Directory
from bot.team.roles import Actor, actor_of
from handlers.slack.payloads import Who


@dataclass(frozen=True)
class Replace:
    """Shows the message in place of the one that was clicked (an ephemeral one)."""

    message: Message


@dataclass(frozen=True)
class Mistakes:
    """What is wrong with a modal's inputs; it stays open. `by_block`: the same where an input stands in several rows."""

    by_input: dict[Input, str]
    by_block: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Update:
    """Shows the modal in place of the one in which somebody clicked."""

    modal: Modal


@dataclass(frozen=True)
class Push:
    """Shows the modal on top of the one that was sent off."""

    modal: Modal


@dataclass(frozen=True)
class Filling:
    """Opens the modal at once and shows what `fill` gives in its place, as often as it gives something.

    `here`: it takes the place of the one in which somebody clicked.
    """

    modal: Modal
    fill: Callable[[], AsyncIterator[Modal]]
    here: bool = False


@dataclass(frozen=True)
class Followed:
    """Answers a command at once, and a little later with what `more` gives, if it gives anything."""

    message: Message
    more: Callable[[], Awaitable[Message | None]]


@dataclass(frozen=True)
class Later:
    """Acknowledges a command or a click at once and then shows what `answer` gives: it may take longer than Slack waits."""

    answer: Callable[[], Awaitable["Reply"]]


Reply = Message | Modal | Replace | Mistakes | Update | Push | Filling | Followed | Later | None
"""What the person gets: an ephemeral answer, a view (on top of the one clicked in), a changed answer or view, mistakes, or nothing."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """`rulebook` compiles the playbooks for a day; `soon` runs a scheduled job without waiting for its time, by its name."""

    live: LiveSettings
    database: Database
    directory: Directory
    worker: Worker
    world: World
    now: Clock
    rulebook: Callable[[Session, Settings, date], Rulebook]
    soon: Callable[[str], None]
    team_id: str
    client: AsyncWebClient
    homes: Homes = field(default_factory=Homes)
    details: Details
    records: CrmRecords | None = None
    diaries: Diaries | None = None

    @property
    def settings(self) -> Settings:
        """Those of this moment: an admin may change some while we run."""
        return self.live.current

    async def actor(self, who: Who) -> Actor:
        """Who acts, as of the last hour. Refuses whoever may not act at all."""
        if who.team_id and who.team_id != self.team_id:
            raise Refused("Only people of our own workspace may do this: you are here from another organisation.")
        return actor_of(await self.directory.lookup(who.slack_id, self.now()), self.settings.roles)

    def decide_soon(self) -> None:
        self.soon("sweep")

    def load_rulebook(self, session: Session) -> Rulebook:
        return self.rulebook(session, self.settings, self.today)

    @property
    def today(self) -> date:
        return day_of(self.now(), self.settings.zone)

    def today_of(self, actor: Actor, moment: datetime) -> date:
        """The calendar day where the actor is."""
        return day_of(moment, zone_or(actor.timezone, self.settings.zone))
