"""The accounts that the Home tab lists, a page at a time."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.functions import any_case
from bot.home.reader import Reader, summaries
from bot.messages import catalog as m
from bot.messages.actions import HomeFilter
from bot.playbooks.match import in_care
from bot.team.sight import sees_money
from models import Account, Alert

SOON = timedelta(days=90)
RISK = "risk"


@dataclass(frozen=True)
class Page:
    """`own`: the accounts are the person's. `state` has a page that is there."""

    accounts: tuple[m.AccountSummary, ...]
    total: int
    own: bool
    state: m.HomeState


def accounts_page(session: Session, reader: Reader, state: m.HomeState) -> Page:
    """A manager without accounts of their own sees everybody's. The most valuable comes first; of those that renew, the next to do so."""
    own = _owns(session, reader) or not reader.actor.is_manager
    here = [in_care(reader.today), *_fits(reader, state)]
    if own:
        here.append(Account.owner_email == (reader.actor.email or "-"))
    total = session.scalar(select(func.count()).select_from(Account).where(*here)) or 0
    size = m.HomeView.PAGE_SIZE
    page = min(state.page, max(1, -(-total // size)))
    ordered = _ordered(select(Account).where(*here), state.filter)
    accounts = list(session.scalars(ordered.limit(size).offset((page - 1) * size))) if total else []
    shown = summaries(session, accounts, reader.signals, reader.today, lambda one: sees_money(reader.actor, one, reader.settings.roles))
    return Page(shown, total, own, replace(state, page=page))


def _owns(session: Session, reader: Reader) -> bool:
    one = select(Account.id).where(Account.owner_email == (reader.actor.email or "-"), in_care(reader.today)).limit(1)
    return session.scalar(one) is not None


def _ordered(accounts: Select[Account], which: HomeFilter) -> Select[Account]:
    worth = (Account.arr.desc().nulls_last(), Account.name, Account.id)
    return accounts.order_by(*((Account.renewal_on, *worth) if which is HomeFilter.RENEWING else worth))


def _fits(reader: Reader, state: m.HomeState) -> list[ColumnElement[bool]]:
    standing = exists().where(Alert.account_id == Account.id, Alert.closed_at.is_(None))
    found: list[ColumnElement[bool]] = []
    if state.filter is HomeFilter.AT_RISK:
        found.append(standing.where(Alert.kind == RISK))
    elif state.filter is HomeFilter.RENEWING:
        found.append(Account.renewal_on.between(reader.today, reader.today + SOON))
    elif state.filter is HomeFilter.QUIET:
        found.append(~standing)
    if wanted := state.query.strip().lower():
        pattern = f"%{wanted.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
        found.append(or_(any_case(Account.name).like(pattern, escape="/"), any_case(Account.domain).like(pattern, escape="/")))
    return found
