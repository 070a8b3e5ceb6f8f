"""What an account's people have said since the last review. Anonymous answers belong to no account, and stay out."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.reviews.picture import Answered
from models import Contact, Response, Theme, ThemeMark
from models.queries import themes_of

MOST_ANSWERS, MOST_THEMES = 30, 10
LATELY = timedelta(days=365)


def answers_since(session: Session, account_id: str, since: datetime, zone: ZoneInfo, words: bool) -> tuple[Answered, ...]:
    """As they stand now, the newest first. `words` False: what people wrote is not for the reader."""
    here = (Response.account_id == account_id, Response.anonymous.is_(False), Response.changed_at >= since)
    joined = select(Response, Contact.name).outerjoin(Contact, Contact.id == Response.contact_id)
    rows = session.execute(joined.where(*here).order_by(Response.changed_at.desc(), Response.id).limit(MOST_ANSWERS)).all()
    themes = themes_of(session, [response.id for response, _ in rows])
    return tuple(
        Answered(
            survey=one.survey,
            kind=one.kind,
            score=one.score,
            on=one.changed_at.astimezone(zone).date(),
            who=name or "",
            words=one.comment if words else "",
            themes=tuple(themes.get(one.id, ())),
            band=one.band,
            agreed=(one.agreed or "") if words else "",
            agreed_by=one.agreed_by if words else None,
        )
        for one, name in rows
    )


def open_themes(session: Session, account_id: str, now: datetime) -> tuple[str, ...]:
    """What their answers of the last year are about and the team has not dealt with yet, what they spoke of last first."""
    last = func.max(Response.changed_at)
    marked = select(Theme.name, last).join(ThemeMark, ThemeMark.theme_id == Theme.id).join(Response, Response.id == ThemeMark.response_id)
    theirs = marked.where(Response.account_id == account_id, Response.anonymous.is_(False), Response.changed_at >= now - LATELY)
    rows = theirs.where(Theme.closed_at.is_(None)).group_by(Theme.id, Theme.name).order_by(last.desc(), Theme.name).limit(MOST_THEMES)
    return tuple(name for name, _ in session.execute(rows))
