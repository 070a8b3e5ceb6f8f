"""What a meeting is called, and the agenda that it is suggested to have, in the customer's language.

Everybody invited reads it: it names what the customer knows, never what teammates wrote, what somebody else there said, or money.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.queries import signal_row
from bot.alerts.cards import lead_of
from bot.clock import day_of
from bot.letters.facts import ContactFacts, CsmFacts, Draft, LetterFacts
from bot.letters.library import LetterBroken
from bot.messages import catalog as m
from bot.reviews.means import Means
from bot.reviews.place import Place
from models import Account, Alert, Contact, Reason, Response

LETTER = "review-agenda"
USAGE = frozenset({m.Reason.DROP.value, m.Reason.SILENT.value})
RENEWAL_WITHIN = timedelta(days=180)
RECENT = timedelta(days=90)
MOST_TASKS = 10


def draft(session: Session, means: Means, place: Place, type_: str, language: str, organizer: CsmFacts) -> Draft:
    """Its subject is the meeting's title. A letter of the team's own that cannot be written leaves the agenda empty."""
    extra = {"agenda": _facts(session, means, place, type_, organizer)}
    facts = facts_for(session, means, place.account, (ContactFacts("", ""), organizer), extra)
    try:
        return means.letters.draft(LETTER, language, facts)
    except LetterBroken:
        return Draft(place.account.name, "", language)


def facts_for(
    session: Session, means: Means, account: Account, people: tuple[ContactFacts, CsmFacts], extra: dict[str, Any]
) -> LetterFacts:
    """`people`: who reads the letter, and the organizer, who signs it."""
    reader, organizer = people
    row, nobody = signal_row(session, means.signals, account.id), Contact(name="", email="")
    signals = dict(row._mapping) if row is not None else {}
    facts = LetterFacts.of(nobody, account, day_of(means.now, means.world.zone), organizer, signals)
    return replace(facts, contact=reader, extra=extra)


def _facts(session: Session, means: Means, place: Place, type_: str, organizer: CsmFacts) -> dict[str, Any]:
    today, renewal = day_of(means.now, means.world.zone), place.account.renewal_on
    lead = lead_of(place.alert, place.reasons) if place.alert else None
    return {
        "type": type_,
        "organizer": organizer.name,
        "answers": [{"score": one.score, "on": day_of(one.at, means.world.zone)} for one in _answers(session, means, place)],
        "usage": lead is not None and lead.cause.get("reason") in USAGE,
        "renewal": renewal is not None and _is_near(renewal, today),
    }


def _is_near(day: date, today: date) -> bool:
    return today <= day <= today + RENEWAL_WITHIN


def _answers(session: Session, means: Means, place: Place) -> Sequence[Response]:
    """Those that the alert is about, else the account's of late. An anonymous one belongs to no account."""
    of_alert = select(Response).where(Response.alert_id == place.alert.id).order_by(Response.at) if place.alert else None
    if of_alert is not None and (found := session.scalars(of_alert).all()):
        return found
    late = select(Response).where(Response.account_id == place.account.id, Response.at > means.now - RECENT)
    return session.scalars(late.order_by(Response.at)).all()


def open_tasks(session: Session, account: Account) -> tuple[str, ...]:
    """What teammates have still to do about the account, the most pressing first."""
    joined = select(Reason.cause).join(Alert, Alert.id == Reason.alert_id)
    mine = joined.where(Alert.account_id == account.id, Alert.card == m.CardName.TASK.value, Alert.closed_at.is_(None))
    causes = session.scalars(mine.order_by(Alert.deadline, Alert.id).limit(MOST_TASKS)).all()
    return tuple(cause["what"] for cause in causes if cause.get("what"))
