"""Looking accounts up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, or_, select
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.accounts.sources import OURS
from bot.functions import any_case
from bot.messages import catalog as m
from models import Account, Contact, Source

MOST = 100


@dataclass(frozen=True)
class Hits:
    """At most a hundred accounts, the closest first, and how many there are."""

    accounts: list[Account]
    total: int


def find_accounts(session: Session, text: str) -> Hits:
    """By id, or by part of the name or domain, whatever the case. A name that is exactly the text is the only hit."""
    wanted = text.strip().lower()
    pattern = f"%{wanted.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
    name, domain = any_case(Account.name), any_case(Account.domain)
    fits = or_(Account.id == text.strip(), name.like(pattern, escape="/"), domain.like(pattern, escape="/"))
    here = (fits, Account.gone_at.is_(None))
    exact = list(session.scalars(select(Account).where(or_(Account.id == text.strip(), name == wanted), *here[1:]).limit(2)))
    if len(exact) == 1:
        return Hits(exact, 1)
    order = case((name == wanted, 0), (name.like(pattern[1:], escape="/"), 1), else_=2)
    found = list(session.scalars(select(Account).where(*here).order_by(order, Account.name, Account.id).limit(MOST)))
    return Hits(found, session.scalar(select(func.count()).select_from(Account).where(*here)) or 0)


def signal_row(session: Session, signals: Signals, account_id: str) -> Row[Any] | None:
    """Every signal of one account, in the catalogue's order."""
    statement = select(*signals.columns()).select_from(signals.table).where(Account.id == account_id)
    return session.execute(statement.params(as_of=signals.day)).first()


def signals_of(session: Session, signals: Signals, account_id: str) -> tuple[m.Signal, ...]:
    """Every signal that something feeds, with its source and when that was read. Names that the card shows anyway are left out."""
    row = signal_row(session, signals, account_id)
    if row is None:
        return ()
    read_at = {source.name: source.read_at for source in session.scalars(select(Source))}
    return tuple(
        m.Signal(name, value, signal.source, *_age(signals.sources([name]) - {OURS}, read_at))
        for (name, signal), value in zip(signals.catalogue.items(), row, strict=True)
        if name not in {"name", "owner_email"} and signal.connected
    )


def _age(sources: Collection[str], read_at: Mapping[str, datetime | None]) -> tuple[datetime | None, bool]:
    """When the oldest of them was read (None: one never was), and whether there is none to read."""
    known = [moment for source in sources if (moment := read_at.get(source))]
    return min(known) if known and len(known) == len(sources) else None, not sources


def contacts_of(session: Session, account_id: str) -> tuple[m.Contact, ...]:
    here = select(Contact).where(Contact.account_id == account_id, Contact.gone_at.is_(None)).order_by(Contact.role, Contact.name)
    return tuple(m.Contact(c.name, c.role or "", c.email or "", c.opted_out) for c in session.scalars(here))
