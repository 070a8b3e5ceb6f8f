"""What a card about a due review shows beside what every card does: the last one that was held, and how often it was left out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messages import catalog as m
from models import Participant, Review
from models.review import HELD, SKIPPED

CARD = m.CardName.REVIEW_DUE.value


@dataclass(frozen=True)
class Past:
    """Of one account: its held and skipped reviews, newest first, and who took part in them as far as anybody said, by review."""

    reviews: Sequence[Review] = ()
    people: Mapping[int, Sequence[str]] | None = None

    def last(self, zone: ZoneInfo) -> m.LastReview | None:
        review = next((review for review in self.reviews if review.state == HELD), None)
        if review is None:
            return None
        people = tuple((self.people or {}).get(review.id, ()))
        return m.LastReview(review.type, _day(review, zone), review.decisions or "", review.note or "", people)

    def skipped(self, type_: str) -> int:
        """How often in a row the newest ones of a type were left out."""
        count = 0
        for review in self.reviews:
            if review.type == type_ and review.state != SKIPPED:
                break
            count += review.type == type_
        return count


def _day(review: Review, zone: ZoneInfo) -> date:
    return review.starts_at.astimezone(zone).date()


def past_of(session: Session, accounts: Collection[str]) -> dict[str, Past]:
    """By account. Nothing is asked of the database without accounts."""
    if not accounts:
        return {}
    mine = select(Review).where(Review.account_id.in_(accounts), Review.state.in_((HELD, SKIPPED)))
    reviews = session.scalars(mine.order_by(Review.starts_at.desc(), Review.id.desc())).all()
    held = [review.id for review in reviews if review.state == HELD]
    people: dict[int, list[str]] = {}
    there = (Participant.review_id.in_(held), Participant.contact_id != "", Participant.gone_at.is_(None), Participant.came.is_not(False))
    for person in session.scalars(select(Participant).where(*there).order_by(Participant.id)) if held else ():
        people.setdefault(person.review_id, []).append(person.name)
    return {account: Past([review for review in reviews if review.account_id == account], people) for account in accounts}
