"""The half of the composition root that delivering needs: settings → Slack, mail and the worker. It loads nothing of the sweep's."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import clock
from bot.alerts.cards import card_composer
from bot.alerts.world import World
from bot.clock import Clock
from bot.connectors.people.slack import SlackPeople
from bot.connectors.ports import Calendars, Usage
from bot.database import Database
from bot.delivery.composed import Composer
from bot.delivery.dispatches import Post, dispatch_aftermath, dispatch_composer
from bot.delivery.limits import Limits
from bot.delivery.schemes import CALENDAR, MAIL, SLACK, WEBHOOK
from bot.delivery.sender import Sender
from bot.delivery.senders.caldav import CalDavSender
from bot.delivery.senders.email import SmtpSender, SmtpServer
from bot.delivery.senders.slack import SlackSender
from bot.delivery.senders.webhook import WebhookSender
from bot.delivery.worker import Worker
from bot.duty.compose import duty_composer
from bot.duty.demotion import demotion_composer
from bot.duty.digests_shown import digest_composer
from bot.duty.digests_week import week_composer
from bot.feedback.growth import theme_aftermath
from bot.feedback.theme_card import theme_composer
from bot.feedback.theme_notice import THEME
from bot.letters.links import signer
from bot.playbooks.notices import notice_composer
from bot.reviews.brief_message import KIND as BRIEF
from bot.reviews.brief_message import compose_briefs
from bot.reviews.events import KIND as EVENT
from bot.reviews.events import event_aftermath, event_composer
from bot.reviews.held_question import KIND as HELD_QUESTION
from bot.reviews.held_question import compose_questions
from bot.reviews.message import KIND as REVIEW
from bot.reviews.message import review_composer
from bot.rooms.brief import brief_composer
from bot.rooms.deeds import Hands
from bot.rooms.run import Rooms
from bot.rooms.scene import Scene
from bot.rooms.words import KIND as ROOM_WORD
from bot.rooms.words import word_composer
from bot.settings import LiveSettings, Settings
from bot.team.channels import Channels
from bot.team.directory import Directory
from bot.team.roles import group_handles
from bot.write_back.receipt import receipt_composer

TIMEOUT = 15


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
    composers: Mapping[str, Composer] = {
        "alert": card_composer(world),
        "breaker": notice_composer(),
        "demotion": demotion_composer(),
        "duty": duty_composer(lambda: live.current, world),
        "digest": digest_composer(lambda: live.current, world),
        THEME: theme_composer(settings.zone),
        "week": week_composer(),
        "dispatch": dispatch_composer(post_of(settings), now),
        EVENT: event_composer(lambda: live.current, world),
        REVIEW: review_composer(lambda: live.current.meetings.replies is not None),
        BRIEF: compose_briefs,
        HELD_QUESTION: compose_questions,
        "room": brief_composer(Scene(live, world)),
        ROOM_WORD: word_composer(Scene(live, world)),
        "writeback": receipt_composer(lambda: live.current.roles),
    }
    senders, aftermaths = senders_of(settings, client), {"dispatch": dispatch_aftermath(now), THEME: theme_aftermath()}
    aftermaths[EVENT] = event_aftermath(lambda: live.current, world)
    return Outgoing(
        live=live,
        database=database,
        worker=Worker(database, senders, composers, limits_of(settings), now, aftermaths=aftermaths),
        directory=Directory(database, SlackPeople(client), lambda: group_handles(live.current.roles)),
        channels=Channels(database, SlackPeople(client)),
        client=client,
        world=world,
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
    connector = aiohttp.TCPConnector(limit=60, keepalive_timeout=20)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
        yield session
