"""Whom and what a letter is about: the account, perhaps an alert there, and the contacts, as they stand now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.reasons import reasons_of
from bot.alerts.record import snapshot
from bot.errors import AlreadyDone, Refused
from bot.messages import catalog as m
from bot.playbooks.ledger import barred
from models import Account, Alert, Contact, Play, Reason

WHY = {
    "no_address": "no e-mail address",
    "bounced": "mail to them bounced",
    "opted_out": "opted out in the CRM",
    "unsubscribed": "unsubscribed",
}


@dataclass(frozen=True)
class Place:
    """`contacts` are those who may be written to, the one whom the alert is about first; `barred` the others, with the reason."""

    account: Account
    alert: Alert | None
    reasons: Sequence[Reason]
    contacts: Sequence[Contact]
    barred: tuple[m.Barred, ...]

    def contact(self, contact_id: str) -> Contact | None:
        return next((one for one in self.contacts if one.id == contact_id), None)


def load_place(session: Session, account_id: str, alert_id: int | None, lock: bool = False) -> Place:
    """Refused (AlreadyDone for a closed alert) when there is nothing to write about. `lock`: until the transaction ends nobody closes
    the alert, and no automated letter is decided that would not count this one."""
    alert = session.get(Alert, alert_id, with_for_update=lock or None) if alert_id is not None else None
    account = session.get(Account, account_id, with_for_update={"key_share": True} if lock else None)
    if alert_id is not None and alert is None:
        raise Refused("This alert is no longer there.")
    if alert is not None and alert.closed_at is not None:
        raise AlreadyDone(snapshot(alert).state, alert.closed_by, alert.closed_at)
    if account is None or account.gone_at is not None:
        raise Refused("This account is no longer in the CRM.")
    everybody = _contacts(session, account_id, alert)
    reasons = reasons_of(session, [alert.id])[alert.id] if alert else []
    free = [one for one in everybody if barred(one, essential=False) is None]
    return Place(account, alert, reasons, free, tuple(m.Barred(one.name, why) for one in everybody if (why := why_not(one))))


def _contacts(session: Session, account_id: str, alert: Alert | None) -> list[Contact]:
    play = session.get(Play, alert.play_id) if alert and alert.play_id else None
    here = select(Contact).where(Contact.account_id == account_id, Contact.gone_at.is_(None))
    meant = play.contact_id if play else ""
    return sorted(session.scalars(here), key=lambda one: (one.id != meant, not one.role, one.role or "", one.name, one.id))


def why_not(contact: Contact) -> str:
    """Why nobody writes to them, in words; empty: one may."""
    code = barred(contact, essential=False)
    return WHY[code] if code else ""
