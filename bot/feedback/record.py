"""An answer comes in, and everything that follows from it, in one transaction: either all of it is there, or nothing is.

    Given ──► Response, its Answer ──► events that move plays
                                  └──► the alert of its account and wave, with its card

An anonymous answer is only that: no event, no alert, no trace, nothing that leads to whoever gave it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import day_of, start_of
from bot.errors import StaysailError
from bot.feedback.alerts import hear
from bot.feedback.groups import anonymous_groups, groups_of
from bot.settings import Settings
from bot.surveys.links import SurveyLinks
from bot.surveys.survey import Kind, band_of, event_of
from models import Answer, Event, Invitation, Response
from models.queries import keep_others_off

MOST_VERSIONS: Final = 20
LONGEST_COMMENT: Final = 5000
"""Characters."""
ANSWERED: Final = "survey_answered"


class UsedUp(StaysailError):
    """This question takes no further answer: its time is over, or it was answered too often."""


@dataclass(frozen=True)
class Given:
    """What somebody submitted. `score` is on the scale of the survey's kind; `language` is that of the page."""

    score: int
    comment: str = ""
    language: str = "en"


def record(session: Session, invitation: Invitation, given: Given, settings: Settings, links: SurveyLinks, now: datetime) -> Response:
    """The answer as it stands now. The same answer once more changes nothing.

    UsedUp: none is taken any more. ValueError: the score is not on the scale.
    """
    asked = _locked(session, invitation, now)
    standing = session.scalar(select(Response).where(Response.voter == voter_of(asked, links)))
    score, comment = given.score, _clean(given.comment)
    band = band_of(Kind(asked.kind), score).value
    moment = start_of(day_of(now, settings.zone), settings.zone) if asked.anonymous else now
    now_stands = {"score": score, "band": band, "comment": comment, "changed_at": moment}
    if standing and (standing.score, standing.comment) == (score, comment):
        return standing
    if standing and standing.versions >= MOST_VERSIONS:
        raise UsedUp("it was answered too often")
    before = standing.score if standing else None
    response = standing or _first(session, asked, voter_of(asked, links), settings, now)
    for name, value in now_stands.items():
        setattr(response, name, value)
    response.versions = (response.versions or 0) + 1
    _write(session, asked, response, given, moment)
    if not asked.anonymous:
        _tell(session, response, now)
        hear(session, response, before, settings, now)
    return response


def _locked(session: Session, invitation: Invitation, now: datetime) -> Invitation:
    """The invitation as it is now, kept off others. Its account too, before it: two answers of one wave share an alert."""
    if not invitation.anonymous:
        keep_others_off(session, [invitation.account_id])
    asked = session.get(Invitation, invitation.id, with_for_update=True, populate_existing=True)
    if asked is None or asked.token is None or (asked.expires_at is not None and asked.expires_at <= now):
        raise UsedUp("its time is over")
    return asked


def voter_of(asked: Invitation, links: SurveyLinks) -> str:
    """By what the answer to a question is known."""
    return links.voter(asked.token or "") if asked.anonymous else f"invitation:{asked.id}"


def _clean(comment: str) -> str:
    """PostgreSQL keeps no NUL, and nothing keeps half a character."""
    return comment.replace("\x00", "").encode("utf-8", "ignore").decode().strip()[:LONGEST_COMMENT]


def _first(session: Session, asked: Invitation, voter: str, settings: Settings, now: datetime) -> Response:
    """A new one, still without what was answered. Its id tells nothing: not who, not when, not in which order."""
    new = Response(
        id=uuid4().hex, voter=voter, survey=asked.survey, version=asked.version, kind=asked.kind, anonymous=asked.anonymous, language=""
    )
    if asked.anonymous:
        new.at = start_of(day_of(now, settings.zone), settings.zone)
        new.groups = anonymous_groups(session, asked, settings, now)
    else:
        new.at, new.wave, new.invitation_id, new.account_id, new.contact_id = now, asked.wave, asked.id, asked.account_id, asked.contact_id
        new.groups = groups_of(session, asked.account_id, settings, now)
    session.add(new)
    return new


def _write(session: Session, asked: Invitation, response: Response, given: Given, moment: datetime) -> None:
    """The language stays with whom it may lead to: of an anonymous answer it would narrow down whose it is."""
    if not asked.anonymous:
        response.language = given.language
    asked.answered, asked.remind_at = True, None
    session.flush()
    session.add(Answer(response_id=response.id, number=response.versions, score=response.score, comment=response.comment, at=moment))


def _tell(session: Session, response: Response, now: datetime) -> None:
    """What playbooks begin or go on with."""
    detailed = event_of(Kind(response.kind), band_of(Kind(response.kind), response.score))
    data: dict[str, Any] = {"survey": response.survey, "score": response.score, "response": response.id}
    about = {"at": now, "account_id": response.account_id, "contact_id": response.contact_id, "data": data}
    for name in (ANSWERED, detailed):
        session.add(Event(key=f"survey:{response.id}:{response.versions}:{name}", name=name, **about))
