"""`demo`: a local Slack, a sample company, and the bot itself, in one process. The bot talks to it as it would to Slack."""

import secrets
import shutil
import socket
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import typer
import yaml

from bot.app import App, build
from bot.clock import day_of
from bot.demo_answers import add_answers
from bot.demo_clock import DemoClock, Life
from bot.demo_post import hand_on
from bot.demo_reviews import add_reviews
from bot.manifest import manifest_text
from bot.outgoing import slack_session
from bot.sandbox.company import CAST, CRM_DOMAINS, ROOMS, build_company, settings_yaml
from bot.sandbox.server import Sandbox
from bot.schema import migrate
from bot.serve import run_app
from bot.settings import Settings, load_settings
from jobs.report import Report


async def demo(port: int, folder: Path | None) -> None:
    """Serves until it is stopped. Without a folder everything is forgotten at the end."""
    kept = folder is not None
    home = folder or Path(tempfile.mkdtemp(prefix="staysail-demo-"))
    home.mkdir(parents=True, exist_ok=True)
    try:
        await _demo(port, home)
    finally:
        if not kept:
            shutil.rmtree(home, ignore_errors=True)


async def _demo(port: int, home: Path) -> None:
    async with AsyncExitStack() as stack:
        now = DemoClock()
        manifest = yaml.safe_load(manifest_text(domains=CRM_DOMAINS))
        secret, free = secrets.token_urlsafe(32), free_port()
        post = partial(hand_on, _web(free), secret)
        sandbox = Sandbox(people=CAST, rooms=ROOMS, manifest=manifest, team_name="Ours", clock=now, post=post)
        await stack.enter_async_context(sandbox.serve(port=port))
        place = Place(home, sandbox, free, secret)
        settings = place.settings()
        today = day_of(now(), settings.zone)
        build_company(home, today)
        session = await stack.enter_async_context(slack_session())
        app = build(settings, session, now)
        stack.callback(app.database.close)
        migrate(app.database)
        await app.directory.refresh(now())
        await app.channels.refresh(now())
        await remember(app, now())
        now.join(Life(app, home, today))
        typer.echo(f"Staysail demo: open {sandbox.url} in a browser. Ctrl-C ends it.")
        await run_app(app, place.port, stack)


async def remember(app: App, now: datetime) -> None:
    """The company's earlier answers and reviews. Its people must be known for that, and both before the first sweep decides."""
    await app.sweep.poll(Report(), now)
    await app.database.run(add_answers, app.settings, now)
    await app.database.run(add_reviews, app.settings, now)


@dataclass(frozen=True)
class Place:
    """Where a demo lives: its folder, its sandbox, the port of the bot's own web pages, and what signs calls between them."""

    home: Path
    sandbox: Sandbox
    port: int
    secret: str = field(default_factory=partial(secrets.token_urlsafe, 32))

    def settings(self) -> Settings:
        path = self.home / "staysail.yml"
        path.write_text(settings_yaml(self.home, self.sandbox.smtp_url, f"{self.sandbox.url}/elsewhere"), encoding="utf-8")
        # The sandbox's messages do not outlive the process, so neither may our memory of having sent them.
        for old in self.home.glob("staysail.db*"):
            old.unlink()
        return load_settings(path, self._variables())

    def _variables(self) -> dict[str, str]:
        return {
            "DATABASE_URL": f"sqlite:///{self.home}/staysail.db",
            "SLACK_API_URL": self.sandbox.api_url,
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_APP_TOKEN": self.sandbox.app_token,
            "STAYSAIL_SECRET": self.secret,
            "STAYSAIL_URL": _web(self.port),
        }


def _web(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def free_port() -> int:
    """A port for the bot's own web pages that is not the sandbox's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
