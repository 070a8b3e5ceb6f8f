"""Follow: what the newest signals mean for the alerts that stand. They get worse, come back from a snooze, or resolve themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Double, cast, literal, null, or_, select
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.alerts.lifecycle import Measured, remeasure
from bot.alerts.record import STAYSAIL, apply, snapshot
from bot.playbooks.definition import Playbook
from bot.playbooks.match import in_care
from bot.playbooks.story import headline_of, needed, plain
from models import Account, Alert


@dataclass
class Followed:
    """`resolved` counts alerts that ended without a person."""

    updated: int = 0
    resolved: int = 0


def standing(session: Session, playbook: str) -> list[str]:
    """Accounts with an open alert of this playbook."""
    return list(session.scalars(select(Alert.account_id).where(Alert.playbook == playbook, Alert.closed_at.is_(None))))


def follow(session: Session, playbook: Playbook, signals: Signals, trends: Mapping[str, list[float]], now: datetime) -> Followed:
    """Measures every open alert of the playbook anew."""
    done = Followed()
    headline = headline_of(playbook, signals)
    for alert, measured in _measured(session, playbook, signals):
        change = remeasure(snapshot(alert), measured, now)
        if change is None:
            continue
        change.values.setdefault("trend", trends.get(alert.account_id, alert.trend))
        if change.what == "worsened":
            change.detail.update(before=alert.facts.get(headline), after=measured.facts.get(headline))
        apply(session, alert, change, STAYSAIL, now)
        if alert.closed_at is None:
            done.updated += 1
        else:
            done.resolved += 1
    return done


def _measured(session: Session, playbook: Playbook, signals: Signals) -> list[tuple[Alert, Measured]]:
    names = needed(playbook, signals)
    severity = playbook.severity.expression if playbook.severity else cast(null(), Double)
    recovered = playbook.recovered_when.clause if playbook.recovered_when else literal(False)
    statement = (
        select(
            Alert,
            in_care(signals.day).label("in_care"),
            or_(Account.stage == "churned", Account.churned_on <= signals.day).label("churned"),
            playbook.when.clause.label("holds"),
            recovered.label("recovered"),
            severity.label("severity"),
            *(signals.catalogue[name].expression.label(name) for name in names),
        )
        .select_from(signals.table.join(Alert, Alert.account_id == Account.id))
        .where(Alert.playbook == playbook.name, Alert.closed_at.is_(None))
        .order_by(Alert.id)
        .with_for_update(of=Alert)
        .params(as_of=signals.day)
    )
    rows = session.execute(statement).all()
    return [(row[0], _measurement(row, names)) for row in rows]


def _measurement(row: Any, names: list[str]) -> Measured:
    _, care, churned, holds, recovered, severity = row[:6]
    facts = {name: plain(value) for name, value in zip(names, row[6:], strict=True)}
    return Measured(bool(care), bool(churned), holds, recovered, severity, facts)
