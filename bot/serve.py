"""`run`: Slack, web pages, the worker and the scheduler in one event loop, until a signal."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import uvicorn
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App, build
from bot.clock import Clock
from bot.errors import StaysailError
from bot.feedback.suggest import warm_beside
from bot.letters.links import signer
from bot.log import log
from bot.outgoing import slack_session
from bot.playbooks.loading import load_rulebook
from bot.reviews.feed import feed_links
from bot.settings import Settings
from bot.settings.live import LOOK_EVERY
from bot.slack_api import asked
from bot.surveys.links import survey_links
from bot.write_back.runner import WriteBack
from handlers.slack.desk import Desk
from handlers.slack.listeners import Listeners
from handlers.web.events import event_routes
from handlers.web.feed import feed_routes
from handlers.web.health import health_routes
from handlers.web.letters import letter_routes
from handlers.web.replies import reply_routes
from handlers.web.surveys import survey_routes
from jobs.duty import duty
from jobs.lease import lease
from jobs.receipts import forget_receipts
from jobs.reviews import look_after_reviews
from jobs.rooms import look_after_rooms
from jobs.schedule import Schedule, Scheduled
from jobs.surveys import look_after_surveys

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAYS_EVERY = timedelta(seconds=30)
Report = dict[str, Any]
ROOMS_EVERY = timedelta(seconds=20)
DUTY_EVERY = timedelta(minutes=1)
SURVEYS_EVERY = timedelta(minutes=1)
REVIEWS_EVERY = timedelta(minutes=1)
WRITE_BACK_EVERY = timedelta(seconds=15)
WARM_AFTER = 10.0
"""Seconds after the start: by then whatever waited for it is done."""


async def serve(settings: Settings, host: str, port: int, now: Clock) -> None:
    """Serves until SIGINT or SIGTERM."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(slack_session())
        app = build(settings, session, now)
        stack.callback(app.database.close)
        await run_app(app, port, stack, host)


async def run_app(app: App, port: int, stack: AsyncExitStack, host: str = "127.0.0.1") -> None:
    await obey_changes(app)
    if app.diaries:
        stack.callback(app.diaries.close)
    schedule = schedule_of(app)
    bolt = bolt_of(app, schedule, await team_of(app))
    environment = app.settings.environment
    routes = web_routes(app, schedule)
    if environment.slack_app_token:
        handler = AsyncSocketModeHandler(bolt, environment.slack_app_token, web_client=app.client)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        stack.push_async_callback(handler.close_async)
    else:
        routes.append(slack_route(bolt))
    worker = asyncio.ensure_future(app.worker.run())
    stack.push_async_callback(_stop, worker)
    schedule.start()
    stack.push_async_callback(schedule.stop)
    if survey_links(environment.staysail_url, environment.staysail_secret):
        stack.callback(asyncio.get_running_loop().call_later(WARM_AFTER, warm_beside).cancel)
    config = uvicorn.Config(Starlette(routes=routes), host=host, port=port, log_level="warning", lifespan="off")
    await _Server(config).serve()


async def obey_changes(app: App) -> None:
    """What admins have changed counts from the start. A database that is not there yet stops nothing: it is looked at again in seconds."""
    try:
        await app.live.refresh()
    except SQLAlchemyError as error:
        log.warning("changes_not_read", problem=str(error.__cause__ or error).strip().splitlines()[0])


class _Server(uvicorn.Server):
    """Ends on a signal without raising it again: what we opened is closed in order, and leases are given back."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end)
        yield

    def _end(self) -> None:
        self.should_exit = True


async def _stop(task: "asyncio.Future[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def web_routes(app: App, schedule: Schedule) -> list[Route]:
    """What is open to others than Slack."""
    environment, now = app.settings.environment, app.world.now
    base, secret = environment.staysail_url, environment.staysail_secret

    def answered() -> None:
        """The card is sent at once, and what waits for the answer goes on."""
        app.worker.wake()
        schedule.soon("plays")

    return [
        *health_routes(app.database),
        *letter_routes(app.database, signer(base, secret), now),
        *survey_routes(app.database, survey_links(base, secret), app.live, now, answered),
        *feed_routes(app.database, feed_links(base, secret), now),
        *event_routes(app.database, secret, now, lambda: schedule.soon("plays")),
        *reply_routes(app.database, secret, now, answered),
    ]


def slack_route(bolt: AsyncApp) -> Route:
    handler = AsyncSlackRequestHandler(bolt)

    async def slack_events(request: Request) -> Response:
        return await handler.handle(request)

    return Route("/slack/events", slack_events, methods=["POST"])


async def team_of(app: App) -> str:
    answer = await asked(app.client.auth_test(), "Slack")
    return str(answer["team_id"])


def bolt_of(app: App, schedule: Schedule, team_id: str) -> AsyncApp:
    """Answers leave after the listener (`process_before_response`): a click is committed before it is acknowledged."""
    bolt = AsyncApp(
        name="staysail",  # else it reads the sources of all its callers for one
        client=app.client,
        signing_secret=app.settings.environment.slack_signing_secret or "unused-in-socket-mode",
        process_before_response=True,
        request_verification_enabled=not app.settings.environment.slack_app_token,
    )
    desk = Desk(
        live=app.live,
        database=app.database,
        directory=app.directory,
        worker=app.worker,
        world=app.world,
        now=app.world.now,
        rulebook=load_rulebook,
        soon=schedule.soon,
        team_id=team_id,
        client=app.client,
        details=app.details,
        records=app.records,
        diaries=app.diaries,
    )
    Listeners(desk).register(bolt)
    return bolt


class Jobs:
    """What the clock starts. Each gives what its last report is to show."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._writing = WriteBack(app.database, app.records, app.world.now)

    async def people(self) -> Report:
        """People and channels: where Slack refuses one the other is read all the same, and the job has failed."""
        now = self._app.world.now()
        read = await asyncio.gather(self._app.directory.refresh(now), self._app.channels.refresh(now), return_exceptions=True)
        for found in read:
            if isinstance(found, BaseException):
                raise found
        return {"people": read[0], "channels": read[1]}

    async def sweep(self) -> Report:
        report = asdict(await self._app.sweep.run(self._app.worker.wake))
        self._app.worker.wake()
        return report

    async def plays(self) -> Report:
        async with lease(self._app.database, "sweep", wait=False) as ours:  # a sweep moves plays itself
            moved = asdict(await self._app.sweep.go_on()) if ours else {}
        if any(moved.values()):
            self._app.worker.wake()
        return moved

    async def duty(self) -> Report:
        return self._woken(await duty(self._app.database, self._app.settings, self._app.world.now()))

    async def surveys(self) -> Report:
        return self._woken(dict(await look_after_surveys(self._app.database, self._app.settings, self._app.world.now())))

    async def reviews(self) -> Report:
        return self._woken(dict(await look_after_reviews(self._app.reviews)))

    async def rooms(self) -> Report:
        return await look_after_rooms(self._app.rooms, self._app.worker.wake)

    async def write_back(self) -> Report:
        return self._woken(dict(await self._writing.run()))

    async def receipts(self) -> Report:
        return {"forgotten": await self._app.database.run(forget_receipts, self._app.world.now())}

    async def changes(self) -> Report:
        return {"changed": await self._app.live.refresh()}

    def _woken(self, report: Report) -> Report:
        """Whatever was done has something to send."""
        if report:
            self._app.worker.wake()
        return report


def schedule_of(app: App) -> Schedule:
    jobs = Jobs(app)
    return Schedule(
        app.database,
        [
            Scheduled("people", HOUR, jobs.people),
            Scheduled("sweep", app.settings.sweep_every, jobs.sweep),
            Scheduled("plays", PLAYS_EVERY, jobs.plays),
            Scheduled("duty", DUTY_EVERY, jobs.duty),
            Scheduled("surveys", SURVEYS_EVERY, jobs.surveys),
            Scheduled("reviews", REVIEWS_EVERY, jobs.reviews),
            Scheduled("rooms", ROOMS_EVERY, jobs.rooms),
            Scheduled("receipts", DAY, jobs.receipts),
            Scheduled("write_back", WRITE_BACK_EVERY, jobs.write_back),
            Scheduled("changes", LOOK_EVERY, jobs.changes, everywhere=True),
        ],
    )


def mode_problem(settings: Settings) -> StaysailError | None:
    environment = settings.environment
    if not environment.slack_bot_token:
        return StaysailError("SLACK_BOT_TOKEN is not set: copy it from the app's page, OAuth & Permissions")
    if not environment.slack_app_token and not environment.slack_signing_secret:
        return StaysailError("neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set: set one of them")
    return None
