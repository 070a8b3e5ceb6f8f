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
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import App, build
from bot.clock import Clock
from bot.errors import StaysailError
from bot.letters.links import signer
from bot.outgoing import slack_session
from bot.playbooks.loading import load_rulebook
from bot.settings import Settings
from bot.slack_api import asked
from handlers.slack.desk import Desk
from handlers.slack.listeners import Listeners
from handlers.web.events import event_routes
from handlers.web.health import health_routes
from handlers.web.letters import letter_routes
from jobs.lease import lease
from jobs.receipts import forget_receipts
from jobs.schedule import Schedule, Scheduled

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAYS_EVERY = timedelta(seconds=30)


async def serve(settings: Settings, host: str, port: int, now: Clock) -> None:
    """Serves until SIGINT or SIGTERM."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(slack_session())
        app = build(settings, session, now)
        stack.callback(app.database.close)
        await run_app(app, port, stack, host)


async def run_app(app: App, port: int, stack: AsyncExitStack, host: str = "127.0.0.1") -> None:
    schedule = schedule_of(app)
    bolt = bolt_of(app, schedule, await team_of(app))
    environment = app.settings.environment
    links = signer(environment.staysail_url, environment.staysail_secret)
    routes = [*health_routes(app.database), *letter_routes(app.database, links, app.world.now)]
    routes += event_routes(app.database, environment.staysail_secret, app.world.now, lambda: schedule.soon("plays"))
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
    config = uvicorn.Config(Starlette(routes=routes), host=host, port=port, log_level="warning", lifespan="off")
    await _Server(config).serve()


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
        client=app.client,
        signing_secret=app.settings.environment.slack_signing_secret or "unused-in-socket-mode",
        process_before_response=True,
        request_verification_enabled=not app.settings.environment.slack_app_token,
    )
    desk = Desk(
        settings=app.settings,
        database=app.database,
        directory=app.directory,
        worker=app.worker,
        world=app.world,
        now=app.world.now,
        rulebook=load_rulebook,
        decide_soon=lambda: schedule.soon("sweep"),
        team_id=team_id,
    )
    Listeners(desk).register(bolt)
    return bolt


def schedule_of(app: App) -> Schedule:
    async def sweep() -> dict[str, Any]:
        report = asdict(await app.sweep.run())
        app.worker.wake()
        return report

    async def plays() -> dict[str, Any]:
        async with lease(app.database, "sweep", wait=False) as ours:  # a sweep moves plays itself
            moved = asdict(await app.sweep.go_on()) if ours else {}
        if any(moved.values()):
            app.worker.wake()
        return moved

    async def people() -> dict[str, Any]:
        return {"people": await app.directory.refresh(app.world.now())}

    async def receipts() -> dict[str, Any]:
        return {"forgotten": await app.database.run(forget_receipts, app.world.now())}

    return Schedule(
        app.database,
        [
            Scheduled("people", HOUR, people),
            Scheduled("sweep", app.settings.sweep_every, sweep),
            Scheduled("plays", PLAYS_EVERY, plays),
            Scheduled("receipts", DAY, receipts),
        ],
    )


def mode_problem(settings: Settings) -> StaysailError | None:
    environment = settings.environment
    if not environment.slack_bot_token:
        return StaysailError("SLACK_BOT_TOKEN is not set: copy it from the app's page, OAuth & Permissions")
    if not environment.slack_app_token and not environment.slack_signing_secret:
        return StaysailError("neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set: set one of them")
    return None
