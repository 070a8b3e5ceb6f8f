"""Decks to be made, and how far each has come. What is known of the attempts stands with the brief's dispatch, under `deck`:

    {"tries": 2, "retry_at": "2026-11-23T08:04:00+00:00"}     written before an attempt begins, so that a crash is followed by a pause too
    {…, "failed": "…"}                                        given up, and told

`retry_at` is the machine's clock. `reviews.deck_at` is set when the file stands in the thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.dispatches import Telling, tell_once
from bot.delivery.keys import brief_subject, deck_key
from bot.delivery.kinds import DECK
from models import Dispatch, OutboxMessage, Review
from models.review import SCHEDULED

AT_A_TIME = 10
"""Decks of one run: the rest follow a minute later."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30))
"""After each attempt. The first is longer than Slack takes to show a file in its thread."""
MOST = len(PAUSES) + 1


@dataclass(frozen=True)
class Order:
    """A deck that is to go into the thread of its brief. `content` is the brief's; `tries`: attempts that began before."""

    review_id: int
    starts_at: datetime
    dispatch_id: int
    channel_id: str
    ts: str
    tries: int
    content: Mapping[str, Any]


def due_decks(session: Session, now: datetime, machine_now: datetime) -> list[Order]:
    """Of meetings that are still ahead, whose brief stands in Slack; the next ones first."""
    ahead = (Review.state == SCHEDULED, Review.briefed_at.is_not(None), Review.deck_at.is_(None), Review.starts_at > now)
    reviews = session.scalars(select(Review).where(*ahead).order_by(Review.starts_at, Review.id)).all()
    briefs = {review.id: brief for review in reviews if (brief := _brief_of(session, review))}
    subjects = [brief_subject(brief.id) for brief in briefs.values()]
    posted = (OutboxMessage.subject.in_(subjects), OutboxMessage.ts.is_not(None), OutboxMessage.channel_id.is_not(None))
    places = {row.subject: (row.channel_id or "", row.ts or "") for row in session.scalars(select(OutboxMessage).where(*posted))}
    return [
        Order(review.id, review.starts_at, brief.id, *place, _state(brief).get("tries", 0), brief.content)
        for review in reviews
        if (brief := briefs.get(review.id)) and (place := places.get(brief_subject(brief.id))) and _is_free(brief, machine_now)
    ][:AT_A_TIME]


def _brief_of(session: Session, review: Review) -> Dispatch | None:
    """The newest for the time at which the meeting is to be: other people, or another agenda, leave it as it is."""
    mine = select(Dispatch).where(Dispatch.key.startswith(f"brief:{review.id}:"), Dispatch.account_id == review.account_id)
    briefs = session.scalars(mine.order_by(Dispatch.id.desc())).all()
    return next((brief for brief in briefs if datetime.fromisoformat(brief.content["picture"]["at"]) == review.starts_at), None)


def _state(brief: Dispatch) -> dict[str, Any]:
    return dict(brief.content.get("deck") or {})


def _is_free(brief: Dispatch, machine_now: datetime) -> bool:
    state = _state(brief)
    return "failed" not in state and ("retry_at" not in state or datetime.fromisoformat(state["retry_at"]) <= machine_now)


def begin(session: Session, order: Order, machine_now: datetime) -> bool:
    """False: the meeting has changed meanwhile, or somebody else has begun."""
    brief, review = _locked(session, order)
    if review is None or brief is None or _state(brief).get("tries", 0) != order.tries:
        return False
    pause = PAUSES[min(order.tries, len(PAUSES) - 1)]
    _keep(brief, {"tries": order.tries + 1, "retry_at": (machine_now + pause).isoformat()})
    return True


def settle(session: Session, order: Order, now: datetime) -> None:
    """The file stands in the thread."""
    _, review = _locked(session, order)
    if review is not None:
        review.deck_at = now


def give_up(session: Session, order: Order, why: str, now: datetime) -> None:
    """Told once, in the organizer's conversation."""
    brief, review = _locked(session, order)
    if brief is None or review is None:
        return
    _keep(brief, _state(brief) | {"failed": why})
    content = {"type": review.type, "why": why}
    tell_once(session, Telling(DECK, deck_key(order.dispatch_id), brief.recipient, content, review.account_id), now)


def _locked(session: Session, order: Order) -> tuple[Dispatch | None, Review | None]:
    """The review only while it is still the meeting of the brief, and has no deck."""
    review = session.get(Review, order.review_id, with_for_update=True)
    same = review is not None and (review.starts_at, review.state, review.deck_at) == (order.starts_at, SCHEDULED, None)
    return session.get(Dispatch, order.dispatch_id), review if same else None


def _keep(brief: Dispatch, state: Mapping[str, Any]) -> None:
    brief.content = {**brief.content, "deck": dict(state)}
