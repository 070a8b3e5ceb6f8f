"""`email`, `notify`, `webhook`: what leaves once, as it was written when it was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.bulk import add_all, inserting
from bot.clock import day_of
from bot.delivery import outbox
from bot.delivery.keys import dispatch_subject
from bot.letters.facts import CsmFacts, LetterFacts
from bot.playbooks.due import Due
from bot.playbooks.effects.doing import Doing, People, recipients
from bot.playbooks.ledger import Ledger, Send
from bot.playbooks.rulebook import House
from bot.playbooks.steps import OWNER
from models import Account, Contact, Dispatch, Touch


@dataclass(frozen=True)
class Leaving:
    """A row to be: what it is, to whom and when. `contact`: the customer whom it touches."""

    doing: Doing
    kind: str
    channel: str
    recipient: str
    content: dict[str, Any]
    due_at: datetime
    contact: Contact | None = None


def dispatch(session: Session, leaving: Sequence[Leaving], now: datetime) -> None:
    if not leaving:
        return
    rows = [_row(one, now) for one in leaving]
    adding, values = inserting(session, Dispatch, rows)
    added = session.execute(adding.returning(Dispatch.id, Dispatch.play_id, Dispatch.effect), values)
    ids = {(play_id, effect): number for number, play_id, effect in added}
    numbered = [(one, ids[one.doing.due.play_id, one.doing.visit.number]) for one in leaving]
    outbox.enqueue(session, [outbox.New(one.doing.key, dispatch_subject(number), one.channel, one.due_at) for one, number in numbered], now)
    add_all(session, Touch, [_touch(one, number) for one, number in numbered if one.contact])
    for one, number in numbered:
        one.doing.detail["dispatch"] = number


def _row(one: Leaving, now: datetime) -> dict[str, Any]:
    due = one.doing.due
    return {
        "kind": one.kind,
        "play_id": due.play_id,
        "effect": one.doing.visit.number,
        "account_id": due.account_id,
        "contact_id": one.contact.id if one.contact else "",
        "recipient": one.recipient,
        "content": one.content,
        "created_at": now,
    }


def _touch(one: Leaving, number: int) -> dict[str, Any]:
    due = one.doing.due
    return {
        "at": one.due_at,
        "account_id": due.account_id,
        "contact_id": one.contact.id if one.contact else "",
        "channel": "email",
        "what": one.content["letter"],
        "playbook": due.playbook.name,
        "dispatch_id": number,
    }


def notices(session: Session, doings: list[Doing], house: House, now: datetime) -> list[Leaving]:
    people = People.load(session, recipients(doings, lambda doing: doing.step.notify.to), house.managers)
    return [_notice(doing, people, house, now) for doing in doings]


def _notice(doing: Doing, people: People, house: House, now: datetime) -> Leaving:
    """It waits for the business hours of whoever is told: a person's where they are, a channel's where the workspace is."""
    due, notify = doing.due, doing.step.notify
    channel = people.channel(notify.to, due.owner_email, due.channel)
    content = {"text": notify.text, "playbook": due.playbook.name, "account": due.account_name, "account_id": due.account_id}
    due_at = house.hours.opens_at(now, people.zone(due.owner_email if notify.to == OWNER else notify.to))
    return Leaving(doing, "notice", channel, channel, content, due_at)


def webhooks(doings: list[Doing], now: datetime) -> list[Leaving]:
    return [_webhook(doing, now) for doing in doings]


def _webhook(doing: Doing, now: datetime) -> Leaving:
    due, hook = doing.due, doing.step.webhook
    body = {
        "playbook": due.playbook.name,
        "version": due.playbook.version,
        "play": due.play_id,
        "step": doing.visit.path,
        "account": {"id": due.account_id, "name": due.account_name},
        "contact": due.contact_id or None,
        "at": now.isoformat(),
        "data": hook.body,
    }
    return Leaving(doing, "webhook", hook.url, hook.url, {"url": hook.url, "body": body}, now)


class Writer:
    """Writes letters for a batch: the accounts, contacts and CSMs are read once."""

    def __init__(self, session: Session, house: House, plays: Sequence[Due], now: datetime) -> None:
        self._house, self._now, self._today = house, now, day_of(now, house.zone)
        wanted = {play.account_id for play in plays}
        found = session.scalars(select(Account).where(Account.id.in_(wanted))) if wanted else ()
        self._accounts = {account.id: account for account in found}
        self._people = People.load(session, {play.owner_email for play in plays}, house.managers)

    def letter(self, doing: Doing, send: Send, ledger: Ledger) -> Leaving:
        """Raises LetterBroken (a StaysailError) when its template cannot be filled."""
        house, due, email = self._house, doing.due, doing.step.email
        assert house.letters is not None
        account, contact = self._accounts[due.account_id], send.contact
        reader = contact or Contact(name=self._name_of(send.address), email=send.address)
        facts = LetterFacts.of(reader, account, self._today, self._csm(due.owner_email), due.facts)
        written = house.letters.write(email.letter, email.language or reader.locale or account.locale, facts)
        content = {
            "letter": email.letter,
            "language": written.language,
            "subject": written.subject,
            "text": written.text,
            "html": written.html,
            "from": house.sender,
            "reply_to": due.owner_email,
            "to_name": reader.name,
            "essential": written.essential,
            "playbook": due.playbook.name,
        }
        due_at = house.hours.opens_at(self._now, due.timezone) if contact else self._now
        if contact:
            ledger.sent(due.account_id, contact, due_at)
        doing.detail.update(letter=email.letter, language=written.language, to=reader.name, subject=written.subject)
        return Leaving(doing, "letter", f"mailto:{send.address}", send.address, content, due_at, contact)

    def _csm(self, email: str | None) -> CsmFacts | None:
        return CsmFacts(self._name_of(email), email) if email else None

    def _name_of(self, email: str) -> str:
        teammate = self._people.of(email)
        return teammate.name if teammate else email
