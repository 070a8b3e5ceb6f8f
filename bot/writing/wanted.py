"""To whom, and with which letter, a form about answers to a survey opens."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.favours import asked_of, may_ask
from bot.messages.catalog import Favour
from models import Response

SORRY = "sorry-follow-up"
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
    return Wanted(SORRY if worst.band == "low" else Favour.THANKS, worst.contact_id) if worst else Wanted()


def favour_of(session: Session, alert_id: int, favour: Favour) -> Wanted:
    """For whoever was most content, of those who can be asked for it now, if there are any."""
    best_first = _worst_first(session, alert_id)[::-1]
    asked = asked_of(session, best_first)
    best = next((one for one in best_first if may_ask(one, favour, asked)), next(iter(best_first), None))
    return Wanted(favour, best.contact_id if best else "")


def _worst_first(session: Session, alert_id: int) -> list[Response]:
    answers = session.scalars(select(Response).where(Response.alert_id == alert_id))
    return sorted(answers, key=lambda one: (BANDS.index(one.band), one.score, one.changed_at))
