"""The message with a brief, as it was written; it is not sent any more when the meeting is off, or at another time."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.composed import Composed, Composer, Withheld
from bot.messages import catalog as m
from bot.messages.render import render
from bot.reviews import picture
from models import Dispatch, Review
from models.review import SCHEDULED

KIND = "brief"


def brief_composer() -> Composer:
    return _compose


def _compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed | Withheld]:
    briefs = session.scalars(select(Dispatch).where(Dispatch.id.in_(ids))).all()
    return {brief.id: _composed(session, brief) for brief in briefs}


def _composed(session: Session, brief: Dispatch) -> Composed | Withheld:
    message = message_of(brief)
    review = session.get(Review, message.picture.review_id)
    if review is None or review.state != SCHEDULED:
        return Withheld("the meeting is no longer to take place")
    if review.starts_at != message.picture.at:
        return Withheld("the meeting was moved: another brief follows")
    return Composed(brief.version, render(message))


def message_of(brief: Dispatch) -> m.ReviewBrief:
    charts = tuple(m.BriefChart(**chart) for chart in brief.content["charts"])
    return m.ReviewBrief(picture=picture.read(brief.content["picture"]), charts=charts)
