"""What an absence means, in the words' own terms."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.alerts.people import person
from bot.alerts.world import World
from bot.duty.absences import in_hand, keeper_of
from bot.messages import catalog as m
from bot.team.away import STATUS
from models import Absence, Teammate


def away_answer(session: Session, absence: Absence, reader: str, managers: str, world: World) -> m.AwayAnswer:
    """For the absent person, or for somebody else who asks."""
    who = session.get_one(Teammate, absence.slack_id)
    keeper = keeper_of(session, absence, world.now())
    day, until = back_on(absence, who, world.zone)
    return m.AwayAnswer(
        absence_id=absence.id,
        managers=managers,
        absent=m.Person(slack_id=who.slack_id) if who.slack_id != reader else None,
        stand_in=person(keeper),
        moved=len(in_hand(session, who, keeper)) if keeper else 0,
        back_on=day,
        until=until,
        by_status=absence.source == STATUS,
    )


def back_on(absence: Absence, who: Teammate | None, workspace: ZoneInfo) -> tuple[date | None, datetime | None]:
    """The day on which they are back, where they are; or the moment, when it is within a day. Neither: nobody knows yet."""
    if absence.until is None:
        return None, None
    there = absence.until.astimezone(zone_or(who.timezone if who else None, workspace))
    return (there.date(), None) if there.time() == time() else (None, absence.until)
