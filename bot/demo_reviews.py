"""The reviews that the sample company's enterprise accounts had before the demo began: two of them are due again."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import cycle
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.clock import day_of
from bot.sandbox.company import CAST
from bot.settings import Settings
from models import Account, Contact, Participant, Review

AGO: Final = (70, 12, 96, 25, 38, 19, 52, 9, 31, 44, 15, 27)
"""Days since the last one, by account: with 90 days between them the first is due soon, the third overdue."""
SAID: Final = (
    ("They like where it is going", "Roll out to the second site; we train its admins"),
    ("Reports came up again and again", "A custom export by the end of the quarter"),
    ("Their new director wants numbers", "We bring adoption by team to the next one"),
)


def add_reviews(session: Session, settings: Settings, now: datetime) -> int:
    """How many there are now. Adds none where there were any."""
    if session.scalar(select(exists().select_from(Review))):
        return 0
    started = Account.started_on < day_of(now, settings.zone) - timedelta(days=180)
    accounts = session.scalars(select(Account).where(started, Account.gone_at.is_(None)).order_by(Account.id))
    enterprise = [account for account in accounts if account.extra.get("segment") == "enterprise"]
    for account, ago, said in zip(enterprise, cycle(AGO), cycle(SAID)):
        at = datetime.combine(day_of(now, settings.zone) - timedelta(days=ago), time(10), settings.zone)
        review = _held(account, at, *said)
        session.add(review)
        session.flush()
        session.add_all(_people(session, review))
    return len(enterprise)


def _held(account: Account, at: datetime, note: str, decisions: str) -> Review:
    csm = next(person for person in CAST if person.email == account.owner_email)
    return Review(
        key=f"demo:{account.id}",
        uid=f"demo:{account.id}",
        account_id=account.id,
        type="qbr",
        state="held",
        starts_at=at,
        minutes=60,
        zone=csm.tz,
        organizer=csm.id,
        organizer_email=csm.email,
        organizer_name=csm.real_name,
        created_at=at - timedelta(days=20),
        created_by=csm.id,
        changed_at=at,
        note=note,
        decisions=decisions,
        closed_at=at + timedelta(hours=2),
        closed_by=csm.id,
    )


def _people(session: Session, review: Review) -> Iterator[Participant]:
    there = select(Contact).where(Contact.account_id == review.account_id, Contact.email.is_not(None)).order_by(Contact.id).limit(2)
    for contact in session.scalars(there):
        email = contact.email or ""
        yield Participant(review_id=review.id, email=email, name=contact.name, contact_id=contact.id, answer="accepted", told=0)
