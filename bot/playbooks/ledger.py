"""The contact ledger: everything that reaches a customer, across all playbooks, and what it allows next.

who is meant ─► may they be written to? ─► within the limits of the contact and of the account? ─► now, later, or not at all
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.durations import Allowance
from bot.playbooks.rulebook import House
from bot.playbooks.steps import CONTACT, MANAGERS, OWNER
from models import Contact, Touch
from models.queries import keep_others_off

AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class Send:
    """`contact` None: somebody of ours, whom no limit protects."""

    address: str
    contact: Contact | None = None


@dataclass(frozen=True)
class Hold:
    """Not before `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Skip:
    """There is nobody to write to."""

    reason: str


class Ledger:
    """What the ledger says of some accounts, kept up while a batch of letters is decided."""

    def __init__(self, session: Session, house: House, accounts: Iterable[str], now: datetime) -> None:
        self._house, self._now = house, now
        self._contacts: dict[str, list[Contact]] = defaultdict(list)
        self._touched: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        ids = set(accounts)
        if not ids:
            return
        keep_others_off(session, ids)
        here = select(Contact).where(Contact.account_id.in_(ids), Contact.gone_at.is_(None)).order_by(Contact.id)
        for contact in session.scalars(here):
            self._contacts[contact.account_id].append(contact)
        since = now - max(house.per_contact.length, house.per_account.length)
        touches = select(Touch.account_id, Touch.contact_id, Touch.at).where(Touch.account_id.in_(ids), Touch.at > since)
        for account, contact_id, at in session.execute(touches.order_by(Touch.at)):
            self._note(account, contact_id, at)

    def _note(self, account: str, contact_id: str, at: datetime) -> None:
        self._touched["account", account].append(at)
        self._touched["contact", contact_id].append(at)

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
        until = None if essential else self._full_until(account, contact.id)
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
        self._note(account, contact.id, at)

    def _full_until(self, account: str, contact_id: str) -> datetime | None:
        house = self._house
        ends = [
            _full(self._touched["contact", contact_id], house.per_contact, self._now),
            _full(self._touched["account", account], house.per_account, self._now),
        ]
        return max((end for end in ends if end), default=None)


def _full(touched: Sequence[datetime], allowance: Allowance, now: datetime) -> datetime | None:
    """When a place comes free; None: there is one."""
    recent = sorted(at for at in touched if at > now - allowance.length)
    return recent[-allowance.count] + allowance.length if len(recent) >= allowance.count else None


def barred(contact: Contact, essential: bool) -> str | None:
    """Why this person is not written to; None: may be. What the contract needs reaches those who unsubscribed as well."""
    if not contact.email:
        return "no_address"
    if contact.bounced_at:
        return "bounced"
    if contact.opted_out:
        return "opted_out"
    return "unsubscribed" if contact.unsubscribed_at and not essential else None
