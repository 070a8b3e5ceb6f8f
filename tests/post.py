"""Dispatches in a database with a worker that sends them, without the rest of the house."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery import outbox
from bot.delivery.dispatches import Post, dispatch_aftermath, dispatch_composer
from bot.delivery.keys import dispatch_subject
from bot.delivery.limits import Limits
from bot.delivery.schemes import MAIL, WEBHOOK
from bot.delivery.sender import Sender
from bot.delivery.senders.email import SmtpSender, SmtpServer
from bot.delivery.senders.webhook import WebhookSender
from bot.delivery.worker import Worker
from bot.letters.facts import LetterFacts
from bot.letters.library import Letters
from bot.letters.links import LinkSigner
from models import Account, Contact, Dispatch, Event, OutboxMessage, Touch, Trace

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
SECRET = "a secret of tests"
SENDER = "Customer success <cs@ours.example>"
LINKS = LinkSigner("https://stay.ours.example/", SECRET)
POST = Post(SENDER, LINKS)
LETTERS = Letters(None, {"app": "https://app.ours.example/?a=1&b=2", "docs": "https://docs.ours.example"})


def worker_of(database: Database, senders: Mapping[str, Sender], post: Post | None = POST) -> Worker:
    composers = {"dispatch": dispatch_composer(post)}
    limits = Limits(50, {MAIL: 500, WEBHOOK: 500})
    return Worker(database, senders, composers, limits, lambda: NOW, aftermaths={"dispatch": dispatch_aftermath(lambda: NOW)})


def mail_worker(database: Database, url: str, post: Post = POST) -> Worker:
    return worker_of(database, {MAIL: SmtpSender(SmtpServer.read(url), SENDER)}, post)


def webhook_worker(database: Database) -> Worker:
    return worker_of(database, {WEBHOOK: WebhookSender(SECRET)})


def company(session: Session, **contact: Any) -> Contact:
    session.add(Account(id="a1", name="Acme", plan="Team", seats=5, polled_at=NOW))
    session.flush()
    values = {"id": "c1", "account_id": "a1", "name": "Jana Nováková", "email": "jana@acme.example", "role": "Admin", "polled_at": NOW}
    person = Contact(**values | contact)
    session.add(person)
    session.flush()
    return person


def letter(session: Session, contact: Contact, name: str = "welcome", language: str = "en", **content: Any) -> int:
    """Decided on: written, in the ledger, in the outbox. Returns the dispatch."""
    account = session.get_one(Account, contact.account_id)
    written = LETTERS.write(name, language, LetterFacts.of(contact, account, NOW.date()))
    body = {
        "letter": name,
        "language": written.language,
        "subject": written.subject,
        "text": written.text,
        "html": written.html,
        "from": None,
        "reply_to": "ann@ours.example",
        "to_name": contact.name,
        "essential": written.essential,
        "playbook": "onboarding",
    }
    number = enqueue(session, "letter", f"mailto:{contact.email}", body | content, contact.id)
    touch = Touch(at=NOW, account_id="a1", contact_id=contact.id, channel="email", what=name, playbook="onboarding", dispatch_id=number)
    session.add(touch)
    return number


def enqueue(session: Session, kind: str, channel: str, content: dict[str, Any], contact_id: str = "") -> int:
    recipient = channel.removeprefix("mailto:")
    dispatch = Dispatch(
        kind=kind, account_id="a1", contact_id=contact_id, recipient=recipient, content=content, created_at=NOW, play_id=None
    )
    session.add(dispatch)
    session.flush()
    outbox.enqueue(session, [outbox.New(f"effect:{dispatch.id}", dispatch_subject(dispatch.id), channel, NOW)], NOW)
    return dispatch.id


async def one_letter(database: Database, letter_name: str = "welcome", language: str = "en", **contact: Any) -> int:
    return await database.run(lambda session: letter(session, company(session, **contact), letter_name, language))


async def row_of(database: Database, dispatch_id: int) -> OutboxMessage:
    return await database.read(
        lambda session: session.scalars(select(OutboxMessage).where(OutboxMessage.subject == dispatch_subject(dispatch_id))).one()
    )


async def contact_of(database: Database, contact_id: str = "c1") -> Contact:
    return await database.read(lambda session: session.get_one(Contact, contact_id))


async def events_of(database: Database) -> list[tuple[str, str]]:
    return await database.read(lambda session: [(event.name, event.key) for event in session.scalars(select(Event).order_by(Event.id))])


async def traces_of(database: Database) -> list[str]:
    return await database.read(lambda session: list(session.scalars(select(Trace.what).order_by(Trace.id))))


async def touches_of(database: Database) -> int:
    return await database.read(lambda session: len(session.scalars(select(Touch.id)).all()))


async def change(database: Database, table: Any, **values: Any) -> None:
    await database.run(lambda session: session.execute(update(table).values(values)) and None)
