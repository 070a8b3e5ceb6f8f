"""What becomes of a survey's letters on their way: questions that are moot by the time they would leave, and those that reached nobody."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from models import Dispatch, Invitation

ASKED, UNSENT = "asked", "unsent"
QUESTION = "survey"
"""The name of the letter with the question; its reminder has another."""


def moot(session: Session, content: dict[str, Any], now: datetime) -> str | None:
    """Why the question of a letter is not to be put any more, in words. None: it is, or the letter is about none."""
    if "invitation" not in content:
        return None
    invitation = session.get(Invitation, content["invitation"])
    if invitation is None or invitation.state != ASKED:
        return "the question was given up"
    if invitation.answered:
        return "they have answered meanwhile"
    return "the question has expired" if invitation.expires_at and invitation.expires_at <= now else None


def reached_nobody(session: Session, dispatch: Dispatch) -> None:
    """Whoever never got the question does not count as asked. Of a reminder that is not so: the question came before it."""
    if "invitation" not in dispatch.content or dispatch.content["letter"] != QUESTION:
        return
    mine = (Invitation.id == dispatch.content["invitation"], Invitation.state == ASKED, ~Invitation.answered)
    session.execute(update(Invitation).where(*mine).values(state=UNSENT, remind_at=None))


def remind_no_more(session: Session, who: ColumnElement[bool]) -> None:
    """`who` is a condition on invitations."""
    session.execute(update(Invitation).where(Invitation.remind_at.is_not(None), who).values(remind_at=None))
