"""What is due for surveys: reminders, questions that expire, themes that grow."""

from datetime import datetime

from bot.database import Database
from bot.settings import Settings


async def look_after_surveys(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """What was done, by its name; what was nothing is left out. Next to nothing is asked of the database when there is nothing."""
    return {}
