"""`staysail sweep`"""

import asyncio
import json
from dataclasses import asdict
from importlib import import_module
from typing import Annotated, Any

import typer

from bot import clock
from bot.database import Database
from bot.delivery.delivery import Delivery
from bot.errors import StaysailError
from bot.settings import Settings
from bot.sources import sweep_of
from bot.verbs.options import AsOf, Config, Json, may_post, open_database, settings_of
from jobs.lease import lease, record
from jobs.report import Report

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
Deliver = Annotated[bool, typer.Option("--deliver", help="Then send everything that is due, as the verb `deliver` does.")]


@app.command()
def sweep(config: Config = None, as_of: AsOf = None, as_json: Json = False, deliver: Deliver = False) -> None:
    """One pass: poll, measure, decide, advance plays, enqueue."""
    settings = settings_of(config)
    if deliver:
        may_post(settings)
    report, delivery = asyncio.run(_sweep(settings, clock.as_of(as_of, settings.zone), deliver))
    for line in (*report.problems, *report.mistakes, *report.bad_rows):
        typer.echo(line, err=True)
    for done in (report, delivery) if delivery else (report,):
        typer.echo(json.dumps(asdict(done)) if as_json else done.in_words())
    if report.sources and len(report.problems) == len(report.sources):
        raise StaysailError("no source could be read")
    if report.mistakes:
        raise typer.Exit(1)


async def _sweep(settings: Settings, now: clock.Clock, deliver: bool) -> tuple[Report, Delivery | None]:
    async with open_database(settings) as (database, current):
        # What a delivery needs is loaded while databases are at work.
        loading = asyncio.ensure_future(asyncio.to_thread(import_module, "bot.delivering")) if deliver else None
        report = await _one_sweep(database, current, now)
        return report, await _deliver(await loading, settings, database, now) if loading else None


async def _one_sweep(database: Database, settings: Settings, now: clock.Clock) -> Report:
    async with lease(database, "sweep", wait=True):
        started = clock.now()
        report = await sweep_of(settings, database, now).run()
        await database.run(record, "sweep", started, None, asdict(report))
        return report


async def _deliver(delivering: Any, settings: Settings, database: Database, now: clock.Clock) -> Delivery:
    done: Delivery = await delivering.deliver_once(settings, database, now)
    return done
