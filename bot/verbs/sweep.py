"""`staysail sweep`"""

import asyncio
import json
from dataclasses import asdict

import typer

from bot import clock
from bot.errors import StaysailError
from bot.settings import Settings
from bot.sources import sweep_of
from bot.verbs.options import AsOf, Config, Json, open_database, settings_of
from jobs.lease import lease, record
from jobs.sweep import Report

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def sweep(config: Config = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """One pass: poll, measure, decide, advance plays, enqueue."""
    settings = settings_of(config)
    report = asyncio.run(_sweep(settings, clock.as_of(as_of, settings.zone)))
    for line in (*report.problems, *report.bad_rows):
        typer.echo(line, err=True)
    typer.echo(json.dumps(asdict(report)) if as_json else report.in_words())
    if report.sources and len(report.problems) == len(report.sources):
        raise StaysailError("no source could be read")


async def _sweep(settings: Settings, now: clock.Clock) -> Report:
    async with open_database(settings) as (database, current), lease(database, "sweep", wait=True):
        started = clock.now()
        report = await sweep_of(current, database, now).run()
        await database.run(record, "sweep", started, None, asdict(report))
        return report
