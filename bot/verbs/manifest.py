"""`staysail manifest`"""

from typing import Annotated

import typer

from bot.manifest import manifest_text, read_domains
from bot.settings import config_path
from bot.verbs.options import Config

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def manifest(
    config: Config = None,
    http: Annotated[str | None, typer.Option(help="HTTP mode: the public address, such as https://staysail.example.")] = None,
) -> None:
    """Prints the app manifest, with the CRM's domains when there is a settings file: their links unfold in Slack."""
    file = config_path(config)
    typer.echo(manifest_text(http, domains=read_domains(file) if config or file.is_file() else ()), nl=False)
