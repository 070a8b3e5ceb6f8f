"""The message with a brief, as it was written. When the meeting is off, or at another time, it is not sent; one that was sent says so."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.composed import Composed, Composer, Withheld
from bot.delivery.keys import brief_subject
from bot.messages import catalog as m
from bot.messages.render import render
from bot.reviews import picture
from models import Dispatch, OutboxMessage, Review
from models.review import CANCELLED, SCHEDULED

KIND = "brief"


def brief_composer() -> Composer:
    return _compose


def _compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed | Withheld]:
    briefs = session.scalars(select(Dispatch).where(Dispatch.id.in_(ids))).all()
    rows = select(OutboxMessage.subject).where(OutboxMessage.subject.in_([brief_subject(one.id) for one in briefs]))
    posted = set(session.scalars(rows.where(OutboxMessage.ts.is_not(None))))
    return {brief.id: _composed(session, brief, brief_subject(brief.id) in posted) for brief in briefs}


def _composed(session: Session, brief: Dispatch, posted: bool) -> Composed | Withheld:
    message = message_of(brief)
    review = session.get_one(Review, message.picture.review_id)
    if not posted and review.state != SCHEDULED:
        return Withheld("the meeting is no longer to take place")
    if not posted and review.briefed_at != brief.created_at:
        return Withheld("the meeting was moved: another brief follows")
    moved_to = review.starts_at if review.starts_at != message.picture.at else None
    return Composed(brief.version, render(replace(message, moved_to=moved_to, cancelled=review.state == CANCELLED)))


def message_of(brief: Dispatch) -> m.ReviewBrief:
    charts = tuple(m.BriefChart(**chart) for chart in brief.content["charts"])
    return m.ReviewBrief(picture=picture.read(brief.content["picture"]), charts=charts)
