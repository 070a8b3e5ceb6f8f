"""`staysail VERB`. Exit codes: 0 done, 1 a finding or a failure (one line each on stderr), 2 wrong usage.

A verb's module is loaded when it is asked for: a sweep from cron must not wait for everything that serving Slack needs.
"""

import gc
import logging
import sys
from importlib import import_module
from typing import Any

import structlog
import typer
from sqlalchemy.exc import SQLAlchemyError
from typer.core import TyperGroup

from bot.errors import StaysailError

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
    _log_to_stderr()
    try:
        cli()
    except StaysailError as error:
        sys.exit(_fail(str(error)))
    except SQLAlchemyError as error:
        sys.exit(_fail(f"the database does not answer: {str(error.__cause__ or error).strip().splitlines()[0]}"))
    except OSError as error:
        sys.exit(_fail(str(error).splitlines()[0] if str(error) else type(error).__name__))
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201
    return 1


def _log_to_stderr() -> None:
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
