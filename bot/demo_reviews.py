"""The reviews that the sample company's enterprise accounts had before the demo began: two of them are due again."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import accumulate, cycle
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.clock import day_of
from bot.sandbox.company import CAST
from bot.sandbox.company.cast import JANA
from bot.settings import Settings
from models import Account, Contact, Participant, Review

AGO: Final = (70, 12, 96, 25, 38, 19, 52, 9, 31, 44, 15, 27)
"""Days since the last one, by account: with 90 days between them the first is due soon, the third overdue."""
BEFORE: Final = (97, 92, 104, 118, 131)
"""Days between each and the one before it, backwards: the team has become more punctual over the year."""
EVERY_SIXTH: Final = 6
"""Account: its customer did not come at first, so that the last one was held two weeks later."""
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
    for number, (account, ago) in enumerate(zip(enterprise, cycle(AGO))):
        for review in _past(account, day_of(now, settings.zone) - timedelta(days=ago), settings, number):
            session.add(review)
            session.flush()
            session.add_all(_people(session, review))
    _add_just_over(session, enterprise, now)
    return len(enterprise)


def _add_just_over(session: Session, enterprise: Sequence[Account], now: datetime) -> None:
    """A call of Jana's that has just ended: nobody has said yet what came of it."""
    account = next((account for account in enterprise if account.owner_email == JANA.email), None)
    if account is None:
        return
    at = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    review = _held(account, at, "", "")
    review.key = review.uid = f"demo:over:{account.id}"
    review.type, review.state, review.minutes, review.alert_id = "call", "scheduled", 30, None
    review.note = review.decisions = review.closed_at = review.closed_by = None
    review.agenda = "- Where the roll-out stands\n- Your questions\n- What we do next, and by when"
    session.add(review)
    session.flush()
    session.add_all(_people(session, review))


def _past(account: Account, last: date, settings: Settings, number: int) -> Iterator[Review]:
    """The newest first."""
    days = [last - timedelta(days=ago) for ago in accumulate(BEFORE, initial=0)]
    since = [day for day in days if account.started_on is None or day > account.started_on]
    for at, day in enumerate(since, number):
        yield _held(account, datetime.combine(day, time(10), settings.zone), *SAID[at % len(SAID)])
    if number % EVERY_SIXTH == 1:
        review = _held(account, datetime.combine(last - timedelta(days=14), time(10), settings.zone), "", "")
        review.state, review.note, review.decisions = "no_show", None, None
        yield review


def _held(account: Account, at: datetime, note: str, decisions: str) -> Review:
    csm = next(person for person in CAST if person.email == account.owner_email)
    return Review(
        key=f"demo:{account.id}:{at:%Y-%m-%d}",
        uid=f"demo:{account.id}:{at:%Y-%m-%d}",
        account_id=account.id,
        type="qbr",
        state="held",
        starts_at=at,
        minutes=60,
        zone=csm.tz,
        organizer=csm.id,
        organizer_email=csm.email,
        organizer_name=csm.real_name,
        owner_email=account.owner_email,
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
