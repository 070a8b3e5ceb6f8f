"""Until when an alert must be taken."""

from datetime import datetime

from bot.accounts.business_hours import BusinessHours
from bot.settings.forms import AlertSettings


def take_by(alerts: AlertSettings, hours: BusinessHours, priority: float | None, moment: datetime, zone: str | None) -> datetime | None:
    """The first of the settings' deadlines whose priority the alert reaches counts, in its owner's business time; None: none does."""
    fits = (one for one in alerts.deadlines if one.priority is None or (priority is not None and priority >= one.priority))
    found = next(fits, None)
    return hours.after(moment, found.within, zone) if found else None
