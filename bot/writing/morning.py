"""When a letter leaves that is to wait for the morning."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.accounts.business_hours import BusinessHours, zone_of
from models import Account, Contact

MORNING = time(9)


def next_morning(contact: Contact, account: Account, hours: BusinessHours, now: datetime) -> datetime:
    """Nine o'clock of the next day where the contact is, or the next opening after it; in their zone."""
    zone = _zone(contact.timezone, account.timezone, hours.zone)
    nine = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
    return hours.opens_at(nine, str(zone)).astimezone(zone)


def _zone(*names: str | None) -> ZoneInfo:
    """The first that there is: a CRM's zone is whatever somebody typed."""
    for name in names:
        try:
            if name:
                return zone_of(name)
        except ValueError:
            continue
    return ZoneInfo("UTC")
