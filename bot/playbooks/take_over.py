"""Take over: a person stops a play where it stands, and owns what comes next."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.alerts.lifecycle import take
from bot.alerts.record import act, show_anew, stands_for
from bot.errors import AlreadyDone, Refused
from models import Play, Trace

TAKEN_OVER = "taken_over"


def take_over(session: Session, play_id: int, who: str, now: datetime, step: str = "") -> Play:
    """Ends the play. Its open alerts are the person's, unless somebody has taken them; their cards say where it stood (`step`)."""
    play = session.get(Play, play_id, with_for_update=True)
    if play is None:
        raise Refused("This play is no longer there.")
    if play.ended_at is not None:
        if (play.end_reason, play.ended_by) == (TAKEN_OVER, who):
            return play
        if play.end_reason == TAKEN_OVER:
            raise AlreadyDone(TAKEN_OVER, play.ended_by, play.ended_at)
        raise Refused("This play is over: there is nothing left to take over.")
    play.ended_at, play.end_reason, play.ended_by, play.due_at, play.waiting = now, TAKEN_OVER, who, None, None
    about = {"account_id": play.account_id, "playbook": play.playbook, "playbook_version": play.version, "play_id": play.id}
    alerts = show_anew(session, stands_for([play.id]))
    session.add_all(
        Trace(at=now, actor=who, what=TAKEN_OVER, alert_id=alert_id, detail={"step": step}, **about)
        for alert_id in (*(alert.id for alert in alerts), *(() if alerts else (None,)))
    )
    for alert in alerts:
        if alert.taken_by is None:
            act(session, alert.id, lambda snapshot: take(snapshot, who, now), who, now)
    return play
