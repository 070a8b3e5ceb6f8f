"""Who is away, and who looks after their accounts meanwhile."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.team.directory import is_ours
from models import Absence, Teammate

COMMAND, STATUS, OVERRULED = "command", "status", "overruled"
"""Where an absence comes from. Overruled: their Slack status says that they are away, and they have said that they are not."""


def away_now(session: Session, slack_ids: Iterable[str], now: datetime) -> dict[str, Absence]:
    """The absence of each of them who is away now."""
    standing = (Absence.ended_at.is_(None), Absence.source != OVERRULED, Absence.since <= now)
    begun = select(Absence).where(Absence.slack_id.in_(set(slack_ids)), *standing, or_(Absence.until.is_(None), Absence.until > now))
    return {absence.slack_id: absence for absence in session.scalars(begun.order_by(Absence.id))}


def stand_in_of(session: Session, slack_id: str, now: datetime) -> str | None:
    """Who stands in for somebody who is away, as a Slack id; None when they are here, or when nobody does.

    A stand-in who is away too has one of their own. One that leads back, or that is no longer a full member, is nobody.
    """
    charge = in_charge(session, slack_id, now)
    return charge if charge != slack_id else None


def stand_ins_of(session: Session, slack_ids: Iterable[str], now: datetime) -> dict[str, str]:
    """Of those who are away: who stands in for them, if somebody does."""
    found = ((who, stand_in_of(session, who, now)) for who in away_now(session, slack_ids, now))
    return {who: stand_in for who, stand_in in found if stand_in}


def in_charge(session: Session, slack_id: str, now: datetime) -> str | None:
    """Themselves while they are here, else whoever stands in for them; None: nobody does."""
    seen: set[str] = set()
    who: str | None = slack_id
    while who and who not in seen:
        absence = away_now(session, [who], now).get(who)
        if absence is None:
            return who if who == slack_id or _is_ours(session, who) else None
        seen.add(who)
        who = absence.stand_in
    return None


def _is_ours(session: Session, slack_id: str) -> bool:
    return session.scalar(select(Teammate.slack_id).where(Teammate.slack_id == slack_id, is_ours())) is not None
