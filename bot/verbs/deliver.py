"""`staysail deliver`"""

import asyncio
import json
from dataclasses import asdict
from functools import partial

import typer

from bot import clock
from bot.delivery.worker import Delivery
from bot.errors import StaysailError
from bot.outgoing import outgoing_of, rooms_of, slack_session
from bot.settings import Settings
from bot.verbs.options import AsOf, Config, Json, must_be_migrated, settings_of
from jobs.reviews import anything_planned, deliver_with_reviews
from jobs.rooms import deliver_with_rooms

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def deliver(config: Config = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Sends everything that is due, then exits."""
    settings = settings_of(config)
    if not settings.environment.slack_bot_token:
        raise StaysailError("SLACK_BOT_TOKEN is not set: copy it from the app's page, OAuth & Permissions")
    done = asdict(asyncio.run(_deliver(settings, clock.as_of(as_of, settings.zone))))
    typer.echo(json.dumps(done) if as_json else ", ".join(f"{count} {what}" for what, count in done.items()))


async def _deliver(settings: Settings, now: clock.Clock) -> Delivery:
    async with slack_session() as session:
        outgoing = outgoing_of(settings, session, now)
        try:
            await must_be_migrated(outgoing.database)
            await outgoing.live.refresh()
            await outgoing.directory.refresh_quietly(now())
            await outgoing.channels.refresh_quietly(now())
            deliver = partial(deliver_with_rooms, outgoing.database, rooms_of(outgoing), outgoing.worker)
            if not await outgoing.database.read(anything_planned):
                return await deliver()
            from bot.app import reviews_of  # noqa: PLC0415 (what reads usage, draws and reads mail: only for those who meet)

            return await deliver_with_reviews(outgoing.database, reviews_of(settings, outgoing), deliver)
        finally:
            outgoing.database.close()
