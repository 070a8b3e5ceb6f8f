"""`staysail playbook list | lint | dry-run`"""

import asyncio
import json
from pathlib import Path

import typer

from bot import clock
from bot.accounts.rows import extra_columns
from bot.clock import Clock
from bot.playbooks.dry_run import DryRun, dry_run_file, listing
from bot.playbooks.lint import Linted, lint_files
from bot.settings import Settings
from bot.sources import crm_of
from bot.verbs.options import AsOf, Config, Json, open_database, settings_of

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Looks at playbooks.")


@app.command("list")
def list_playbooks(config: Config = None) -> None:
    """The playbooks there are, and which are enabled."""
    for line in listing(settings_of(config)):
        typer.echo(line)


@app.command("lint")
def lint_playbooks(files: list[Path], config: Config = None) -> None:
    """Every mistake in these files (playbooks or surveys), with its line and cure, and what is unwise."""
    linted = asyncio.run(_lint(settings_of(config), files))
    for warning in linted.warnings:
        typer.echo(f"warning: {warning}")
    typer.echo(linted.in_words())


async def _lint(settings: Settings, files: list[Path]) -> Linted:
    async with open_database(settings) as (database, current):
        return await database.read(lint_files, current, files, extra_columns(crm_of(current)))


@app.command("dry-run")
def dry_run_playbook(file: Path, config: Config = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Whom would this playbook touch now, and whom not, and why. Changes nothing."""
    settings = settings_of(config)
    result = asyncio.run(_dry_run(settings, file, clock.as_of(as_of, settings.zone)))
    typer.echo(json.dumps(result.as_dict()) if as_json else result.in_words())


async def _dry_run(settings: Settings, file: Path, now: Clock) -> DryRun:
    async with open_database(settings) as (database, current):
        return await database.run(dry_run_file, current, file, now())
