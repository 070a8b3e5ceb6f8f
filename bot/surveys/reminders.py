"""After the question: one reminder to whoever has not answered, and the end of its time.

Reminders leave in the hours of surveys only, and wait while the contact ledger is full; what cannot leave before the question expires
does not leave at all. The reminder holds the same link.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL
from bot.bulk import add_all
from bot.clock import day_of
from bot.delivery.keys import invitation_key, reminder_key
from bot.delivery.touches import Touches, barred
from bot.errors import StaysailError
from bot.letters.facts import CsmFacts
from bot.log import log
from bot.surveys.asking import person_of
from bot.surveys.invitations import ASKED, Leaving, write_letters
from bot.surveys.letters import REMINDER, Asked, Reader, csms_of, letter_content
from bot.surveys.means import Means, zone_name
from bot.surveys.shelf import survey_of
from models import Account, Contact, Dispatch, Invitation, OutboxMessage, Trace
from models.queries import keep_others_off

BATCH = 300
NOT_YET_LEFT, BROKEN_AGAIN = timedelta(days=1), timedelta(hours=1)


def anything_due(session: Session, now: datetime) -> bool:
    """Both questions go along an index of what is still to come."""
    return bool(session.scalar(select(or_(exists().where(*_to_remind(now)), exists().where(*_to_forget(now))))))


def _to_remind(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Invitation.remind_at.is_not(None), Invitation.remind_at <= now


def _to_forget(now: datetime) -> tuple[Any, ...]:
    return Invitation.token.is_not(None), Invitation.anonymous, Invitation.expires_at <= now


@dataclass(frozen=True)
class Looked:
    """How many reminders were due, and how many of them leave."""

    due: int = 0
    sent: int = 0


def remind(session: Session, means: Means, now: datetime) -> Looked:
    """One batch, those that have waited the longest first."""
    due = select(Invitation).where(*_to_remind(now)).order_by(Invitation.remind_at, Invitation.id).limit(BATCH)
    invitations = session.scalars(due.with_for_update(skip_locked=True)).all()
    batch = _Batch.of(session, means, invitations, now)
    later = {invitation.id: batch.look(invitation) for invitation in invitations}
    if later:
        rows = [{"of": number, "at": at, "sent": now if number in batch.reminded else None} for number, at in later.items()]
        table: Any = Invitation.__table__
        mine = (table.c.id == bindparam("of"), table.c.remind_at.is_not(None))
        values: dict[str, Any] = {"remind_at": bindparam("at"), "reminded_at": bindparam("sent")}
        session.connection().execute(update(table).where(*mine).values(values), rows)
    batch.write()
    return Looked(len(later), len(batch.reminded))


@dataclass
class _Batch:
    session: Session
    means: Means
    now: datetime
    contacts: dict[str, Contact]
    accounts: dict[str, Account]
    left: set[str]
    csms: dict[str, CsmFacts]
    touches: Touches
    letters: list[Leaving] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)
    reminded: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, session: Session, means: Means, invitations: Sequence[Invitation], now: datetime) -> "_Batch":
        """Everything is read at once, and others are kept off the accounts."""
        ids = {invitation.account_id for invitation in invitations}
        if ids:
            keep_others_off(session, ids)
        contacts = session.scalars(select(Contact).where(Contact.id.in_({one.contact_id for one in invitations})))
        accounts = {account.id: account for account in session.scalars(select(Account).where(Account.id.in_(ids)))}
        keys = [invitation_key(invitation.id) for invitation in invitations]
        sent = select(OutboxMessage.dedup_key).where(OutboxMessage.dedup_key.in_(keys), OutboxMessage.shown_at.is_not(None))
        return cls(
            session=session,
            means=means,
            now=now,
            contacts={contact.id: contact for contact in contacts},
            accounts=accounts,
            left=set(session.scalars(sent)),
            csms=csms_of(session, accounts.values()),
            touches=Touches(session, ids, means.per_contact, means.per_account, now),
        )

    def look(self, invitation: Invitation) -> datetime | None:
        """When to look again. None: never; it leaves now, or is no longer to leave."""
        at = self._free_at(invitation)
        if at is None or (invitation.expires_at and at >= invitation.expires_at):
            return None
        return at if at > self.now else self._remind(invitation)

    def _free_at(self, invitation: Invitation) -> datetime | None:
        """When the reminder may leave. None: it is moot."""
        contact, account = self.contacts.get(invitation.contact_id), self.accounts[invitation.account_id]
        if invitation.state != ASKED or invitation.answered or contact is None or not self._is_reached(contact, account, invitation):
            return None
        if invitation_key(invitation.id) not in self.left:
            return self.now + NOT_YET_LEFT
        full = self.touches.full_until(account.id, contact.id)
        return self.means.hours.opens_at(full or self.now, zone_name(contact, account))

    def _is_reached(self, contact: Contact, account: Account, invitation: Invitation) -> bool:
        """Still the same person, who may be written to, at an account that is still a customer."""
        today = day_of(self.now, self.means.zone)
        left = account.gone_at or account.stage == "churned" or (account.churned_on and account.churned_on <= today)
        same = contact.gone_at is None and person_of(contact) == invitation.person
        return same and not left and barred(contact, essential=False) is None

    def _remind(self, invitation: Invitation) -> datetime | None:
        """Writes the letter. Gives when to try again if it cannot be written."""
        contact, account = self.contacts[invitation.contact_id], self.accounts[invitation.account_id]
        survey = survey_of(self.session, invitation.survey, invitation.version)
        if survey is None or invitation.token is None or invitation.expires_at is None:
            return None
        asked = Asked(survey, survey.wording(invitation.language, self.means.language), invitation.token, invitation.expires_at)
        reader = Reader(contact, account, self.csms.get(account.owner_email or ""))
        try:
            content = letter_content(self.means, reader, asked, REMINDER, self.now)
        except StaysailError as error:
            log.warning("reminder_not_written", invitation=invitation.id, problem=str(error))
            return self.now + BROKEN_AGAIN
        content |= {"playbook": invitation.playbook, "play": invitation.play_id, "invitation": invitation.id}
        key, what = reminder_key(invitation.id), f"survey:{survey.name}"
        self.letters.append(Leaving(key, self.now, account.id, contact.id, contact.email or "", what, content))
        self.touches.note(account.id, contact.id, self.now)
        self.traces.append(_trace(invitation, self.now))
        self.reminded.add(invitation.id)
        return None

    def write(self) -> None:
        write_letters(self.session, self.letters, self.now)
        add_all(self.session, Trace, self.traces)


def _trace(invitation: Invitation, now: datetime) -> dict[str, Any]:
    detail = {"survey": invitation.survey, "contact": invitation.contact_id}
    about = {"account_id": invitation.account_id, "playbook": invitation.playbook, "play_id": invitation.play_id}
    return {"at": now, "actor": STAYSAIL, "what": "survey_reminded", "detail": detail} | about


def forget(session: Session, now: datetime) -> int:
    """Nothing that is kept leads from an anonymous question that has expired to its answer: not the token, nor the links in the letters.
    That the contact was asked stays known. Returns how many of a batch."""
    over = session.scalars(select(Invitation.id).where(*_to_forget(now)).order_by(Invitation.expires_at).limit(BATCH)).all()
    session.execute(update(Invitation).where(Invitation.id.in_(over)).values(token=None, remind_at=None))
    keys = [key(number) for number in over for key in (invitation_key, reminder_key)]
    for letter in session.scalars(select(Dispatch).where(Dispatch.key.in_(keys))):
        letter.content = letter.content | {"text": "", "html": ""}
    return len(over)
