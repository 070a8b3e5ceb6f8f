"""What a person did with a letter, as the card's history and the audit trail tell it."""

from datetime import datetime
from typing import Any

from bot.alerts.lifecycle import Change
from bot.alerts.record import trace_of
from bot.messages.catalog import Did
from models import Alert, Dispatch, Trace


def trace_of_letter(did: Did, letter: Dispatch, alert: Alert | None, who: str, now: datetime, **more: Any) -> Trace:
    """`alert`: the one that it was written about, if there is one."""
    content = letter.content
    detail = {"to": content["to_name"], "note": content["subject"], "dispatch": letter.id, "contact": letter.contact_id, **more}
    if alert:
        return trace_of(alert, Change({}, did.value, detail), who, now)
    return Trace(at=now, actor=who, what=did.value, account_id=letter.account_id, detail=detail)
