"""`demo`: a local Slack, a sample company, and the bot itself, in one process. The bot talks to it as it would to Slack."""

import shutil
import socket
import tempfile
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import typer
import yaml

from bot import clock
from bot.app import build, slack_session
from bot.clock import day_of
from bot.manifest import FILE
from bot.sandbox.company import CAST, ROOMS, build_company, settings_yaml
from bot.sandbox.server import Sandbox
from bot.schema import migrate
from bot.serve import run_app
from bot.settings import Settings, load_settings


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
        sandbox = Sandbox(people=CAST, rooms=ROOMS, manifest=yaml.safe_load(FILE.read_text()), team_name="Ours")
        await stack.enter_async_context(sandbox.serve(port=port))
        settings = _settings(home, sandbox)
        session = await stack.enter_async_context(slack_session())
        app = build(settings, session)
        stack.callback(app.database.close)
        migrate(app.database)
        await app.directory.refresh(clock.now())
        typer.echo(f"Staysail demo: open {sandbox.url} in a browser. Ctrl-C ends it.")
        await run_app(app, free_port(), stack)


def _settings(home: Path, sandbox: Sandbox) -> Settings:
    path = home / "staysail.yml"
    path.write_text(settings_yaml(home))
    # The sandbox's messages do not outlive the process, so neither may our memory of having sent them.
    for old in home.glob("staysail.db*"):
        old.unlink()
    settings = load_settings(path, _variables(home, sandbox))
    build_company(home, day_of(datetime.now().astimezone(), settings.zone))
    return settings


def _variables(home: Path, sandbox: Sandbox) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{home}/staysail.db",
        "SLACK_API_URL": sandbox.api_url,
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
    }


def free_port() -> int:
    """A port for the bot's own web pages that is not the sandbox's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
