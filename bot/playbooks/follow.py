"""Follow: what the newest signals mean for the alerts that stand. They get worse, come back from a snooze, or resolve themselves.

playbooks ─► their standing reasons, measured ─► by alert ─► what that means ─► reasons, alerts, traces
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Double, cast, literal, null, select
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.alerts.lifecycle import Change, Measured, Standing, remeasure
from bot.alerts.reasons import reasons_of
from bot.alerts.record import STAYSAIL, apply, end_reason, snapshot, trace_of
from bot.playbooks.definition import Playbook
from bot.playbooks.match import churned, in_care
from bot.playbooks.story import headline_of, needed, plain
from models import Account, Alert, Reason

SAID_BY_REASONS = frozenset({"worsened", "reason_ended"})
"""What a trace tells of the reason that it happened to."""
Trends = Mapping[str, Mapping[str, list[float]]]
"""Weekly values by playbook and account."""
PAGE = 1000


@dataclass
class Followed:
    """`resolved` counts alerts that ended without a person."""

    updated: int = 0
    resolved: int = 0


@dataclass(frozen=True)
class _Seen:
    """What a playbook sees of one of its reasons. `headline` is the signal whose value its story tells."""

    measured: Measured
    headline: str
    trend: list[float] | None


def standing(session: Session, playbook: str) -> list[str]:
    """Accounts with an alert that stands for this playbook."""
    mine = select(Alert.account_id).join(Reason, Reason.alert_id == Alert.id).where(Reason.playbook == playbook, Reason.ended_at.is_(None))
    return list(session.scalars(mine.distinct()))


def follow(
    session: Session, playbooks: Iterable[Playbook], signals: Signals, trends: Trends, now: datetime, unread: Collection[str] = ()
) -> Followed:
    """Measures the reasons of these playbooks anew, and what they mean for their alerts. `unread`: playbooks that tell nothing now; only
    the alerts of accounts that left end."""
    seen: dict[int, dict[int, _Seen]] = defaultdict(dict)
    for alert_id, reason_id, found in _left(session, unread, signals):
        seen[alert_id][reason_id] = found
    for playbook in playbooks:
        for alert_id, reason_id, found in _measured(session, playbook, signals, trends.get(playbook.name, {})):
            seen[alert_id][reason_id] = found
    done, ids = Followed(), iter(sorted(seen))
    while page := list(islice(ids, PAGE)):
        alerts = session.scalars(select(Alert).where(Alert.id.in_(page)).order_by(Alert.id).with_for_update()).all()
        reasons = reasons_of(session, page)
        for alert in alerts:
            standing = [reason for reason in reasons[alert.id] if reason.ended_at is None]
            if alert.closed_at is None and _follow_one(session, alert, standing, seen[alert.id], now):
                done.updated += alert.closed_at is None
                done.resolved += alert.closed_at is not None
    return done


def _follow_one(session: Session, alert: Alert, reasons: Sequence[Reason], seen: Mapping[int, _Seen], now: datetime) -> bool:
    """False: nothing has changed."""
    states = [Standing(reason.facts, reason.worst, seen[reason.id].measured if reason.id in seen else None) for reason in reasons]
    followed = remeasure(snapshot(alert), states, now)
    if followed.change is None:
        return False
    for reason, values in zip(reasons, followed.reasons, strict=True):
        if values:
            _renew(session, alert, reason, values, seen[reason.id], now)
    if followed.change.what in SAID_BY_REASONS:
        apply(session, alert, Change({}, "updated"), STAYSAIL, now)
    else:
        apply(session, alert, followed.change, STAYSAIL, now)
    for reason in reasons:
        if reason.ended and alert.closed_at is None:
            session.add(trace_of(alert, Change({}, "reason_ended", {"outcome": reason.ended}), STAYSAIL, now, reason))
    return True


def _renew(session: Session, alert: Alert, reason: Reason, values: dict[str, Any], seen: _Seen, now: datetime) -> None:
    before = reason.facts.get(seen.headline)
    for name, value in values.items():
        setattr(reason, name, value)
    reason.trend = seen.trend or reason.trend
    if "worst" in values:
        detail = {"severity": reason.severity, "before": before, "after": reason.facts.get(seen.headline)}
        session.add(trace_of(alert, Change({}, "worsened", detail), STAYSAIL, now, reason))
    if reason.ended:
        end_reason(session, alert, reason, reason.ended, now)


def _left(session: Session, playbooks: Collection[str], signals: Signals) -> Iterable[tuple[int, int, _Seen]]:
    """The reasons of these playbooks whose accounts are no longer in care."""
    of_theirs = (Reason.playbook.in_(playbooks), Reason.ended_at.is_(None), ~in_care(signals.day))
    joined = (
        select(Alert.id, Reason.id, churned(signals.day))
        .join(Reason, Reason.alert_id == Alert.id)
        .join(Account, Alert.account_id == Account.id)
    )
    for alert_id, reason_id, has_churned in session.execute(joined.where(*of_theirs)).all() if playbooks else ():
        yield alert_id, reason_id, _Seen(Measured(False, bool(has_churned), None, None, None, {}), "", None)


def _measured(
    session: Session, playbook: Playbook, signals: Signals, trends: Mapping[str, list[float]]
) -> Iterable[tuple[int, int, _Seen]]:
    names, headline = needed(playbook, signals), headline_of(playbook, signals)
    severity = playbook.severity.expression if playbook.severity else cast(null(), Double)
    recovered = playbook.recovered_when.clause if playbook.recovered_when else literal(False)
    joined = signals.table.join(Alert, Alert.account_id == Account.id).join(Reason, Reason.alert_id == Alert.id)
    statement = (
        select(
            Alert.id,
            Reason.id,
            Account.id,
            in_care(signals.day).label("in_care"),
            churned(signals.day).label("churned"),
            playbook.when.clause.label("holds"),
            recovered.label("recovered"),
            severity.label("severity"),
            *(signals.catalogue[name].expression.label(name) for name in names),
        )
        .select_from(joined)
        .where(Reason.playbook == playbook.name, Reason.ended_at.is_(None))
        .params(as_of=signals.day)
    )
    for alert_id, reason_id, account_id, *row in session.execute(statement).all():
        yield alert_id, reason_id, _Seen(_measurement(row, names), headline, trends.get(account_id))


def _measurement(row: list[Any], names: list[str]) -> Measured:
    care, churned, holds, recovered, severity = row[:5]
    facts = {name: plain(value) for name, value in zip(names, row[5:], strict=True)}
    return Measured(bool(care), bool(churned), holds, recovered, severity, facts)
