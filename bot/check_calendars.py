"""`staysail check`, of people's calendars: reachable, with the right password, there, and open for writing."""

import asyncio
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import App
from bot.connectors.ports import CalendarFailed
from bot.errors import Finding
from bot.outgoing import calendars_of
from bot.settings import Settings
from models import Account, Teammate

ONE_PERSON = frozenset({403, 404, 405, 410})
"""Answers that say something about this calendar only."""
HERE = frozenset({"localhost", "127.0.0.1", "::1"})


async def check_calendars(app: App, has_schema: bool) -> list[Finding]:
    """Looks into the calendar of somebody who owns an account, or else of an admin."""
    settings, calendars = app.settings, calendars_of(app.settings)
    if calendars is None:
        return []
    place = f"{settings.path}: meetings.calendar"
    found = _in_clear(settings, place)
    email = (await app.database.read(_an_owner) if has_schema else None) or next(
        (one for one in settings.roles.admins if "@" in one[1:]), None
    )
    if email is None:
        return [*found, Finding(place, "nobody is known yet whose calendar could be looked into", "check again after a sweep", fatal=False)]
    try:
        doubt = await asyncio.to_thread(calendars.look, email)
    except CalendarFailed as error:
        return [*found, Finding(place, str(error), fatal=error.status not in ONE_PERSON)]
    return [*found, Finding(place, doubt, "share it with the right to write", fatal=False)] if doubt else found


def _an_owner(session: Session) -> str | None:
    """Somebody of ours who owns an account."""
    known = select(Teammate.email).join(Account, Account.owner_email == Teammate.email).where(Teammate.is_active)
    return session.scalar(known.order_by(Teammate.slack_id).limit(1))


def _in_clear(settings: Settings, place: str) -> list[Finding]:
    parts = urlsplit(settings.meetings.calendar.url if settings.meetings.calendar else "")
    if parts.scheme == "https" or parts.hostname in HERE or not parts.username:
        return []
    return [Finding(place, f"user and password go to {parts.hostname} in clear", "use https", fatal=False)]
