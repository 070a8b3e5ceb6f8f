"""The composition root: settings → database, connectors, Slack. The only place that chooses, with its halves: sources and outgoing."""

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import clock
from bot.alerts.world import World
from bot.clock import Clock, day_of
from bot.connectors.ports import CrmRecords
from bot.database import Database
from bot.delivery.worker import Worker
from bot.details.charts import Uploads
from bot.details.details import Details
from bot.details.gather import LIMIT, Source
from bot.details.sources import CrmSource, NotesSource, UsageSource
from bot.outgoing import Outgoing, calendars_of, outgoing_of, rooms_of
from bot.reviews.answering_mail import AnswersByMail
from bot.reviews.brief import Briefs
from bot.reviews.deck.upload import Decks
from bot.reviews.free import Diaries
from bot.reviews.held_question import Questions
from bot.reviews.whom import HandingOn
from bot.rooms.run import Rooms
from bot.settings import LiveSettings, Settings
from bot.sources import crm_of, mailbox_of, records_of, sweep_of, usage_of
from bot.team.channels import Channels
from bot.team.directory import Directory
from jobs.reviews import Duty
from jobs.sweep import Sweep

CHART_WITHIN = 10.0
"""Seconds that a room waits for the numbers of its chart."""


@dataclass(frozen=True)
class App:
    """Everything that runs, joined."""

    live: LiveSettings
    database: Database
    sweep: Sweep
    worker: Worker
    directory: Directory
    channels: Channels
    client: AsyncWebClient
    world: World
    details: Details
    rooms: Rooms
    reviews: Sequence[Duty] = ()
    records: CrmRecords | None = None
    diaries: Diaries | None = None

    @property
    def settings(self) -> Settings:
        """Those of this moment."""
        return self.live.current


def build(
    settings: Settings, session: aiohttp.ClientSession | None = None, now: Clock = clock.now, database: Database | None = None
) -> App:
    """`session` keeps connections to Slack open between requests; without one each request opens its own. `database`: one that is open."""
    outgoing = outgoing_of(settings, session, now, database)
    return App(
        live=outgoing.live,
        database=outgoing.database,
        sweep=sweep_of(settings, outgoing.database, now, outgoing.live),
        worker=outgoing.worker,
        directory=outgoing.directory,
        channels=outgoing.channels,
        client=outgoing.client,
        world=outgoing.world,
        details=details_of(settings, outgoing.client, outgoing.world),
        rooms=rooms_of(outgoing, usage_of(settings, CHART_WITHIN)),
        reviews=reviews_of(settings, outgoing),
        records=records_of(settings),
        diaries=diaries_of(settings),
    )


def diaries_of(settings: Settings) -> Diaries | None:
    calendars, form = calendars_of(settings), settings.meetings.calendar
    return Diaries(calendars, form.timeout.total_seconds()) if calendars and form else None


def reviews_of(settings: Settings, outgoing: Outgoing) -> Sequence[Duty]:
    """What the job `reviews` looks after, in this order."""
    briefs = Briefs(outgoing.database, outgoing.live, outgoing.world, outgoing.client, usage_of(settings, CHART_WITHIN))
    mailbox, replies = mailbox_of(settings), settings.meetings.replies
    answers = (AnswersByMail(mailbox, replies.every, outgoing.database, outgoing.world.now).run,) if mailbox and replies else ()
    questions = Questions(outgoing.database, lambda: outgoing.live.current, outgoing.world.now)
    left = HandingOn(outgoing.database, lambda: outgoing.live.current, outgoing.world.now)
    decks = Decks(outgoing.database, outgoing.live, outgoing.client, outgoing.world.now)
    return (*answers, left.run, briefs.run, decks.run, questions.run)


def details_of(settings: Settings, client: AsyncWebClient, world: World) -> Details:
    """The sources that are asked when somebody opens *Details*. They give up by themselves soon after nobody waits for them."""
    sources: list[Source] = [CrmSource(crm_of(settings, LIMIT + 0.5))]
    if usage := usage_of(settings, LIMIT + 0.5):
        sources.append(UsageSource(usage, lambda: day_of(world.now(), settings.zone)))
    if records := records_of(settings):
        sources.append(NotesSource(records, LIMIT + 0.5))
    return Details(tuple(sources), Uploads(client))
