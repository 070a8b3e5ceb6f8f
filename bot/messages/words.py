"""Names of ours as words: a playbook's name as a title, a signal's value as something to read."""

from datetime import date, datetime

from bot.messages.catalog.facts import SignalValue
from bot.messages.mrkdwn import mrkdwn, when
from bot.messages.numbers import day, exact


def words(name: str) -> str:
    """usage-drop → Usage drop."""
    spaced = " ".join(name.replace("-", " ").replace("_", " ").split())
    return spaced[:1].upper() + spaced[1:]


def signal(value: SignalValue) -> str:
    """A value of any kind as mrkdwn."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return exact(value)
    if isinstance(value, datetime):
        return when(value)
    return day(value) if isinstance(value, date) else mrkdwn(value, 80)
