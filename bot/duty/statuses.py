"""Absences that a Slack status opens and ends, and those whose time is over."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL
from bot.duty.absences import Plan, come_back, leave, says_away, usual_stand_in
from bot.duty.post import Kind, Telling, tell
from bot.settings import Settings
from bot.team.away import OVERRULED, STATUS
from bot.team.directory import is_ours
from models import Absence, Account, Teammate


def left(settings: Settings, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Teammates with accounts whose status says that they are away, which we have not noticed yet."""
    says = and_(Teammate.status_emoji.in_(settings.away.emoji), or_(Teammate.status_until.is_(None), Teammate.status_until > now))
    owns = exists().where(Account.owner_email == Teammate.email, Account.gone_at.is_(None))
    noticed = exists().where(Absence.slack_id == Teammate.slack_id, Absence.ended_at.is_(None))
    return says, is_ours(), owns, ~noticed


def over(settings: Settings, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Absences that end, or whose status says something else: their time has come, or their status has changed."""
    changed = or_(
        Teammate.status_emoji.is_(None),
        Teammate.status_emoji.not_in(settings.away.emoji),
        Teammate.status_until <= now,
        Teammate.status_until.is_distinct_from(Absence.until),
    )
    by_status = and_(Absence.source.in_((STATUS, OVERRULED)), changed)
    return Absence.ended_at.is_(None), Absence.slack_id == Teammate.slack_id, or_(Absence.until <= now, by_status)


def follow_statuses(session: Session, settings: Settings, now: datetime) -> tuple[int, int]:
    """How many have left, and how many are back."""
    back = 0
    for absence in session.scalars(select(Absence).where(*over(settings, now)).order_by(Absence.id).with_for_update(of=Absence)).all():
        back += _review(session, settings, absence, now)
    session.flush()
    gone = session.scalars(select(Teammate).where(*left(settings, now)).order_by(Teammate.slack_id)).all()
    for who in gone:
        _notice(session, settings, who, now)
    return len(gone), back


def _review(session: Session, settings: Settings, absence: Absence, now: datetime) -> bool:
    """False: they stay away, perhaps for another reason than before."""
    who = session.get_one(Teammate, absence.slack_id)
    if says_away(who, settings, now):
        absence.until = who.status_until
        absence.source = absence.source if absence.source == OVERRULED else STATUS
        return False
    if absence.source == OVERRULED:
        absence.ended_at = now
        return False
    come_back(session, settings, absence, now)
    return True


def _notice(session: Session, settings: Settings, who: Teammate, now: datetime) -> None:
    plan = Plan(who.status_until, usual_stand_in(session, settings, who), STATUS, STAYSAIL)
    absence = leave(session, settings, who.slack_id, plan, now)
    due_at = settings.hours.opens_at(now, who.timezone)
    tell(session, Telling(Kind.AWAY, str(absence.id), who.slack_id, {"absence": absence.id}, due_at), now)
