"""The question whether a meeting was held: asked some time after its end, in its organizer's hours, and reminded of once.

Its message shows afterwards what came of the meeting.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_, select
from sqlalchemy.orm import Session

from bot.alerts.people import person
from bot.clock import Clock
from bot.database import Database
from bot.delivery import outbox
from bot.delivery.composed import Composed, Composer
from bot.delivery.dispatches import Telling, tell_once
from bot.delivery.keys import held_key, held_subject
from bot.delivery.kinds import NOTICE
from bot.messages import catalog as m
from bot.messages.numbers import day
from bot.messages.render import render
from bot.reviews import records
from bot.reviews.whom import organizers_zone, whom
from bot.settings import Settings
from models import Account, Alert, Dispatch, Participant, Reason, Review
from models.review import CANCELLED, SCHEDULED

KIND = "review-held"
REMIND_AFTER = timedelta(days=2)
"""Business days."""
MOST = 200
"""Reviews that are looked at in one pass; the next one takes those that are left."""
_REMINDED = "review-unanswered:"


@dataclass(frozen=True)
class Questions:
    """`settings` gives those of this moment."""

    database: Database
    settings: Callable[[], Settings]
    now: Clock

    async def run(self) -> Mapping[str, int]:
        """How many were asked, and how many reminded. A review whose turn it is not yet costs no more than being read."""
        settings, now = self.settings(), self.now()
        asked = reminded = 0
        for review_id in await self.database.read(waiting, settings, now):
            done = await self.database.run(look_after, settings, review_id, now)
            asked, reminded = asked + (done == "asked"), reminded + (done == "reminded")
        return {"asked": asked, "reminded_of_meetings": reminded}


def waiting(session: Session, settings: Settings, now: datetime) -> list[int]:
    """Those over of which nobody has said what came of them, and of which somebody is to be asked, or reminded, about now."""
    unreminded = and_(Review.asked_at <= now - REMIND_AFTER, ~exists().where(Dispatch.key == _reminder_of_row()))
    over = (Review.state == SCHEDULED, Review.starts_at <= now - settings.meetings.ask_after, or_(Review.asked_at.is_(None), unreminded))
    reviews = session.scalars(select(Review).where(*over).order_by(Review.starts_at, Review.id).limit(MOST))
    return [review.id for review in reviews if _turn_of(session, settings, review, now)]


def _reminder_of_row() -> ColumnElement[str]:
    return literal(_REMINDED) + cast(Review.id, String) + ":" + cast(Review.sequence, String)


def _turn_of(session: Session, settings: Settings, review: Review, now: datetime) -> str:
    """`ask`, `remind`, or nothing yet: it is not over long enough, or whoever is to be asked is not at work."""
    zone = organizers_zone(session, review, settings.zone).key
    if review.state != SCHEDULED or not settings.hours.is_open(now, zone):
        return ""
    if review.asked_at is None:
        return "ask" if review.ends_at + settings.meetings.ask_after <= now else ""
    return "remind" if settings.hours.after(review.asked_at, REMIND_AFTER, zone) <= now else ""


def look_after(session: Session, settings: Settings, review_id: int, now: datetime) -> str:
    """Asks, or reminds: what was done, if anything still was to be."""
    review, account = records.load_review(session, review_id, lock=True)
    match _turn_of(session, settings, review, now):
        case "ask":
            _ask(session, settings, review, now)
            return "asked"
        case "remind":
            _remind(session, settings, review, account, now)
            return "reminded"
    return ""


def _ask(session: Session, settings: Settings, review: Review, now: datetime) -> None:
    review.asked_at = now
    records.show(session, review)
    records.show_beside(session, review)
    to = whom(session, review, settings.manager_channel)
    outbox.enqueue(session, [outbox.New(held_key(review.id, review.sequence), held_subject(review.id), to, now)], now)


def _remind(session: Session, settings: Settings, review: Review, account: Account, now: datetime) -> None:
    on = day(review.starts_at.astimezone(organizers_zone(session, review, settings.zone)).date(), year=False)
    text = f"Was the meeting of {on} held? Nobody has said so yet: the question is above, in this conversation."
    content = {"text": text, "playbook": "", "account": account.name, "account_id": account.id}
    key = f"{_REMINDED}{review.id}:{review.sequence}"
    tell_once(session, Telling(NOTICE, key, whom(session, review, settings.manager_channel), content, account.id), now)


# --- what its message shows


def question_composer() -> Composer:
    return _compose


def _compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed]:
    reviews = session.scalars(select(Review).where(Review.id.in_(ids))).all()
    return {review.id: Composed(review.version, render(question_of(session, review.id))) for review in reviews}


def question_of(session: Session, review_id: int) -> m.HeldMessage:
    review, account = records.load_review(session, review_id)
    people = records.people_of(session, review)
    cancelled = review.state == CANCELLED
    return m.HeldMessage(
        review_id=review.id,
        state="moved" if review.state == SCHEDULED and review.asked_at is None else review.state,
        type=review.type,
        account=m.Account(account.id, account.name, account.url),
        at=review.starts_at,
        minutes=review.minutes,
        came=_named(one for one in people if one.came),
        absent=_named(one for one in people if one.came is False),
        invited=_named(people),
        decisions=review.decisions or "",
        note=review.note or "",
        mood=review.mood,
        tasks=_tasks(session, review),
        who=person(review.cancelled_by if cancelled else review.closed_by),
        said_at=review.cancelled_at if cancelled else review.closed_at,
    )


def _named(people: Iterable[Participant]) -> tuple[m.Invited, ...]:
    return tuple(m.Invited(one.name, one.email, one.slack_id, one.answer) for one in people)


def _tasks(session: Session, review: Review) -> tuple[m.AgreedTask, ...]:
    """Those that were set with it. They are few: an account's own since then."""
    if review.closed_at is None:
        return ()
    joined = select(Reason.cause, Alert.assigned_to).join(Alert, Alert.id == Reason.alert_id)
    mine = joined.where(Alert.account_id == review.account_id, Alert.card == m.CardName.TASK.value, Alert.opened_at == review.closed_at)
    rows = session.execute(mine.order_by(Alert.id)).all()
    return tuple(_task(cause, slack_id) for cause, slack_id in rows if cause.get("meeting", {}).get("review") == review.id)


def _task(cause: Mapping[str, Any], slack_id: str | None) -> m.AgreedTask:
    return m.AgreedTask(cause["what"], m.Person(slack_id=slack_id, email=cause["whom"]), date.fromisoformat(cause["due"]))
