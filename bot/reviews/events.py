"""A review's entry in its organizer's own calendar, where the settings name calendars: one row of the outbox, written with the change.

What the entry looks like is loaded only when there is one: it needs a library that takes its time.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.alerts.world import World
from bot.delivery import outbox
from bot.delivery.composed import WITHHELD, Aftermath, Composed, Composer, Withheld
from bot.delivery.keys import event_key, event_subject
from bot.delivery.schemes import CALENDAR
from bot.settings import Settings
from models import OutboxMessage, Review

KIND = "review-event"
NO_CALENDAR = "the settings name no calendars any more"


def write(session: Session, review: Review, now: datetime) -> None:
    """It is to stand there as the review does. One that could not be written is tried again: its cause may have been cured."""
    key = event_key(review.id)
    outbox.enqueue(session, [outbox.New(key, event_subject(review.id), f"{CALENDAR}:{review.organizer_email}", now)], now)
    dead = session.scalar(select(OutboxMessage.id).where(OutboxMessage.dedup_key == key, OutboxMessage.dead_at.is_not(None)))
    if dead is not None:
        outbox.resend(session, dead)


def show(session: Session, review: Review) -> None:
    """Brings it up to date, where it stands."""
    outbox.refresh(session, event_subject(review.id), review.version)


def is_written(session: Session, review: Review) -> bool:
    """Whether it stands there, or will."""
    return bool(session.scalar(select(exists().where(OutboxMessage.dedup_key == event_key(review.id), OutboxMessage.dead_at.is_(None)))))


def event_composer(settings: Callable[[], Settings], world: World) -> Composer:
    def compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed | Withheld]:
        reviews = session.scalars(select(Review).where(Review.id.in_(ids))).all()
        if settings().meetings.calendar is None:
            return {review.id: Withheld(NO_CALENDAR) for review in reviews}
        from bot.reviews.events_shown import entry_of  # noqa: PLC0415

        return {review.id: Composed(review.version, entry_of(session, settings(), world, review)) for review in reviews}

    return compose


def event_aftermath(settings: Callable[[], Settings], world: World) -> Aftermath:
    """What cannot be written goes by mail, as where no calendars are set."""

    def after(session: Session, review_id: int, what: str, _why: str) -> None:
        review = session.get_one(Review, review_id, with_for_update=True)
        if what != WITHHELD and settings().email and not _tells(session, review):
            from bot.reviews.events_shown import mail_instead  # noqa: PLC0415

            mail_instead(session, settings(), world, review)

    return after


def _tells(session: Session, review: Review) -> bool:
    """Whether what stands there is of the last change that everybody was told of; answers may be missing."""
    where = session.scalar(select(OutboxMessage.ts).where(OutboxMessage.dedup_key == event_key(review.id)))
    return (where or "").endswith(f"#{review.sequence}")
