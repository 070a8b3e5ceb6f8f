"""The two letters of a survey: the question, and the reminder of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_of
from bot.clock import day_of
from bot.functions import any_case
from bot.letters.facts import CsmFacts, LetterFacts
from bot.surveys.means import Means, zone_name
from bot.surveys.survey import Survey, Wording
from models import Account, Contact, Teammate

LETTER, REMINDER = "survey", "survey-reminder"


@dataclass(frozen=True)
class Reader:
    """Who gets it. `csm` None: the account has nobody."""

    contact: Contact
    account: Account
    csm: CsmFacts | None = None


@dataclass(frozen=True)
class Asked:
    """What is asked, in one language. `token` is the invitation's."""

    survey: Survey
    wording: Wording
    token: str
    expires_at: datetime


def letter_content(means: Means, reader: Reader, asked: Asked, name: str, now: datetime) -> dict[str, Any]:
    """What its dispatch holds, without what only the caller knows. `name`: LETTER or REMINDER. Raises LetterBroken."""
    facts = LetterFacts.of(reader.contact, reader.account, day_of(now, means.zone), reader.csm)
    extra = {"survey": _facts(means, reader, asked, name)}
    written = means.letters.write(name, asked.wording.language, replace(facts, extra=extra))
    return {
        "letter": name,
        "language": written.language,
        "subject": written.subject,
        "text": written.text,
        "html": written.html,
        "from": means.sender,
        "reply_to": reader.account.owner_email,
        "to_name": reader.contact.name,
        "essential": written.essential,
        "survey": asked.survey.name,
    }


def _facts(means: Means, reader: Reader, asked: Asked, name: str) -> dict[str, Any]:
    wording, links = asked.wording.naming(means.company), means.links
    zone = zone_name(reader.contact, reader.account)
    local = asked.expires_at.astimezone(zone_of(zone) if zone else means.zone)
    return {
        "question": wording.question,
        "low": wording.low,
        "high": wording.high,
        "company": means.company,
        "scores": [{"score": score, "url": url} for score, url in links.scores(asked.token, asked.survey.scale).items()],
        "page": links.page(asked.token),
        "expires": local.date(),
        "reminder": name == REMINDER,
        "anonymous": asked.survey.anonymous,
    }


def csms_of(session: Session, accounts: Collection[Account]) -> dict[str, CsmFacts]:
    """Who looks after these accounts, by the address as the accounts have it."""
    emails = {account.owner_email for account in accounts if account.owner_email}
    if not emails:
        return {}
    lower = {email.lower() for email in emails}
    found = select(any_case(Teammate.email), Teammate.name).where(any_case(Teammate.email).in_(lower))
    names = {row[0]: row[1] for row in session.execute(found)}
    return {email: CsmFacts(names.get(email.lower(), email), email) for email in emails}
