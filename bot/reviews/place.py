"""Whom and what a meeting is about: the account, perhaps an alert there, who of the customer can be invited, and when they work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.accounts.business_hours import known_zone
from bot.alerts.reasons import reasons_of
from bot.delivery.mail import mailbox
from bot.delivery.touches import barred
from bot.errors import Refused, Undeliverable
from bot.functions import any_case
from bot.reviews.means import Means
from bot.reviews.proposals import Side
from models import Account, Alert, Contact, Play, Reason, Response, Teammate

LISTED = 100
LONGEST_VALUE = 150
"""What Slack takes as the value of an option."""
WHY = {"no_address": "no e-mail address", "bounced": "mail to them bounced", "opted_out": "opted out in the CRM"}


@dataclass(frozen=True)
class Place:
    account: Account
    alert: Alert | None
    reasons: Sequence[Reason]


def load_place(session: Session, account_id: str, alert_id: int | None, lock: bool = False) -> Place:
    """Refused when there is no such customer any more. `lock`: until the transaction ends no automated letter is decided that would not
    count these. Alerts are locked before accounts, as everywhere."""
    alert = session.get(Alert, alert_id, with_for_update=lock or None) if alert_id is not None else None
    account = session.get(Account, account_id, with_for_update={"key_share": True} if lock else None)
    if account is None or account.gone_at is not None:
        raise Refused("This account is no longer in the CRM.")
    return Place(account, alert, reasons_of(session, [alert.id])[alert.id] if alert else [])


def why_not(contact: Contact) -> str:
    """Why a contact cannot be invited, in words; empty: they can. A meeting is no mailing: it reaches those who unsubscribed."""
    if code := barred(contact, essential=True):
        return WHY[code]
    return "" if is_address(contact.email) else "no e-mail address that letters could go to"


def is_address(text: str | None) -> bool:
    try:
        return bool(text and mailbox(text, ""))
    except Undeliverable:
        return False


def find_contacts(session: Session, account_id: str, text: str) -> list[Contact]:
    """Those of the account with the text in their name, role or address."""
    pattern = f"%{text.strip().lower().replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
    fits = or_(*(any_case(column).like(pattern, escape="/") for column in (Contact.name, Contact.role, Contact.email)))
    here = select(Contact).where(Contact.account_id == account_id, Contact.gone_at.is_(None), fits)
    found = session.scalars(here.order_by(Contact.name, Contact.id).limit(LISTED))
    return [contact for contact in found if len(contact.id) <= LONGEST_VALUE]


def first_contact(session: Session, place: Place) -> Contact | None:
    """Who is likely to be meant: the unhappiest who answered, whom the play is about, or whoever has a role."""
    here = select(Contact).where(Contact.account_id == place.account.id, Contact.gone_at.is_(None)).order_by(Contact.name, Contact.id)
    free = [contact for contact in session.scalars(here) if not why_not(contact) and len(contact.id) <= LONGEST_VALUE]
    meant = _meant(session, place.alert) if place.alert else []

    def rank(contact: Contact) -> tuple[int, bool]:
        return meant.index(contact.id) if contact.id in meant else len(meant), not contact.role

    return min(free, key=rank, default=None)


def _meant(session: Session, alert: Alert) -> list[str]:
    answered = select(Response.contact_id).where(Response.alert_id == alert.id).order_by(Response.score, Response.id)
    play = session.get(Play, alert.play_id) if alert.play_id else None
    return [one for one in [*session.scalars(answered), play.contact_id if play else ""] if one]


def contacts_by_id(session: Session, ids: Iterable[str]) -> list[Contact]:
    """In the order of the ids; those that are not there are left out."""
    found = [session.get(Contact, contact_id) for contact_id in ids]
    return [contact for contact in found if contact is not None]


def teammates_by_id(session: Session, ids: Iterable[str]) -> list[Teammate]:
    found = [session.get(Teammate, slack_id) for slack_id in ids]
    return [teammate for teammate in found if teammate is not None]


def sides_of(means: Means, place: Place, organizer_zone: str, contacts: Sequence[Contact]) -> list[Side]:
    """The organizer's first, with the house's holidays; then where the contacts are, or the account while there are none."""
    sides = [Side.of(means.hours, organizer_zone, means.hours.country)]
    for contact in contacts or (None,):
        side = _theirs(means, place.account, contact, organizer_zone)
        if side not in sides:
            sides.append(side)
    return sides


def _theirs(means: Means, account: Account, contact: Contact | None, otherwise: str) -> Side:
    """Somebody of whom no zone is known is taken to be where the organizer is."""
    zone = known_zone(contact.timezone if contact else None, account.timezone) or otherwise
    country = country_of(contact.locale if contact else None) or country_of(account.locale)
    known = country or (means.hours.country if zone == otherwise else None)
    return Side.of(means.hours, zone, known)


def country_of(locale: str | None) -> str | None:
    """cs-CZ → CZ. A language alone names no country."""
    try:
        return Locale.parse(locale.replace("_", "-"), sep="-").territory if locale else None
    except (UnknownLocaleError, ValueError, TypeError):
        return None
