"""The loop is closed: somebody has agreed with the customer on what follows from an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import Change
from bot.alerts.record import show, snapshot, trace_of
from bot.bulk import insert_into
from bot.errors import AlreadyDone, Refused
from bot.messages.catalog import Did
from bot.surveys.survey import Band
from models import Alert, Contact, Receipt, Response


@dataclass(frozen=True)
class Agreement:
    """`key` makes a form that is sent twice one closing. `due`: until when it is to be done, where the person is."""

    key: str
    alert_id: int
    responses: tuple[str, ...]
    agreed: str
    due: date | None = None


@dataclass(frozen=True)
class Closed:
    """`with_whom`: names of those who answered. `nobody_left`: the alert has done what it was for."""

    with_whom: str
    nobody_left: bool


def close_loop(session: Session, agreement: Agreement, who: str, now: datetime) -> Closed | None:
    """None: this form was taken in before. AlreadyDone: somebody else was first; Refused: the alert is gone."""
    alert = session.get(Alert, agreement.alert_id, with_for_update=True)
    if alert is None:
        raise Refused("This alert is no longer there.")
    if not _is_new(session, agreement, now):
        return None
    answers = session.scalars(select(Response).where(Response.alert_id == alert.id)).all()
    meant = _still_open(alert, [one for one in answers if one.id in agreement.responses])
    for response in meant:
        response.closed_at, response.closed_by = now, who
        response.agreed, response.agreed_by = agreement.agreed, agreement.due
    names = _names(session, meant)
    session.add(trace_of(alert, Change({}, Did.LOOP_CLOSED, {"to": names, "note": agreement.agreed}), who, now))
    show(session, alert)
    return Closed(names, not any(one.band == Band.LOW and one.closed_at is None for one in answers))


def _is_new(session: Session, agreement: Agreement, now: datetime) -> bool:
    """False: this form was taken in before."""
    receipt = insert_into(session, Receipt).values(id=f"loop:{agreement.key}", received_at=now)
    return session.scalar(receipt.on_conflict_do_nothing(index_elements=["id"]).returning(Receipt.id)) is not None


def _still_open(alert: Alert, meant: Sequence[Response]) -> list[Response]:
    """Those whose loop nobody has closed meanwhile."""
    if alert.closed_at is not None:
        raise AlreadyDone(snapshot(alert).state, alert.closed_by, alert.closed_at)
    still = [one for one in meant if one.closed_at is None]
    if not still and meant:
        last = max(meant, key=lambda one: one.closed_at or one.at)
        raise AlreadyDone("closed", last.closed_by, last.closed_at)
    if not still:
        raise Refused("This answer was given anew meanwhile: please open the form again.")
    return still


def _names(session: Session, responses: Sequence[Response]) -> str:
    theirs = select(Contact.name).where(Contact.id.in_([one.contact_id for one in responses])).order_by(Contact.name)
    return ", ".join(session.scalars(theirs))
