"""To whom, and with which letter, a form about answers to a survey opens."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Response

SORRY, THANKS, REFERENCE, PRAISE = "sorry-follow-up", "feedback-thanks", "reference-request", "review-request"
BANDS = ("low", "middle", "high")


@dataclass(frozen=True)
class Wanted:
    """What the form begins with, where it can: a letter and a contact. Empty: whatever fits best."""

    letter: str = ""
    contact: str = ""


ANYTHING = Wanted()


def reply_to(session: Session, alert_id: int) -> Wanted:
    """For whoever was least content: an apology, or thanks where none is due."""
    worst = next(iter(_worst_first(session, alert_id)), None)
    return Wanted(SORRY if worst.band == "low" else THANKS, worst.contact_id) if worst else Wanted()


def favour_of(session: Session, alert_id: int, letter: str) -> Wanted:
    """For whoever was most content."""
    best = next(reversed(_worst_first(session, alert_id)), None)
    return Wanted(letter, best.contact_id if best else "")


def _worst_first(session: Session, alert_id: int) -> list[Response]:
    answers = session.scalars(select(Response).where(Response.alert_id == alert_id))
    return sorted(answers, key=lambda one: (BANDS.index(one.band), one.score, one.changed_at))
