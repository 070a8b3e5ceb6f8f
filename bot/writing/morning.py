"""When a letter leaves that is to wait for the morning."""

from datetime import datetime, time, timedelta

from bot.accounts.business_hours import BusinessHours, known_zone, zone_of
from models import Account, Contact

MORNING = time(9)


def next_morning(contact: Contact, account: Account, hours: BusinessHours, now: datetime) -> datetime:
    """The next nine o'clock where the contact is, or the next opening after it; in their zone."""
    zone = zone_of(known_zone(contact.timezone, account.timezone) or hours.zone)
    there = now.astimezone(zone)
    nine = datetime.combine(there.date() + timedelta(days=there.time() >= MORNING), MORNING, zone)
    return hours.opens_at(nine, str(zone)).astimezone(zone)
