"""The options that verbs share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.database import Database, schema_problem
from bot.errors import StaysailError
from bot.settings import Settings, config_path, load_settings
from bot.settings.live import with_changes

Config = Annotated[Path | None, typer.Option("--config", help="The settings file (default $STAYSAIL_CONFIG, else ./staysail.yml).")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The clock of the whole pass: 2026-03-31 or 2026-03-31T15:00.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def settings_of(config: Path | None) -> Settings:
    return load_settings(config_path(config))


def may_post(settings: Settings) -> None:
    if not settings.environment.slack_bot_token:
        raise StaysailError("SLACK_BOT_TOKEN is not set: copy it from the app's page, OAuth & Permissions")


async def must_be_migrated(database: Database) -> None:
    if problem := await database.read(schema_problem):
        raise StaysailError(problem)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[tuple[Database, Settings]]:
    """The migrated database, closed at the end, and the settings with what admins have changed in Slack."""
    database = Database(settings.environment.database_url)
    try:
        await must_be_migrated(database)
        yield database, await with_changes(settings, database)
    finally:
        database.close()
