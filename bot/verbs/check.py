"""`staysail check`"""

import asyncio
import os

import typer

from bot.check import check_all
from bot.settings import config_path
from bot.verbs.options import Config

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def check(config: Config = None) -> None:
    """Validates settings, playbooks, database, connectors, token and scopes; prints each finding with its cure."""
    findings = asyncio.run(check_all(config_path(config), os.environ))
    for finding in findings:
        typer.echo(str(finding), err=finding.fatal)
    if any(finding.fatal for finding in findings):
        raise typer.Exit(1)
    typer.echo("everything is in order" if not findings else "no fatal finding")
