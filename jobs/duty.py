"""What is due for people: alerts that nobody takes, absences, owners that changed, tasks, digests, playbooks that lose their cards."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.duty import deadlines, owners, statuses, tasks
from bot.duty.digests import send_digests
from bot.duty.precision import judge
from bot.settings import Settings
from models import Absence, Account, Alert, Teammate


async def duty(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """What was done, by its name; what was nothing is left out. Next to nothing is asked of the database when there is nothing."""
    done: dict[str, int] = {}
    if await database.read(anything_due, settings, now):
        done |= await database.run(look_after, settings, now)
    done["digests"] = await database.run(send_digests, settings, now)
    done["judged"] = await database.run(judge, settings, now)
    return {what: count for what, count in done.items() if count}


def look_after(session: Session, settings: Settings, now: datetime) -> dict[str, int]:
    """First who is there and whose the alerts are, then who is to be told what about them."""
    left, back = statuses.follow_statuses(session, settings, now)
    moved = owners.follow_owners(session, settings, now)
    started = deadlines.start_clocks(session, settings, now)
    reminded, told = deadlines.remind(session, settings, now)
    woken, due = tasks.wake_tasks(session, now), tasks.remind_of_tasks(session, settings, now)
    return {
        "left": left,
        "back": back,
        "moved": moved,
        "started": started,
        "reminded": reminded,
        "told": told,
        "woken": woken,
        "tasks_due": due,
    }


def anything_due(session: Session, settings: Settings, now: datetime) -> bool:
    """Every question in one statement."""
    return bool(session.scalar(select(or_(*(question.exists() for question in _questions(settings, now))))))


def _questions(settings: Settings, now: datetime) -> list[Select[Any]]:
    strayed = select(Alert.id).join(Account, Account.id == Alert.account_id).where(*owners.strayed())
    asked: list[Select[Any]] = [
        select(Absence.id).where(*statuses.over(settings, now)),
        select(Teammate.slack_id).where(*statuses.left(settings, now)),
        strayed,
        select(Alert.id).where(*deadlines.late(now)),
        select(Alert.id).where(*tasks.asleep(now)),
        select(Alert.id).where(*tasks.due(now)),
    ]
    return [*asked, select(Alert.id).where(*deadlines.unclocked())] if settings.alerts.deadlines else asked
