"""`staysail VERB`. Exit codes: 0 done, 1 a finding or a failure (one line each on stderr), 2 wrong usage."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from bot import clock
from bot.app import App, build
from bot.check import check_all
from bot.database import Database, migrate, schema_problem
from bot.demo import demo as run_demo
from bot.errors import StaysailError
from bot.manifest import manifest_text
from bot.playbooks.dry_run import dry_run, lint, listing
from bot.serve import mode_problem, serve, slack_session
from bot.settings import Environment, Settings, config_path, load_settings
from jobs.lease import lease, record

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Keeps customers from leaving, in Slack.")
playbooks = typer.Typer(no_args_is_help=True, help="Look at playbooks.")
cli.add_typer(playbooks, name="playbook")

Config = Annotated[Path | None, typer.Option("--config", help="The settings file (default $STAYSAIL_CONFIG, else ./staysail.yml).")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The clock of the whole pass: 2026-03-31 or 2026-03-31T15:00.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso"),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        cli()
    except StaysailError as error:
        sys.exit(_fail(str(error)))
    except SQLAlchemyError as error:
        sys.exit(_fail(f"the database does not answer: {str(error.__cause__ or error).strip().splitlines()[0]}"))
    except (SlackClientError, OSError) as error:
        sys.exit(_fail(str(error).splitlines()[0] if str(error) else type(error).__name__))
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201
    return 1


def _settings(config: Path | None) -> Settings:
    return load_settings(config_path(config))


def _pass(config: Path | None, as_of: str | None, work: Callable[[App], Any]) -> Any:
    """Runs one pass of a whole app and closes it."""
    settings = _settings(config)
    now = clock.as_of(as_of, settings.zone)

    async def go() -> Any:
        async with slack_session() as session:
            app = build(settings, session, now)
            try:
                if problem := await app.database.read(schema_problem):
                    raise StaysailError(problem)
                return await work(app)
            finally:
                app.database.close()

    return asyncio.run(go())


@cli.command()
def sweep(config: Config = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """One pass: poll, measure, decide, advance plays, enqueue."""

    async def work(app: App) -> Any:
        async with lease(app.database, "sweep", wait=True):
            started = clock.now()
            report = await app.sweep.run()
            await app.database.run(record, "sweep", started, None, asdict(report))
            return report

    report = _pass(config, as_of, work)
    for line in (*report.problems, *report.bad_rows):
        typer.echo(line, err=True)
    typer.echo(json.dumps(asdict(report)) if as_json else report.in_words())
    if report.sources and len(report.problems) == len(report.sources):
        raise StaysailError("no source could be read")


@cli.command()
def deliver(config: Config = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Sends everything that is due."""
    environment = Environment.read(os.environ)
    if not environment.slack_bot_token:
        raise StaysailError("SLACK_BOT_TOKEN is not set: copy it from the app's page, OAuth & Permissions")

    async def work(app: App) -> Any:
        await app.directory.refresh_quietly(app.world.now())
        return await app.worker.deliver()

    done = asdict(_pass(config, as_of, work))
    typer.echo(json.dumps(done) if as_json else ", ".join(f"{count} {what}" for what, count in done.items()))


@cli.command()
def run(
    config: Config = None,
    port: Annotated[int, typer.Option(help="The port of web pages and of HTTP mode.")] = 3000,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
) -> None:
    """Serves Slack, web pages and the scheduler until it is stopped."""
    settings = _settings(config)
    if problem := mode_problem(settings):
        raise problem
    asyncio.run(serve(settings, host, port, clock.now))


@cli.command("migrate")
def migrate_database() -> None:
    """Brings the database to the newest schema."""
    database = Database(Environment.read(os.environ).database_url)
    migrate(database)
    database.close()
    typer.echo("the schema is up to date")


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="The port of the local Slack.")] = 8899,
    db: Annotated[Path | None, typer.Option(help="A folder to keep the demo's databases in (default: a temporary one).")] = None,
) -> None:
    """Everything on this machine: a local Slack, a sample company, the bot."""
    asyncio.run(run_demo(port, db))


@cli.command()
def check(config: Config = None) -> None:
    """Validates settings, playbooks, database, connectors, token and scopes."""
    findings = asyncio.run(check_all(config_path(config), os.environ))
    for finding in findings:
        typer.echo(str(finding), err=finding.fatal)
    if any(finding.fatal for finding in findings):
        raise typer.Exit(1)
    typer.echo("everything is in order" if not findings else "no fatal finding")


@cli.command()
def manifest(http: Annotated[str | None, typer.Option(help="HTTP mode: the public address, such as https://staysail.example.")] = None) -> None:
    """Prints the app manifest."""
    typer.echo(manifest_text(http), nl=False)


@playbooks.command("list")
def list_playbooks(config: Config = None) -> None:
    """The playbooks there are, and which are enabled."""
    for line in listing(_settings(config)):
        typer.echo(line)


@playbooks.command("lint")
def lint_playbooks(files: list[Path], config: Config = None) -> None:
    """Every mistake in these files, with its line and cure."""
    settings = _settings(config)
    database = Database(settings.environment.database_url)
    try:
        if problem := asyncio.run(database.read(schema_problem)):
            raise StaysailError(problem)
        count = asyncio.run(database.read(lint, settings, files))
    finally:
        database.close()
    typer.echo(f"{count} playbook{'s' if count != 1 else ''} in order")


@playbooks.command("dry-run")
def dry_run_playbook(file: Path, config: Config = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Whom would this playbook touch now, and whom not, and why. Changes nothing."""

    async def work(app: App) -> Any:
        return await app.database.read(dry_run, app.settings, file, app.world.now())

    result = _pass(config, as_of, work)
    typer.echo(json.dumps(result.as_dict()) if as_json else result.in_words())
