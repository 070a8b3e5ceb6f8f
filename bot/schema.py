"""The schema of our database: Alembic's revisions, run from here."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from bot.database import Database

FOLDER = Path(__file__).parent.parent / "migrations"


def migrate(database: Database) -> None:
    """Brings the schema to the newest revision; safe to repeat."""
    command.upgrade(alembic_config(database.url.render_as_string(hide_password=False)), "head")
    with database.writer.connect():
        pass  # sets WAL, which stays with the file: of two processes that start at once neither must have to change the mode


def alembic_config(url: str = "") -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config
