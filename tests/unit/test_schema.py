"""The schema that the code asks for is the newest revision."""

from alembic.script import ScriptDirectory

from bot.schema import alembic_config
from models import SCHEMA


def test_the_tables_are_those_of_the_newest_revision() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == SCHEMA
