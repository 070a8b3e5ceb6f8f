"""The composition root: settings → database, connectors, Slack. The only place that chooses, with its halves: sources and outgoing."""

from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import clock
from bot.alerts.cards import World
from bot.clock import Clock, day_of
from bot.connectors.ports import CrmRecords
from bot.database import Database
from bot.delivery.worker import Worker
from bot.details.charts import Uploads
from bot.details.details import Details
from bot.details.gather import LIMIT, Source
from bot.details.sources import CrmSource, NotesSource, UsageSource
from bot.outgoing import outgoing_of, rooms_of
from bot.rooms.run import Rooms
from bot.settings import LiveSettings, Settings
from bot.sources import crm_of, records_of, sweep_of, usage_of
from bot.team.channels import Channels
from bot.team.directory import Directory
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
    records: CrmRecords | None = None

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
        records=records_of(settings),
    )


def details_of(settings: Settings, client: AsyncWebClient, world: World) -> Details:
    """The sources that are asked when somebody opens *Details*. They give up by themselves soon after nobody waits for them."""
    sources: list[Source] = [CrmSource(crm_of(settings, LIMIT + 0.5))]
    if usage := usage_of(settings, LIMIT + 0.5):
        sources.append(UsageSource(usage, lambda: day_of(world.now(), settings.zone)))
    if records := records_of(settings):
        sources.append(NotesSource(records, LIMIT + 0.5))
    return Details(tuple(sources), Uploads(client))
