"""The half of the composition root that delivering needs: settings → Slack, mail and the worker. It loads nothing of the sweep's."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import clock
from bot.alerts.world import World
from bot.clock import Clock
from bot.connectors.people.slack import SlackPeople
from bot.connectors.ports import Calendars, Usage
from bot.database import Database
from bot.delivery.by_kind import ByKind, Later
from bot.delivery.composed import Aftermath, Composer
from bot.delivery.limits import Limits
from bot.delivery.post import Post
from bot.delivery.schemes import CALENDAR, MAIL, SLACK, WEBHOOK
from bot.delivery.sender import Sender
from bot.delivery.senders.caldav import CalDavSender
from bot.delivery.senders.slack import SlackSender
from bot.delivery.senders.webhook import WebhookSender
from bot.delivery.worker import Worker
from bot.letters.links import signer
from bot.rooms.deeds import Hands
from bot.rooms.run import Rooms
from bot.rooms.scene import Scene
from bot.settings import LiveSettings, Settings
from bot.team.channels import Channels
from bot.team.directory import Directory
from bot.team.roles import group_handles

TIMEOUT = 15
BESIDE = 20
"""Connections to Slack beside those that a full round of messages takes: whoever opens a form must not wait behind it."""


@dataclass(frozen=True)
class Outgoing:
    """Everything that brings messages to where they go, joined."""

    live: LiveSettings
    database: Database
    worker: Worker
    directory: Directory
    channels: Channels
    client: AsyncWebClient
    world: World


def outgoing_of(
    settings: Settings, session: aiohttp.ClientSession | None = None, now: Clock = clock.now, database: Database | None = None
) -> Outgoing:
    """`session` keeps connections to Slack open between requests; without one each request opens its own. `database`: one that is open."""
    database = database or Database(settings.environment.database_url)
    live = LiveSettings(settings, database)
    client = slack_client(settings, session)
    world = World(settings.metrics, settings.zone, now)
    composers, aftermaths = composers_of(live, world), aftermaths_of(live, world)
    worker = Worker(database, senders_of(settings, client), composers, limits_of(settings), now, aftermaths=aftermaths)
    return Outgoing(
        live=live,
        database=database,
        worker=worker,
        directory=Directory(database, SlackPeople(client), lambda: group_handles(live.current.roles)),
        channels=Channels(database, SlackPeople(client)),
        client=client,
        world=world,
    )


def composers_of(live: LiveSettings, world: World) -> Mapping[str, Composer]:
    """By the kind of a subject."""

    def settings() -> Settings:
        return live.current

    scene, post = Scene(live, world), post_of(live.current)
    return ByKind(
        {
            "alert": Later("bot.alerts.cards", "card_composer", (world,)),
            "breaker": Later("bot.playbooks.notices", "notice_composer"),
            "brief": Later("bot.reviews.brief_message", "brief_composer"),
            "demotion": Later("bot.duty.demotion", "demotion_composer"),
            "digest": Later("bot.duty.digests_shown", "digest_composer", (settings, world)),
            "dispatch": Later("bot.delivery.dispatches", "dispatch_composer", (post, world.now)),
            "duty": Later("bot.duty.compose", "duty_composer", (settings, world)),
            "review": Later("bot.reviews.message", "review_composer", (lambda: live.current.meetings.replies is not None, world)),
            "review-event": Later("bot.reviews.events", "event_composer", (settings, world)),
            "review-held": Later("bot.reviews.held_question", "question_composer"),
            "room": Later("bot.rooms.brief", "brief_composer", (scene,)),
            "room_word": Later("bot.rooms.words", "word_composer", (scene,)),
            "theme": Later("bot.feedback.theme_card", "theme_composer", (world.zone,)),
            "week": Later("bot.duty.digests_week", "week_composer"),
            "writeback": Later("bot.write_back.receipt", "receipt_composer", (lambda: live.current.roles,)),
        }
    )


def aftermaths_of(live: LiveSettings, world: World) -> Mapping[str, Aftermath]:
    return ByKind(
        {
            "dispatch": Later("bot.delivery.dispatches", "dispatch_aftermath", (world.now,)),
            "review-event": Later("bot.reviews.events", "event_aftermath", (lambda: live.current, world)),
            "theme": Later("bot.feedback.growth", "theme_aftermath"),
        }
    )


def rooms_of(outgoing: Outgoing, usage: Usage | None = None) -> Rooms:
    """Without `usage` their briefs have no chart."""
    scene = Scene(outgoing.live, outgoing.world, charts=usage is not None)
    return Rooms(outgoing.database, Hands(outgoing.client, usage), scene)


def post_of(settings: Settings) -> Post | None:
    email, environment = settings.email, settings.environment
    return Post(email.sender, signer(environment.staysail_url, environment.staysail_secret), email.tracking == "clicks") if email else None


def senders_of(settings: Settings, client: AsyncWebClient) -> Mapping[str, Sender]:
    senders: dict[str, Sender] = {SLACK: SlackSender(client), WEBHOOK: WebhookSender(settings.environment.staysail_secret)}
    if calendars := calendars_of(settings):
        senders[CALENDAR] = CalDavSender(calendars)
    if settings.email:
        from bot.delivery.senders.email import SmtpSender, SmtpServer  # noqa: PLC0415 (the same)

        senders[MAIL] = SmtpSender(SmtpServer.read(settings.email.url), settings.email.sender)
    return senders


def calendars_of(settings: Settings) -> Calendars | None:
    """What reads and writes them is loaded only for those who have any."""
    if settings.meetings.calendar is None:
        return None
    from bot.connectors.calendar.caldav import CalDav  # noqa: PLC0415

    return CalDav(settings.meetings.calendar.url)


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
    connector = aiohttp.TCPConnector(limit=SlackSender.terms.at_once + BESIDE, keepalive_timeout=20)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
        yield session
