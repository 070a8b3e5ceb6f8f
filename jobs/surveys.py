"""What is due for surveys: reminders, questions that expire, answers that were only to be told, themes that grow."""

from datetime import datetime

from bot.database import Database
from bot.feedback.alerts import put_away, told_enough
from bot.feedback.growth import follow_themes
from bot.settings import Settings
from bot.surveys.means import means_of
from bot.surveys.reminders import anything_due, forget, remind


async def look_after_surveys(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """What was done, by its name; what was nothing is left out. Next to nothing is asked of the database when there is nothing."""
    done: dict[str, int] = {}
    if await database.read(anything_due, now):
        done |= await _look_after_questions(database, settings, now)
    if await database.read(told_enough, now):
        done["put_away"] = await database.run(put_away, now)
    if themes := await follow_themes(database, settings, now):
        done["themes"] = themes
    return done


async def _look_after_questions(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """Batch by batch, each a transaction of its own."""
    done, means = {"reminded": 0, "forgotten": 0}, means_of(settings)
    while means and (looked := await database.run(remind, means, now)).due:
        done["reminded"] += looked.sent
    while some := await database.run(forget, now):
        done["forgotten"] += some
    return {what: count for what, count in done.items() if count}
