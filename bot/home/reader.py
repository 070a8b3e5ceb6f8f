"""For whom something is shown, and by what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.alerts.cards import money
from bot.alerts.people import load_people, owner_person
from bot.alerts.world import World
from bot.messages import catalog as m
from bot.settings import Settings
from bot.team.roles import Actor
from models import Account


@dataclass(frozen=True)
class Reader:
    """Who looks, when, and the signals there are. `today` is the workspace's day."""

    actor: Actor
    settings: Settings
    world: World
    now: datetime
    today: date
    signals: Signals


def summaries(
    session: Session, accounts: Sequence[Account], signals: Signals, today: date, shows_money: Callable[[Account], bool]
) -> tuple[m.AccountSummary, ...]:
    """Accounts in a few words, in the given order; signals are computed for these alone."""
    figures = _figures(session, signals, [account.id for account in accounts])
    people = load_people(session, [(account.owner_email,) for account in accounts])
    metric = signals.main_metric(())
    label = metric.label[:1].lower() + metric.label[1:] if metric else ""
    return tuple(
        m.AccountSummary(
            account=m.Account(account.id, account.name, account.url),
            owner=owner_person(account.owner_email, people),
            stage=account.stage or "",
            plan=account.plan or "",
            health=figures[account.id][0],
            open=figures[account.id][1],
            metric=label,
            ratio=figures[account.id][2],
            arr=money(account) if shows_money(account) else None,
            renewal_in=(account.renewal_on - today).days if account.renewal_on else None,
        )
        for account in accounts
    )


def _figures(session: Session, signals: Signals, ids: Sequence[str]) -> dict[str, tuple[m.SignalValue, int, float | None]]:
    """By account: health, open alerts, and the main metric against its own baseline."""
    metric = signals.main_metric(())
    names = ["health", "alerts.open", *([f"{metric.name}.ratio"] if metric else [])]
    columns = [signals.catalogue[name].expression for name in names]
    statement = select(Account.id, *columns).select_from(signals.table).where(Account.id.in_(ids)).params(as_of=signals.day)
    return {row[0]: (row[1], row[2] or 0, row[3] if metric else None) for row in session.execute(statement)}
