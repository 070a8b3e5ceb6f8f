"""`staysail run`"""

import asyncio
from typing import Annotated

import typer

from bot import clock
from bot.serve import mode_problem, serve
from bot.verbs.options import Config, settings_of

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    config: Config = None,
    port: Annotated[int, typer.Option(help="The port of web pages and of HTTP mode.")] = 3000,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
) -> None:
    """Serves Slack, web pages and the scheduler until it is stopped."""
    settings = settings_of(config)
    if problem := mode_problem(settings):
        raise problem
    asyncio.run(serve(settings, host, port, clock.now))
