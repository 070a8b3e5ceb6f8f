"""The reasons of alerts: read together, those that stand first."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Alert, Reason


def reasons_of(session: Session, alert_ids: Collection[int]) -> dict[int, list[Reason]]:
    """By alert: the standing ones first, each group in the order in which they came."""
    found: dict[int, list[Reason]] = defaultdict(list)
    wanted = select(Reason).where(Reason.alert_id.in_(alert_ids)).order_by(Reason.ended_at.is_not(None), Reason.id)
    for reason in session.scalars(wanted):
        found[reason.alert_id].append(reason)
    return found


def standing_of(alert: Alert, reasons: Sequence[Reason]) -> list[Reason]:
    """What speaks for an alert: the reasons that stand; of a closed one, those that ended with it."""
    if alert.closed_at is None:
        return [reason for reason in reasons if reason.ended_at is None] or list(reasons[:1])
    return [reason for reason in reasons if reason.ended_at == alert.closed_at] or list(reasons[:1])
