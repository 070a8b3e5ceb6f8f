"""What reached customers of late, and how much more may: across all playbooks, for each contact and for each account.

Whom no letter reaches, and why, stands here too: every part that writes to customers asks the same two questions.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.durations import Allowance
from models import Contact, Touch


class Touches:
    """Those of some accounts, kept up while a batch is decided. Whoever decides keeps others off these accounts meanwhile."""

    def __init__(self, session: Session, accounts: Collection[str], contact: Allowance, account: Allowance, now: datetime) -> None:
        self._contact, self._account, self._now = contact, account, now
        self._at: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        if not accounts:
            return
        since = now - max(contact.length, account.length)
        touches = select(Touch.account_id, Touch.contact_id, Touch.at).where(Touch.account_id.in_(accounts), Touch.at > since)
        for account_id, contact_id, at in session.execute(touches.order_by(Touch.at)):
            self.note(account_id, contact_id, at)

    def note(self, account: str, contact_id: str, at: datetime) -> None:
        self._at["account", account].append(at)
        self._at["contact", contact_id].append(at)

    def full_until(self, account: str, contact_id: str) -> datetime | None:
        """When there is room for both again; None: there is."""
        ends = [
            _full(self._at["contact", contact_id], self._contact, self._now),
            _full(self._at["account", account], self._account, self._now),
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
