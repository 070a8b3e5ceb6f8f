"""The contact ledger: everything that reaches a customer, across all playbooks, and what it allows next.

who is meant ─► may they be written to? ─► within the limits of the contact and of the account? ─► now, later, or not at all
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.touches import Touches, barred
from bot.playbooks.rulebook import House
from bot.playbooks.steps import CONTACT, MANAGERS, OWNER
from models import Contact
from models.queries import keep_others_off

AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class Send:
    """`contact` None: somebody of ours, whom no limit protects."""

    address: str
    contact: Contact | None = None


@dataclass(frozen=True)
class Hold:
    """Not before `until`. `since`: when the holding began, where that counts."""

    until: datetime
    reason: str
    since: datetime | None = None


@dataclass(frozen=True)
class Skip:
    """There is nobody to write to."""

    reason: str


class Ledger:
    """What the ledger says of some accounts, kept up while a batch of letters is decided."""

    def __init__(self, session: Session, house: House, accounts: Iterable[str], now: datetime) -> None:
        self._house, self._now = house, now
        self._contacts: dict[str, list[Contact]] = defaultdict(list)
        ids = set(accounts)
        if ids:
            keep_others_off(session, ids)
        self.touches = Touches(session, ids, house.per_contact, house.per_account, now)
        if not ids:
            return
        here = select(Contact).where(Contact.account_id.in_(ids), Contact.gone_at.is_(None)).order_by(Contact.id)
        for contact in session.scalars(here):
            self._contacts[contact.account_id].append(contact)

    def contacts(self, account: str) -> Sequence[Contact]:
        """By id."""
        return self._contacts[account]

    def decide(self, to: str, account: str, contact_id: str, owner: str | None, essential: bool, pressing: bool) -> Send | Hold | Skip:
        """Who gets the letter. The order of asking is the order of priority."""
        if ours := self._ours(to, owner):
            return ours
        meant = [c for c in self._contacts[account] if (c.id == contact_id if to == CONTACT else (c.role or "").lower() == to.lower())]
        asked = [(contact, barred(contact, essential)) for contact in meant]
        free = [contact for contact, why in asked if why is None]
        if not free:
            return Skip(next((why for _, why in asked if why), "nobody"))
        if pressing and not essential:
            return Hold(self._now + AGAIN, "unless")
        contact = free[0]
        until = None if essential else self.touches.full_until(account, contact.id)
        if until:
            return Hold(until, "limit")
        return Send(contact.email or "", contact)

    def _ours(self, to: str, owner: str | None) -> Send | Skip | None:
        """Somebody of ours, whom no limit protects; None: a customer is meant."""
        if to == OWNER:
            return Send(owner) if owner else Skip("no_owner")
        if to == MANAGERS:
            address = next(iter(self._house.manager_emails), None)
            return Send(address) if address else Skip("no_manager")
        return Send(to) if "@" in to else None

    def sent(self, account: str, contact: Contact, at: datetime) -> None:
        self.touches.note(account, contact.id, at)


__all__ = ["AGAIN", "Hold", "Ledger", "Send", "Skip", "barred"]
