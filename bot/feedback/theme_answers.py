"""Answers with what is told beside them in lists about themes: who, of which account, and what they wrote, for those who may read it."""

from collections.abc import Callable, Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.alerts.survey_card import answer_of
from bot.feedback.groups import FEWEST
from bot.messages import catalog as m
from bot.settings import RoleSettings
from bot.team.roles import Actor
from bot.team.sight import sees_money
from models import Account, Contact, Response, ThemeMark
from models.queries import themes_of

Reads = Callable[[Account | None], bool]
"""Whether the reader may see what the people of an account wrote; None: an anonymous answer."""


def reads(actor: Actor, roles: RoleSettings) -> Reads:
    """Anonymous answers have no CSM: where comments are for those who look after an account, they are the managers'."""
    return lambda account: sees_money(actor, account, roles) if account else roles.money == "team" or actor.is_manager


def everybody(account: Account | None) -> bool:
    return True


def themed(session: Session, responses: Sequence[Response], may_read: Reads = everybody) -> tuple[m.ThemedAnswer, ...]:
    accounts = {one.id: one for one in session.scalars(select(Account).where(Account.id.in_(_some(one.account_id for one in responses))))}
    contacts = {one.id: one for one in session.scalars(select(Contact).where(Contact.id.in_(_some(one.contact_id for one in responses))))}
    themes = themes_of(session, [one.id for one in responses])
    found = []
    for one in responses:
        account, contact = accounts.get(one.account_id or ""), contacts.get(one.contact_id)
        answer = answer_of(one, contact, themes.get(one.id, ()))
        mine = may_read(account)
        named = m.Account(account.id, account.name, account.url) if account else None
        found.append(m.ThemedAnswer(answer if mine else answer.without_words(), named, withheld=not mine))
    return tuple(found)


def _some(ids: Iterable[str | None]) -> set[str]:
    return {one for one in ids if one}


def few_anonymous(session: Session, theme_id: int) -> bool:
    """Whether so few anonymous answers are marked with a theme that showing them could tell who they are from."""
    marked = select(func.count()).select_from(ThemeMark).join(Response, Response.id == ThemeMark.response_id)
    return (session.scalar(marked.where(ThemeMark.theme_id == theme_id, Response.anonymous)) or 0) < FEWEST


def shown_surveys(session: Session) -> Collection[str]:
    """Anonymous surveys with enough answers to show any."""
    counts = select(Response.survey).where(Response.anonymous).group_by(Response.survey)
    return session.scalars(counts.having(func.count() >= FEWEST)).all()


def shown_here(session: Session) -> ColumnElement[bool]:
    """Answers that may stand in a list: of anonymous surveys only where there are not just a few."""
    return ~Response.anonymous | Response.survey.in_(shown_surveys(session))
