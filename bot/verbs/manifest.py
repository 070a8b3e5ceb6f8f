"""`staysail manifest`"""

from typing import Annotated

import typer

from bot.manifest import manifest_text

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def manifest(
    http: Annotated[str | None, typer.Option(help="HTTP mode: the public address, such as https://staysail.example.")] = None,
) -> None:
    """Prints the app manifest."""
    typer.echo(manifest_text(http), nl=False)
