"""What the contact ledger says of somebody whom a person is about to write to. It holds no person back: it only tells."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.alerts.people import person
from bot.durations import Allowance
from bot.messages import catalog as m
from bot.playbooks.rulebook import House
from bot.writing.place import Place
from models import Contact, Dispatch, Touch

TOLD = timedelta(days=14)
"""Older letters are no news."""


def fullness(session: Session, place: Place, contact: Contact, house: House, now: datetime) -> tuple[m.Fullness, ...]:
    """Where the contact, and the account, have had as many letters as automated ones may fill."""
    found = (
        _full(session, Touch.contact_id == contact.id, house.per_contact, now, contact.name),
        _full(session, Touch.account_id == place.account.id, house.per_account, now, ""),
    )
    return tuple(one for one in found if one)


def _full(session: Session, whose: ColumnElement[bool], allowed: Allowance, now: datetime, whom: str) -> m.Fullness | None:
    count = session.scalar(select(func.count()).select_from(Touch).where(whose, Touch.at > now - allowed.length)) or 0
    return m.Fullness(whom, count, allowed.count, allowed.length) if count >= allowed.count else None


def last_letter(session: Session, contact: Contact, now: datetime) -> tuple[int, m.LastLetter | None]:
    """The newest letter to a contact that counts (a withheld one does not), with its number; 0 for none of late."""
    theirs = (Touch.contact_id == contact.id, Touch.account_id == contact.account_id, Touch.at > now - TOLD)
    joined = select(Dispatch, Touch.at).join(Touch, Touch.dispatch_id == Dispatch.id).where(*theirs)
    row = session.execute(joined.order_by(Dispatch.id.desc()).limit(1)).first()
    if row is None:
        return 0, None
    content = row.Dispatch.content
    return row.Dispatch.id, m.LastLetter(person(content.get("by")), content.get("subject", ""), row.at)
