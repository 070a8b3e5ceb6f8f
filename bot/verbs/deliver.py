"""`staysail deliver`"""

import asyncio
import json
from dataclasses import asdict

import typer

from bot import clock
from bot.database import Database
from bot.delivery.delivery import Delivery
from bot.settings import Settings
from bot.verbs.options import AsOf, Config, Json, may_post, must_be_migrated, settings_of
from jobs.delivery import nothing_to_do

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def deliver(config: Config = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Sends everything that is due, then exits."""
    settings = settings_of(config)
    may_post(settings)
    done = asyncio.run(_deliver(settings, clock.as_of(as_of, settings.zone)))
    typer.echo(json.dumps(asdict(done)) if as_json else done.in_words())


async def _deliver(settings: Settings, now: clock.Clock) -> Delivery:
    database = Database(settings.environment.database_url)
    try:
        await must_be_migrated(database)
        if await database.read(nothing_to_do, now()):
            return Delivery()
        from bot.delivering import deliver_once  # noqa: PLC0415 (Slack's client and the worker: half of a start)

        return await deliver_once(settings, database, now)
    finally:
        database.close()
