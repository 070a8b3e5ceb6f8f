"""What an alert's card will need to tell: the reason, its numbers, and the terms of the condition with the values they met."""

from datetime import date
from typing import Any

from bot.accounts.signals import FORMS, Signals
from bot.messages.catalog import Reason
from bot.playbooks.definition import Playbook


def reason_of(playbook: Playbook) -> Reason:
    """From what the condition looks at: silence, a renewal with usage, usage alone, or something of a team's own."""
    forms = {name.split(".")[-1] for name in playbook.when.signals if "." in name}
    if "days_silent" in forms:
        return Reason.SILENT
    if "ratio" in forms or "recent" in forms:
        renewal = {"renewal_days", "renewal_on"} & set(playbook.when.signals)
        return Reason.RENEWAL if renewal else Reason.DROP
    return Reason.CUSTOM


def needed(playbook: Playbook, signals: Signals) -> list[str]:
    """The signals whose values a card of this playbook shows."""
    metric = signals.main_metric(playbook.when.signals)
    of_metric = [f"{metric.name}.{form[0]}" for form in FORMS] if metric else []
    beside = [other for name in playbook.when.signals for other in signals.catalogue[name].told_with]
    return list(dict.fromkeys([*playbook.when.signals, *beside, *of_metric]))


def headline_of(playbook: Playbook, signals: Signals) -> str:
    """The signal whose number tells how bad it is: days of silence, or the recent value."""
    metric = signals.main_metric(playbook.when.signals)
    form = "days_silent" if reason_of(playbook) is Reason.SILENT else "recent"
    return f"{metric.name}.{form}" if metric else ""


def cause_of(playbook: Playbook, signals: Signals, facts: dict[str, Any]) -> dict[str, Any]:
    metric = signals.main_metric(playbook.when.signals)
    return {
        "reason": reason_of(playbook).value,
        "about": playbook.about,
        "metric": metric.name if metric else None,
        "terms": [[part.text, list(part.signals)] for part in playbook.when.parts],
        "at_open": facts.get(f"{metric.name}.recent") if metric else None,
    }


def plain(value: Any) -> Any:
    """A signal's value as JSON keeps it. Rounded: a card shows no ten-thousandths, and noise is no change."""
    if isinstance(value, date):
        return value.isoformat()
    return round(float(value), 4) if isinstance(value, float) else value
