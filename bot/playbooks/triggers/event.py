"""`{event: NAME}` — something happened to an account or a contact: a webhook, an answer, a ticket, a click."""

import re

from pydantic import field_validator
from sqlalchemy import String, and_, cast, exists, literal
from sqlalchemy.orm import aliased

from bot.accounts.signals import Signals
from bot.documents.words import shown, wrong
from bot.playbooks.triggers.trigger import Firing, Instant, Trigger
from models import Account, Event

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,59}")


class EventTrigger(Trigger):
    event: str

    @field_validator("event")
    @classmethod
    def is_a_name(cls, event: str) -> str:
        if not _NAME.fullmatch(event):
            raise wrong(f"found {shown(event)}", "allowed: a name such as ticket_solved, of a-z, 0-9, _ . and -")
        return event

    def firing(self, signals: Signals, instant: Instant) -> Firing:
        """Of several unhandled events of one account and contact the oldest; the next pass has the next one."""
        earlier = aliased(Event)
        same = and_(earlier.account_id == Event.account_id, earlier.contact_id == Event.contact_id, earlier.name == Event.name)
        waits = exists().where(same, earlier.handled_at.is_(None), earlier.id < Event.id)
        table = signals.table.join(Event, and_(Event.account_id == Account.id, Event.name == self.event, Event.handled_at.is_(None)))
        return Firing(table, ~waits, literal("event:") + cast(Event.id, String), Event.contact_id.expression)

    def in_words(self) -> str:
        return f"when the event {self.event} comes"
