"""`staysail migrate`"""

import os

import typer

from bot.database import Database
from bot.schema import migrate
from bot.settings import Environment

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command("migrate")
def migrate_database() -> None:
    """Brings the database to the newest schema."""
    database = Database(Environment.read(os.environ).database_url)
    try:
        migrate(database)
    finally:
        database.close()
    typer.echo("the schema is up to date")
