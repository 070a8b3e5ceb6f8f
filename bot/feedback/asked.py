"""The question that a link leads to, with the answer that stands. Only looks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.feedback.record import MOST_VERSIONS, voter_of
from bot.surveys.links import SurveyLinks
from bot.surveys.means import zone_name
from bot.surveys.shelf import survey_of
from bot.surveys.survey import Survey
from models import Account, Contact, Invitation, Response


class Why(StrEnum):
    """Why a question can no longer be answered. `GONE`: it is not known any more, or the person or their company is not."""

    EXPIRED = "expired"
    GONE = "gone"


@dataclass(frozen=True)
class Shut:
    """There is nothing to answer any more. `language` is that in which the person was asked; None: that is not known either."""

    why: Why
    language: str | None = None


@dataclass(frozen=True)
class Question:
    """`standing` is the answer so far; `zone` is where the person is, None: nobody knows."""

    invitation: Invitation
    survey: Survey
    standing: Response | None
    zone: str | None

    @property
    def used_up(self) -> bool:
        return self.standing is not None and self.standing.versions >= MOST_VERSIONS


def question_of(session: Session, token: str, links: SurveyLinks, now: datetime) -> Question | Shut:
    """By the token of the invitation, which of an anonymous survey is forgotten with its end."""
    invitation = session.scalar(select(Invitation).where(Invitation.token == token))
    if invitation is None or invitation.expires_at is None:
        return Shut(Why.GONE)
    if invitation.expires_at <= now:
        return Shut(Why.EXPIRED, invitation.language)
    contact, account = session.get(Contact, invitation.contact_id), session.get(Account, invitation.account_id)
    survey = survey_of(session, invitation.survey, invitation.version)
    if survey is None or contact is None or contact.gone_at or account is None or account.gone_at:
        return Shut(Why.GONE, invitation.language)
    standing = session.scalar(select(Response).where(Response.voter == voter_of(invitation, links)))
    return Question(invitation, survey, standing, zone_name(contact, account))
