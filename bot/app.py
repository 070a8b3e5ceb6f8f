"""The composition root: settings → database, connectors, Slack. The only place that chooses."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import clock
from bot.alerts.cards import World, card_composer
from bot.clock import Clock
from bot.connectors.crm.sql import SqlCrm
from bot.connectors.engine import Warehouse
from bot.connectors.people.slack import SlackPeople
from bot.connectors.ports import Crm, Entity, Usage
from bot.connectors.usage.sql import SqlUsage
from bot.database import Database
from bot.delivery.limits import Limits
from bot.delivery.senders.slack import SlackSender
from bot.delivery.worker import Composer, Worker
from bot.playbooks.notices import notice_composer
from bot.settings import Settings
from bot.team.directory import Directory
from bot.team.roles import group_handles
from jobs.sweep import Sweep

TIMEOUT = 15


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


def build(settings: Settings, session: aiohttp.ClientSession | None = None, now: Clock = clock.now) -> App:
    """`session` keeps connections to Slack open between requests; without one each request opens its own."""
    database = Database(settings.environment.database_url)
    client = slack_client(settings, session)
    world = World(settings.metrics, settings.zone, now)
    composers: Mapping[str, Composer] = {"alert": card_composer(world), "breaker": notice_composer()}
    limits = Limits(settings.limits.posts_per_second)
    return App(
        settings=settings,
        database=database,
        sweep=Sweep(settings, database, crm_of(settings), usage_of(settings), now),
        worker=Worker(database, SlackSender(client), composers, limits, now),
        directory=Directory(database, SlackPeople(client), group_handles(settings.roles)),
        client=client,
        world=world,
    )


def slack_client(settings: Settings, session: aiohttp.ClientSession | None) -> AsyncWebClient:
    """No retries of its own: only the outbox knows whether a repeat is safe."""
    environment = settings.environment
    return AsyncWebClient(
        token=environment.slack_bot_token or "",
        base_url=environment.slack_api_url,
        retry_handlers=[],
        session=session,
        timeout=TIMEOUT,
    )


def crm_of(settings: Settings) -> Crm:
    crm = settings.crm
    queries: dict[Entity, str] = {"accounts": crm.accounts}
    if crm.contacts:
        queries["contacts"] = crm.contacts
    return SqlCrm(Warehouse(crm.url, crm.timeout.total_seconds()), queries)


def usage_of(settings: Settings) -> Usage | None:
    usage = settings.usage
    if usage is None:
        return None
    return SqlUsage(Warehouse(usage.url, usage.timeout.total_seconds()), settings.metrics, settings.zone)
