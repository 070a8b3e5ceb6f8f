"""What the database knows of an alert's account: the beginning of its details, complete without any source."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.queries import contacts_of, signals_of
from bot.alerts.cards import cause_of, facts_of
from bot.alerts.history import history_of
from bot.alerts.people import load_people, person
from bot.alerts.queries import earlier_alerts
from bot.alerts.reasons import reasons_of
from bot.alerts.survey_card import told_by
from bot.alerts.world import World
from bot.clock import day_of
from bot.connectors.ports import RECORD
from bot.delivery.dispatches import STAYSAIL, address_of
from bot.delivery.keys import dispatch_subject
from bot.delivery.kinds import LETTER
from bot.messages import catalog as m
from bot.playbooks.overview import plays_of
from bot.playbooks.rulebook import Rulebook
from bot.team.sight import MONEY
from models import Account, Alert, Contact, Dispatch, Note, OutboxMessage, Source
from models.queries import traces_of

MOST = 20
PRIVATE = MONEY | set(RECORD)
"""Columns of money, and those in which people write about the account."""


@dataclass(frozen=True)
class Sight:
    """How somebody looks at an account. `money`: they see its money, and what people wrote about it. `tracked`: clicks are counted."""

    world: World
    rulebook: Rulebook
    money: bool
    tracked: bool


def details_of(session: Session, alert: Alert, account: Account, sight: Sight) -> m.DetailsModal:
    world, reasons = sight.world, reasons_of(session, [alert.id])[alert.id]
    people = load_people(session, [(alert.owner_email, account.owner_email)])
    sources = {source.name: source for source in session.scalars(select(Source))}
    told = told_by(session, alert)
    whole = m.DetailsModal(
        alert_id=alert.id,
        account=m.Account(account.id, account.name, account.url),
        cause=cause_of(alert, reasons, world),
        now=world.now(),
        facts=facts_of(alert, account, people, sources, world, reasons),
        signals=signals_of(session, sight.rulebook.signals, account.id),
        contacts=contacts_of(session, account.id),
        history=history_of(traces_of(session, alert.id)),
        earlier=earlier_alerts(session, account.id, world, besides=alert.id),
        plays=plays_of(session, sight.rulebook, account.id, world.now()),
        mail=mail_of(session, account.id, sight.tracked),
        notes=notes_of(session, account.id),
        answers=told.answers,
        answered_before=told.earlier,
        live=m.LiveFacts(gone_on=day_of(account.gone_at, world.zone) if account.gone_at else None),
    )
    return whole if sight.money else without_money(whole)


def without_money(modal: m.DetailsModal) -> m.DetailsModal:
    """The same for those who may not see money, nor what people wrote about the account."""
    return replace(
        modal,
        withheld=True,
        facts=replace(modal.facts, arr=None) if modal.facts else None,
        signals=tuple(signal for signal in modal.signals if signal.name not in PRIVATE),
        history=tuple(replace(line, note="") for line in modal.history),
        earlier=tuple(replace(alert, note="") for alert in modal.earlier),
        notes=(),
        answers=tuple(answer.without_words() for answer in modal.answers),
        answered_before=tuple(answer.without_words() for answer in modal.answered_before),
    )


def notes_of(session: Session, account_id: str) -> tuple[m.NoteLine, ...]:
    """What teammates wrote down, newest first."""
    newest = select(Note).where(Note.account_id == account_id).order_by(Note.at.desc(), Note.id.desc()).limit(MOST)
    return tuple(m.NoteLine(note.text, person(note.by), note.at, note.link) for note in session.scalars(newest))


def mail_of(session: Session, account_id: str, tracked: bool) -> tuple[m.MailLine, ...]:
    """The letters about an account, newest first."""
    newest = select(Dispatch).where(Dispatch.account_id == account_id, Dispatch.kind == LETTER)
    letters = session.scalars(newest.order_by(Dispatch.created_at.desc(), Dispatch.id.desc()).limit(MOST)).all()
    sent = _rows(session, letters)
    theirs = select(Contact.id, Contact.name).where(Contact.id.in_([letter.contact_id for letter in letters]))
    names = {row.id: row.name for row in session.execute(theirs)}
    return tuple(_mail(letter, sent.get(dispatch_subject(letter.id)), names.get(letter.contact_id, ""), tracked) for letter in letters)


def _rows(session: Session, letters: Sequence[Dispatch]) -> dict[str, OutboxMessage]:
    subjects = [dispatch_subject(letter.id) for letter in letters]
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.subject.in_(subjects)))
    return {row.subject: row for row in rows}


def _mail(letter: Dispatch, row: OutboxMessage | None, name: str, tracked: bool) -> m.MailLine:
    by, state = letter.content.get("by"), _state(row)
    return m.MailLine(
        subject=letter.content.get("subject") or "",
        to=name or letter.content.get("to_name") or address_of(letter),
        at=max(letter.created_at, row.due_at) if row else letter.created_at,
        by=person(by) if by and by != STAYSAIL else None,
        playbook=letter.content.get("playbook") or "",
        state=state,
        problem=(row.problem or "") if row and state is m.MailState.NOT_SENT else "",
        clicked=letter.clicked if tracked and letter.contact_id and state is m.MailState.SENT else None,
    )


def _state(row: OutboxMessage | None) -> m.MailState:
    """Withheld at the last moment: nothing was shown, and nothing is wanted any more."""
    if row is None or row.shown_at:
        return m.MailState.SENT
    return m.MailState.NOT_SENT if row.dead_at or row.shown_version >= row.wanted_version else m.MailState.WAITS
