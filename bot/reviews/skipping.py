"""Leaving a review out for once: the next one counts from today. The managers hear of the second in a row."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.alerts.review_card import past_of
from bot.bulk import insert_into
from bot.delivery.dispatches import Telling, tell_once
from bot.delivery.kinds import NOTICE
from bot.settings import Settings
from bot.team.roles import Actor
from models import Account, Alert, Reason, Review
from models.review import SKIPPED

TOLD_FROM = 2


def due_type(reasons: list[Reason]) -> str:
    """Which review an alert asks for."""
    return next((found for reason in reasons if (found := reason.facts.get("review.type"))), "")


@dataclass(frozen=True)
class Skip:
    """Which review is left out, why, and by whom."""

    type: str
    why: str
    actor: Actor


def skip(session: Session, settings: Settings, alert: Alert, skipped: Skip, now: datetime) -> bool:
    """False: this one was left out before."""
    inserted = insert_into(session, Review).values(_row(alert, skipped, now)).on_conflict_do_nothing(index_elements=["key"])
    review_id = session.scalar(inserted.returning(Review.id))
    if review_id is None:
        return False
    times = past_of(session, {alert.account_id})[alert.account_id].skipped(skipped.type)
    if times >= TOLD_FROM:
        _tell_managers(session, settings, alert, review_id, times, now)
    return True


def _row(alert: Alert, skipped: Skip, now: datetime) -> dict[str, object]:
    actor = skipped.actor
    return {
        "key": f"skip:{alert.id}",
        "uid": f"skip:{alert.id}",
        "account_id": alert.account_id,
        "alert_id": alert.id,
        "type": skipped.type,
        "state": SKIPPED,
        "starts_at": now,
        "minutes": 0,
        "zone": actor.timezone or "UTC",
        "organizer": actor.slack_id,
        "organizer_email": actor.email or "",
        "organizer_name": actor.name,
        "created_at": now,
        "created_by": actor.slack_id,
        "changed_at": now,
        "note": skipped.why,
        "closed_at": now,
        "closed_by": actor.slack_id,
    }


def _tell_managers(session: Session, settings: Settings, alert: Alert, review_id: int, times: int, now: datetime) -> None:
    account, channel = session.get_one(Account, alert.account_id), settings.manager_channel
    text = f"The review with them was skipped {'twice' if times == TOLD_FROM else f'{times} times'} in a row."
    content = {"text": text, "playbook": alert.playbook, "account": account.name, "account_id": account.id}
    tell_once(session, Telling(NOTICE, f"skipped:{review_id}", channel, content, account.id), now)
