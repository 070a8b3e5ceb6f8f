"""`staysail deck FILE.pptx`"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import StaysailError
from bot.reviews.deck.make import made
from bot.reviews.deck.own import own_template
from bot.reviews.sample import SAMPLE

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?")


@app.command()
def deck(
    file: Annotated[Path, typer.Argument(help="The PowerPoint file to write; one that is there is overwritten.")],
    template: Annotated[Path | None, typer.Option(help="A template of your own to try (PPTX).")] = None,
    language: Annotated[str, typer.Option(help="The language of the slides: en, cs or ru.")] = "en",
    bare: Annotated[bool, typer.Option("--bare", help="Write Staysail's template itself, to make your own from.")] = False,
) -> None:
    """Writes a deck with sample content, to look at a template; or the template itself."""
    if not LANGUAGE.fullmatch(language):
        raise typer.BadParameter("a code such as en, cs or ru", param_hint="--language")
    if bare and template:
        raise typer.BadParameter("it is Staysail's own template that is written", param_hint="--template with --bare")
    content = own_template() if bare else _sample(template, language)
    file.write_bytes(content)
    typer.echo(f"wrote {file}")


def _sample(template: Path | None, language: str) -> bytes:
    """Nobody asked to see ours: a template that cannot be used is a failure."""
    deck = made(replace(SAMPLE, language=language), template)
    if deck.problem:
        raise StaysailError(f"{deck.problem}: see “Your own template” in docs/reviews.md")
    return deck.content
