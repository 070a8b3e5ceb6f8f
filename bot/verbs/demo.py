"""`staysail demo`"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.demo import demo as serve_demo

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="The port of the local Slack.")] = 8899,
    db: Annotated[Path | None, typer.Option(help="A folder to keep the demo's databases in (default: a temporary one).")] = None,
) -> None:
    """Everything on this machine: a local Slack, a sample company, the bot."""
    asyncio.run(serve_demo(port, db))
