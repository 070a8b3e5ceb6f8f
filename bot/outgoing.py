"""The half of the composition root that delivering needs: settings → Slack, mail and the worker. It loads nothing of the sweep's."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import clock
from bot.alerts.cards import World, card_composer
from bot.clock import Clock
from bot.connectors.people.slack import SlackPeople
from bot.database import Database
from bot.delivery.composed import Composer
from bot.delivery.dispatches import Post, dispatch_aftermath, dispatch_composer
from bot.delivery.limits import Limits
from bot.delivery.schemes import MAIL, SLACK, WEBHOOK
from bot.delivery.sender import Sender
from bot.delivery.senders.email import SmtpSender, SmtpServer
from bot.delivery.senders.slack import SlackSender
from bot.delivery.senders.webhook import WebhookSender
from bot.delivery.worker import Worker
from bot.letters.links import signer
from bot.playbooks.notices import notice_composer
from bot.settings import Settings
from bot.team.directory import Directory
from bot.team.roles import group_handles

TIMEOUT = 15


@dataclass(frozen=True)
class Outgoing:
    """Everything that brings messages to where they go, joined."""

    database: Database
    worker: Worker
    directory: Directory
    client: AsyncWebClient
    world: World


def outgoing_of(
    settings: Settings, session: aiohttp.ClientSession | None = None, now: Clock = clock.now, database: Database | None = None
) -> Outgoing:
    """`session` keeps connections to Slack open between requests; without one each request opens its own. `database`: one that is open."""
    database = database or Database(settings.environment.database_url)
    client = slack_client(settings, session)
    world = World(settings.metrics, settings.zone, now)
    composers: Mapping[str, Composer] = {
        "alert": card_composer(world),
        "breaker": notice_composer(),
        "dispatch": dispatch_composer(post_of(settings)),
    }
    senders, aftermaths = senders_of(settings, client), {"dispatch": dispatch_aftermath(now)}
    return Outgoing(
        database=database,
        worker=Worker(database, senders, composers, limits_of(settings), now, aftermaths=aftermaths),
        directory=Directory(database, SlackPeople(client), group_handles(settings.roles)),
        client=client,
        world=world,
    )


def post_of(settings: Settings) -> Post | None:
    email, environment = settings.email, settings.environment
    return Post(email.sender, signer(environment.staysail_url, environment.staysail_secret), email.tracking == "clicks") if email else None


def senders_of(settings: Settings, client: AsyncWebClient) -> Mapping[str, Sender]:
    senders: dict[str, Sender] = {SLACK: SlackSender(client), WEBHOOK: WebhookSender(settings.environment.staysail_secret)}
    if settings.email:
        senders[MAIL] = SmtpSender(SmtpServer.read(settings.email.url), settings.email.sender)
    return senders


def limits_of(settings: Settings) -> Limits:
    return Limits(settings.limits.posts_per_second, {MAIL: settings.email.per_second} if settings.email else None)


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


@asynccontextmanager
async def slack_session() -> AsyncIterator[aiohttp.ClientSession]:
    """Connections to Slack are kept open between requests. The time-out stands here: a shared session overrides the client's."""
    connector = aiohttp.TCPConnector(limit=60, keepalive_timeout=20)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
        yield session
