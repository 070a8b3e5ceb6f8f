"""What a meeting is called, and the agenda that it is suggested to have, in the customer's language.

Everybody invited reads it: it names what the customer knows and what was agreed with them, the topics of what they asked for, never what
teammates wrote, what somebody there said, or money.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.queries import signal_row
from bot.alerts.cards import lead_of
from bot.alerts.review_card import past_of
from bot.clock import day_of
from bot.letters.broken import LetterBroken
from bot.letters.clean import line
from bot.letters.facts import ContactFacts, CsmFacts, Draft, LetterFacts
from bot.messages import catalog as m
from bot.reviews.means import Means
from bot.reviews.place import Place
from models import Account, Alert, Contact, Reason, Response, Theme, ThemeMark

LETTER = "review-agenda"
USAGE = frozenset({m.Reason.DROP.value, m.Reason.SILENT.value})
RENEWAL_WITHIN = timedelta(days=180)
RECENT = timedelta(days=90)
MOST_TASKS, MOST_ASKS = 10, 5
GOALS, TICKETS = "goals", "tickets.open"
"""The CRM's column in which a customer's goals stand, and the signal that counts their open tickets."""
LOOKS_BACK = frozenset({m.ReviewType.QBR, m.ReviewType.EBR, m.ReviewType.RENEWAL})
LONGEST = 300


def draft(session: Session, means: Means, place: Place, type_: str, language: str, organizer: CsmFacts) -> Draft:
    """Its subject is the meeting's title. A letter of the team's own that cannot be written leaves the agenda empty."""
    facts = facts_for(session, means, place.account, (ContactFacts("", ""), organizer), {})
    agenda = _facts(session, means, place, type_, organizer) | {"tickets": facts.signals.get(TICKETS) or 0}
    try:
        return means.letters.draft(LETTER, language, replace(facts, extra={"agenda": agenda}))
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
    answers = _answers(session, means, place)
    last = past_of(session, [place.account.id])[place.account.id].last(means.world.zone)
    return {
        "type": type_,
        "organizer": organizer.name,
        "goals": line(str(place.account.extra.get(GOALS) or ""), LONGEST) if type_ != m.ReviewType.CALL else "",
        "agreed": {"on": last.on, "what": line(last.decisions, LONGEST)} if last and last.decisions and type_ in LOOKS_BACK else None,
        "answers": [{"score": one.score, "on": day_of(one.at, means.world.zone)} for one in answers],
        "asks": _asks(session, [one.id for one in answers]),
        "usage": lead is not None and lead.cause.get("reason") in USAGE,
        "renewal": renewal is not None and _is_near(renewal, today),
    }


def _asks(session: Session, answers: Sequence[str]) -> list[str]:
    """The themes of these answers that nobody has dealt with yet."""
    marked = select(Theme.name).join(ThemeMark, ThemeMark.theme_id == Theme.id)
    mine = marked.where(ThemeMark.response_id.in_(answers), Theme.closed_at.is_(None))
    return list(session.scalars(mine.distinct().order_by(Theme.name).limit(MOST_ASKS))) if answers else []


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
