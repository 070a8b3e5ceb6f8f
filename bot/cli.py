"""`staysail VERB`. Exit codes: 0 done, 1 a finding or a failure (one line each on stderr), 2 wrong usage.

A verb's module is loaded when it is asked for: a sweep from cron must not wait for everything that serving Slack needs.
"""

import atexit
import gc
import logging
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from bot.errors import StaysailError
from bot.log import to_stderr

VERBS = ("demo", "run", "sweep", "deliver", "migrate", "check", "manifest", "playbook", "deck")


class Verbs(TyperGroup):
    """Finds verbs by name in `bot.verbs`."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(VERBS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        if cmd_name not in VERBS:
            return None
        command = typer.main.get_command(import_module(f"bot.verbs.{cmd_name}").app)
        command.name = cmd_name
        return command


cli = Verbs(name="staysail", no_args_is_help=True, help="Keeps customers from leaving, in Slack.")


YOUNG = 100_000
"""Objects between two garbage collections. A pass makes rows by the hundred thousand and hardly a cycle: looking for them every 700
objects, as is Python's habit, was a fifth of its time."""


def main() -> None:
    gc.set_threshold(YOUNG)
    atexit.register(gc.freeze)  # at its end the interpreter looks through everything once more: in vain
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    to_stderr()
    try:
        cli()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        words = _words_of(error)
        if words is None:
            raise
        print(words, file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _words_of(error: Exception) -> str | None:
    """None: nobody foresaw it."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 (a fifth of a second, and whoever can raise it has loaded it)

    match error:
        case StaysailError():
            return str(error)
        case SQLAlchemyError():
            return f"the database does not answer: {str(error.__cause__ or error).strip().splitlines()[0]}"
        case OSError():
            return str(error).splitlines()[0] if str(error) else type(error).__name__
    return None
