"""Whom the surveys of a playbook passed over at an account, for whoever asks why."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messages.catalog import NotAsked
from bot.surveys.invitations import HELD
from models import Contact, Invitation

LATELY = timedelta(days=90)


def passed_over(session: Session, account_id: str, playbook: str, now: datetime) -> tuple[NotAsked, ...]:
    """In the last months, unless they were asked since; each once, the newest first."""
    here = (Invitation.account_id == account_id, Invitation.playbook == playbook, Invitation.asked_at > now - LATELY)
    rows = (
        select(Contact.id, Contact.name, Invitation.state, Invitation.held, Invitation.held_until)
        .join(Contact, Contact.id == Invitation.contact_id)
        .where(*here)
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    )
    newest: dict[str, NotAsked | None] = {}
    for contact, name, state, held, until in session.execute(rows):
        newest.setdefault(contact, NotAsked(name, held or "", until) if state == HELD else None)
    return tuple(one for one in newest.values() if one)
