"""The lists of /stay themes: every theme, the answers of one, and the answers that have none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, false, func, select
from sqlalchemy.orm import Session

from bot.alerts.people import person
from bot.feedback.growth import Counts, counts_of
from bot.feedback.theme_answers import few_anonymous, reads, shown_here, themed
from bot.feedback.themes import every_theme, theme_named
from bot.functions import any_case
from bot.messages import catalog as m
from bot.settings import Settings
from bot.team.roles import Actor
from models import Account, Response, Theme, ThemeMark

UNMARKED_FOR = timedelta(days=180)
"""Answers that are older and have no theme are no longer offered."""
LOOKED_AT = 10
Place = tuple[str, Theme | None]


def themes_page(session: Session, settings: Settings, actor: Actor, page: int, now: datetime) -> m.ThemesAnswer:
    every = every_theme(session, settings.surveys.themes)
    counts = counts_of(session, [theme.id for _, theme in every if theme], now)

    def rank(place: Place) -> tuple[bool, int, int, bool, str]:
        name, theme = place
        found = counts.get(theme.id, Counts()) if theme else Counts()
        return theme is not None and theme.closed_at is not None, -found.recent, -found.before, theme is None, name.lower()

    size = m.ThemesAnswer.PAGE_SIZE
    page = min(max(page, 1), max(1, -(-len(every) // size)))
    shown = sorted(every, key=rank)[(page - 1) * size : page * size]
    return m.ThemesAnswer(
        lines=tuple(_line(session, settings, actor, place, counts) for place in shown),
        total=len(every),
        page=page,
        unmarked=session.scalar(select(func.count()).select_from(_unmarked(session, settings, actor, now).subquery())) or 0,
    )


def _line(session: Session, settings: Settings, actor: Actor, place: Place, counts: dict[int, Counts]) -> m.ThemeLine:
    name, theme = place
    if theme is None:
        return m.ThemeLine(name)
    found = counts.get(theme.id, Counts())
    closed = m.Closing(theme.closed_at, person(theme.closed_by), theme.done or "") if theme.closed_at else None
    ever = session.scalar(select(func.count()).where(ThemeMark.theme_id == theme.id)) or 0
    return m.ThemeLine(name, theme.id, found.recent, found.before, ever, closed, _last(session, settings, actor, theme.id))


def _last(session: Session, settings: Settings, actor: Actor, theme_id: int) -> m.ThemedAnswer | None:
    """The newest of the last answers with words that the reader may see."""
    said = _of_theme(session, theme_id).where(Response.comment != "").limit(LOOKED_AT)
    found = themed(session, session.scalars(said).all(), reads(actor, settings.roles))
    return next((one for one in found if not one.withheld), None)


def _of_theme(session: Session, theme_id: int) -> Select[Response]:
    """Newest first; anonymous ones only where they are not just a few."""
    mine = select(Response).join(ThemeMark, ThemeMark.response_id == Response.id).where(ThemeMark.theme_id == theme_id)
    if few_anonymous(session, theme_id):
        mine = mine.where(~Response.anonymous)
    return mine.order_by(Response.at.desc(), Response.id)


def answers_page(session: Session, settings: Settings, actor: Actor, theme_id: int, page: int) -> m.ThemeAnswersModal:
    theme, size = theme_named(session, theme_id), m.ThemeAnswersModal.PAGE_SIZE
    mine = _of_theme(session, theme_id)
    total = session.scalar(select(func.count()).select_from(mine.order_by(None).subquery())) or 0
    every = session.scalar(select(func.count()).where(ThemeMark.theme_id == theme_id)) or 0
    page = min(max(page, 1), max(1, -(-total // size)))
    responses = session.scalars(mine.limit(size).offset((page - 1) * size)).all()
    answers = themed(session, responses, reads(actor, settings.roles))
    return m.ThemeAnswersModal(theme_id=theme.id, name=theme.name, answers=answers, total=total, page=page, hidden=every - total)


def unmarked_page(session: Session, settings: Settings, actor: Actor, page: int, now: datetime) -> m.UnmarkedAnswer:
    here, size = _unmarked(session, settings, actor, now), m.UnmarkedAnswer.PAGE_SIZE
    total = session.scalar(select(func.count()).select_from(here.subquery())) or 0
    page = min(max(page, 1), max(1, -(-total // size)))
    ordered = here.order_by(Response.at.desc(), Response.id).limit(size).offset((page - 1) * size)
    responses: Sequence[Response] = session.scalars(ordered).all()
    return m.UnmarkedAnswer(answers=themed(session, responses, reads(actor, settings.roles)), total=total, page=page)


def _unmarked(session: Session, settings: Settings, actor: Actor, now: datetime) -> Select[Response]:
    """Answers of the last half year with words that the reader may see, and without a theme."""
    marked = exists().where(ThemeMark.response_id == Response.id)
    here = select(Response).where(Response.comment != "", Response.at > now - UNMARKED_FOR, Response.at <= now, ~marked)
    return here.where(shown_here(session), *_readable(settings, actor))


def _readable(settings: Settings, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    if settings.roles.money == "team" or actor.is_manager:
        return ()
    if not actor.email:
        return (false(),)
    return (Response.account_id.in_(select(Account.id).where(any_case(Account.owner_email) == actor.email.lower())),)
