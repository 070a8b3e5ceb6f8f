"""When a letter leaves that is to wait for the morning."""

from datetime import datetime, time, timedelta

from bot.accounts.business_hours import BusinessHours, known_zone, zone_of
from models import Account, Contact

MORNING = time(9)


def next_morning(contact: Contact, account: Account, hours: BusinessHours, now: datetime) -> datetime:
    """Nine o'clock of the next day where the contact is, or the next opening after it; in their zone."""
    zone = zone_of(known_zone(contact.timezone, account.timezone) or hours.zone)
    nine = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
    return hours.opens_at(nine, str(zone)).astimezone(zone)
