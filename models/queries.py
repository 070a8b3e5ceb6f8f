"""Reading what several capabilities read alike."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.alert import Trace


def traces_of(session: Session, alert_id: int) -> Sequence[Trace]:
    """What was done to an alert, oldest first."""
    return session.scalars(select(Trace).where(Trace.alert_id == alert_id).order_by(Trace.id)).all()
