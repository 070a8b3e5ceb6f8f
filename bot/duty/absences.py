"""Going away and coming back: who stands in, which open alerts go over, and what is in whose hand afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import Change
from bot.alerts.reasons import reasons_of
from bot.alerts.record import apply
from bot.duty.post import Kind, Telling, show_anew, tell
from bot.messages.catalog import State
from bot.settings import Settings
from bot.team.away import OVERRULED, in_charge
from bot.team.directory import by_email
from models import Absence, Alert, Teammate

MANAGERS = "managers"


@dataclass(frozen=True)
class Plan:
    """`until` None: until they say so. `stand_in` is a Slack id. `by`: who decided it, a Slack id or `staysail`."""

    until: datetime | None
    stand_in: str | None
    source: str
    by: str


def leave(session: Session, settings: Settings, slack_id: str, plan: Plan, now: datetime) -> Absence:
    """Opens the absence, or changes the one that stands. Their open alerts that nobody has taken go to whoever stands in, once."""
    session.get_one(Teammate, slack_id, with_for_update=True)
    absence = absence_of(session, slack_id)
    before = in_charge(session, slack_id, now)
    if absence is None:
        absence = Absence(slack_id=slack_id, since=now)
        session.add(absence)
    absence.until, absence.stand_in, absence.source = plan.until, plan.stand_in, plan.source
    session.flush()
    charge = in_charge(session, slack_id, now)
    if charge != before:
        show_anew(session, Kind.STAND_IN, str(absence.id), absence.since)
    if charge:
        _hand_over(session, settings, absence, (before, charge), plan.by, now)
    return absence


def _hand_over(session: Session, settings: Settings, absence: Absence, hands: tuple[str | None, str], by: str, now: datetime) -> None:
    """`hands`: who was in charge before, and who is now. A repetition moves and tells nothing."""
    (before, charge), who = hands, session.get_one(Teammate, absence.slack_id)
    alerts = _untaken_of(session, who, before if before != charge else None)
    for alert in alerts:
        apply(session, alert, Change({"assigned_to": charge}, "assigned", {"whom": charge, "absent": who.slack_id}), by, now)
    stand_in = session.get(Teammate, charge)
    until = int(absence.until.timestamp()) if absence.until else ""
    content = {"absent": who.slack_id, "absence": absence.id, "alerts": [alert.id for alert in alerts]}
    due_at = settings.hours.opens_at(now, stand_in.timezone if stand_in else None)
    tell(session, Telling(Kind.STAND_IN, f"{absence.id}:{charge}:{until}", charge, content, due_at), now)


def _untaken_of(session: Session, who: Teammate, before: str | None) -> Sequence[Alert]:
    """Theirs, and those of their accounts that wait with an earlier stand-in. A task for the managers is nobody's own."""
    own = or_(Alert.assigned_to == who.slack_id, and_(Alert.assigned_to.is_(None), Alert.owner_email == who.email))
    theirs = or_(own, and_(Alert.assigned_to == before, Alert.owner_email == who.email)) if before else own
    untaken = (Alert.state == State.OPEN.value, Alert.closed_at.is_(None), Alert.taken_by.is_(None))
    alerts = session.scalars(select(Alert).where(*untaken, theirs).order_by(Alert.id).with_for_update()).all()
    reasons = reasons_of(session, [alert.id for alert in alerts])
    return [alert for alert in alerts if not any(reason.cause.get("whom") == MANAGERS for reason in reasons[alert.id])]


def absence_of(session: Session, slack_id: str) -> Absence | None:
    """The absence that has not been ended."""
    standing = select(Absence).where(Absence.slack_id == slack_id, Absence.ended_at.is_(None), Absence.source != OVERRULED)
    return session.scalars(standing.order_by(Absence.id.desc()).limit(1)).first()


def come_back(session: Session, settings: Settings, absence: Absence, now: datetime, in_person: bool = False) -> int:
    """Ends an absence. Alerts stay where they are: how many of theirs the stand-in has in hand, of which they get a list.

    `in_person`: they say so themselves, which goes before what their Slack status still says.
    """
    who = session.get_one(Teammate, absence.slack_id, with_for_update=True)
    absence.ended_at = now
    show_anew(session, Kind.STAND_IN, str(absence.id), absence.since)
    if in_person and says_away(who, settings, now):
        session.add(Absence(slack_id=who.slack_id, since=now, until=who.status_until, stand_in=None, source=OVERRULED))
    keeper = keeper_of(session, absence, now)
    alerts = in_hand(session, who, keeper) if keeper else []
    if alerts:
        content = {"stand_in": keeper, "alerts": [alert.id for alert in alerts]}
        due_at = settings.hours.opens_at(now, who.timezone)
        tell(session, Telling(Kind.BACK, str(absence.id), who.slack_id, content, due_at), now)
    return len(alerts)


def keeper_of(session: Session, absence: Absence, now: datetime) -> str | None:
    """Who looks after their alerts: the stand-in, or whoever stands in for that one."""
    found = in_charge(session, absence.stand_in, now) if absence.stand_in else None
    return found if found != absence.slack_id else None


def in_hand(session: Session, who: Teammate, keeper: str) -> Sequence[Alert]:
    """Open alerts of somebody's accounts that a stand-in looks after."""
    held = or_(Alert.assigned_to == keeper, Alert.taken_by == keeper)
    return session.scalars(select(Alert).where(Alert.closed_at.is_(None), Alert.owner_email == who.email, held).order_by(Alert.id)).all()


def says_away(who: Teammate, settings: Settings, now: datetime) -> bool:
    """Whether their Slack status says that they are away."""
    return who.status_emoji in settings.away.emoji and (who.status_until is None or who.status_until > now)


def usual_stand_in(session: Session, settings: Settings, who: Teammate) -> str | None:
    """Whom settings name for them, as a Slack id; None: nobody, or nobody whom Slack knows."""
    named = {email.lower(): other.lower() for email, other in settings.away.stand_ins.items()}
    email = named.get((who.email or "").lower())
    found = by_email(session, [email]).get(email or "")
    return found.slack_id if found and found.slack_id != who.slack_id else None
