"""Which cards open an alert, and which join one that stands: an account's troubles of one kind share one alert."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.bulk import among
from bot.messages.catalog import CardName
from bot.playbooks.definition import NEVER_AGAIN
from bot.playbooks.effects.doing import Doing
from bot.playbooks.rulebook import House
from bot.playbooks.steps import CardStep
from models import Alert, Reason
from models.queries import keep_others_off


@dataclass(frozen=True)
class Grouped:
    """`opens`: each an alert of its own. `joins`: a further reason of an alert that stands, or of one that opens with it."""

    opens: list[Doing] = field(default_factory=list)
    joins: list[tuple[Doing, Alert | Doing]] = field(default_factory=list)


def group(session: Session, doings: Sequence[Doing], house: House) -> Grouped:
    """A task is always its own: it is a deed, not a sign. With `group: playbook` so is every card."""
    cards = [doing for doing in doings if isinstance(doing.step, CardStep)]
    standing = _standing(session, cards) if house.alerts.group == "account" else {}
    grouped, first = Grouped(), dict[tuple[str, str], Doing]()
    for doing in doings:
        key = (doing.due.account_id, doing.due.playbook.kind.value)
        shares = house.alerts.group == "account" and isinstance(doing.step, CardStep)
        target = standing.get(key) or first.get(key) if shares else None
        if target is not None:
            grouped.joins.append((doing, target))
            continue
        grouped.opens.append(doing)
        if shares:
            first[key] = doing
    return grouped


def _standing(session: Session, cards: Sequence[Doing]) -> Mapping[tuple[str, str], Alert]:
    """By account and kind. The accounts are kept off others until the transaction ends: two processes must not open one alert each."""
    accounts = sorted({doing.due.account_id for doing in cards})
    if not accounts:
        return {}
    wanted = among(session, accounts)
    keep_others_off(session, wanted)
    here = select(Alert).where(Alert.account_id.in_(wanted), Alert.closed_at.is_(None), Alert.card != CardName.TASK.value)
    alerts = session.scalars(here.order_by(Alert.id.desc()).with_for_update())
    return {(alert.account_id, alert.kind): alert for alert in alerts}


def returns_of(session: Session, doings: Iterable[Doing], now: datetime) -> Mapping[tuple[str, str], tuple[int, float | None]]:
    """By playbook and account: the alert that was closed less than `once_per` ago, and how bad it was. What opens all the same is worse."""
    quiet = {doing.due.playbook.name: doing.due.playbook.once_per for doing in doings}
    wanted = {name: length for name, length in quiet.items() if length and length != NEVER_AGAIN}
    if not wanted:
        return {}
    accounts = among(session, {doing.due.account_id for doing in doings})
    closed = (
        select(Reason.playbook, Alert.account_id, Alert.id, Reason.severity, Reason.ended_at)
        .join(Alert, Alert.id == Reason.alert_id)
        .where(Reason.playbook.in_(wanted), Reason.ended_at > now - max(wanted.values()), Alert.account_id.in_(accounts))
        .order_by(Reason.ended_at)
    )
    rows = session.execute(closed)
    return {(name, account): (alert, bad) for name, account, alert, bad, ended in rows if ended and ended > now - wanted[name]}
