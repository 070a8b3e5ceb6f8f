"""Who looks after an alert now, and when they work."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.team.away import in_charge, stand_in_of
from bot.team.directory import by_email, is_full_member
from models import Alert, Teammate


@dataclass(frozen=True)
class Person:
    """Somebody in Slack. `stands_for`: whoever they stand in for."""

    slack_id: str
    zone: str | None
    stands_for: str | None = None


def owner_of(session: Session, alert: Alert) -> Teammate | None:
    """Whoever it is assigned to, or else its owner in the CRM: a full member of ours, or nobody."""
    if alert.assigned_to:
        assigned = session.get(Teammate, alert.assigned_to)
        return assigned if assigned and is_full_member(assigned) else None
    return by_email(session, [alert.owner_email]).get(alert.owner_email or "")


def in_charge_of(session: Session, alert: Alert, now: datetime) -> Person | None:
    """Its owner, or whoever stands in for them; None: nobody whom Slack can reach."""
    owner = owner_of(session, alert)
    found = whoever(session, owner, now) if owner else None
    if found is None or found.stands_for or not alert.assigned_to:
        return found
    absent = by_email(session, [alert.owner_email]).get(alert.owner_email or "")
    stands_in = absent is not None and stand_in_of(session, absent.slack_id, now) == found.slack_id
    return replace(found, stands_for=absent.slack_id) if absent and stands_in else found


def whoever(session: Session, owner: Teammate, now: datetime) -> Person | None:
    """Themselves, or whoever stands in for them."""
    found = session.get(Teammate, in_charge(session, owner.slack_id, now) or "")
    if found is None:
        return None
    return Person(found.slack_id, found.timezone, owner.slack_id if found.slack_id != owner.slack_id else None)
