"""The composition root: settings → database, connectors, Slack. The only place that chooses, with its halves: sources and outgoing."""

from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import clock
from bot.alerts.cards import World
from bot.clock import Clock
from bot.database import Database
from bot.delivery.worker import Worker
from bot.outgoing import outgoing_of
from bot.settings import Settings
from bot.sources import sweep_of
from bot.team.directory import Directory
from jobs.sweep import Sweep


@dataclass(frozen=True)
class App:
    """Everything that runs, joined."""

    settings: Settings
    database: Database
    sweep: Sweep
    worker: Worker
    directory: Directory
    client: AsyncWebClient
    world: World


def build(
    settings: Settings, session: aiohttp.ClientSession | None = None, now: Clock = clock.now, database: Database | None = None
) -> App:
    """`session` keeps connections to Slack open between requests; without one each request opens its own. `database`: one that is open."""
    outgoing = outgoing_of(settings, session, now, database)
    return App(
        settings=settings,
        database=outgoing.database,
        sweep=sweep_of(settings, outgoing.database, now),
        worker=outgoing.worker,
        directory=outgoing.directory,
        client=outgoing.client,
        world=outgoing.world,
    )
