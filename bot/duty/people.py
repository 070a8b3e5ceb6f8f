"""People as somebody names them after a command, and who may stand in for whom."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.duty.asking import mentioned
from bot.errors import Refused
from bot.team.away import away_now
from bot.team.directory import is_full_member
from bot.team.roles import Actor
from models import Teammate


def named(session: Session, written: str) -> Teammate:
    """Whoever is meant by a mention, an e-mail address or a name. Refused says what is wrong."""
    slack_id = mentioned(written)
    name = written.removeprefix("@").lower()
    if slack_id:
        found = [one for one in [session.get(Teammate, slack_id)] if one]
    else:
        whole, first = func.lower(Teammate.name) == name, func.lower(Teammate.name).startswith(f"{name} ", autoescape=True)
        among = select(Teammate).where(or_(Teammate.email == name, whole, first), Teammate.is_active).order_by(Teammate.slack_id)
        found = list(session.scalars(among.limit(3)))
    if len(found) > 1:
        raise Refused(f"“{written}” may be several people. Write @ and choose one from Slack's list.")
    if not found:
        raise Refused(f"I know nobody called “{written}”. Write @ and choose somebody from Slack's list.")
    return found[0]


def absent_one(session: Session, actor: Actor, written: str) -> Teammate:
    """Who is to be away: oneself, or for managers anybody of ours."""
    found = named(session, written) if written else session.get_one(Teammate, actor.slack_id)
    if found.slack_id != actor.slack_id and not actor.is_manager:
        raise Refused("Only managers may do this for somebody else.")
    if not is_full_member(found):
        raise Refused(f"{found.name} is not a full member of our workspace.")
    return found


def stand_in_named(session: Session, who: Teammate, written: str, now: datetime) -> Teammate:
    """Somebody who may stand in: a full member, somebody else, and here."""
    found = named(session, written)
    if found.slack_id == who.slack_id:
        raise Refused("Nobody can stand in for themselves. Name somebody else.")
    if not is_full_member(found):
        raise Refused(f"{found.name} is not a full member of our workspace, and cannot stand in.")
    if found.slack_id in away_now(session, [found.slack_id], now):
        raise Refused(f"{found.name} is away too. Name somebody who is here.")
    return found
