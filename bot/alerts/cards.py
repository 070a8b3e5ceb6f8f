"""Cards: an alert as it stands now, in the words' own terms. Composed when it is sent, never before."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.signals import usage_source
from bot.alerts.history import history_line
from bot.alerts.lifecycle import WAITS_FOR_CARDS
from bot.alerts.people import People, load_people, owner_person, person
from bot.connectors.ports import Metric
from bot.delivery.composed import Composed
from bot.messages import catalog as m
from bot.messages.render import render
from models import Account, Alert, Play, Source, Trace

CARDS = frozenset(card.value for card in m.CardName) - {m.CardName.TASK.value}
"""What a playbook's step `card` may name."""
MANAGERS = "managers"
UNITS = {"avg": "a day", "sum": "", "max": "at most", "days_active": "days", "distinct": ""}


@dataclass(frozen=True)
class World:
    """What a card needs beside its alert."""

    metrics: Mapping[str, Metric]
    zone: ZoneInfo
    now: Callable[[], datetime]


def card_composer(world: World) -> Callable[[Session, Sequence[int]], dict[int, Composed]]:
    def compose(session: Session, alert_ids: Sequence[int]) -> dict[int, Composed]:
        return {card.alert_id: Composed(card.version, render(card)) for card in load_cards(session, alert_ids, world)}

    return compose


def load_cards(session: Session, alert_ids: Sequence[int], world: World) -> list[m.AlertCard]:
    statement = select(Alert, Account, Play).join(Account, Account.id == Alert.account_id).join(Play, Play.id == Alert.play_id)
    rows = session.execute(statement.where(Alert.id.in_(alert_ids))).all()
    people = load_people(session, [(alert.owner_email, account.owner_email) for alert, account, _ in rows])
    history = _histories(session, alert_ids)
    sources = {source.name: source for source in session.scalars(select(Source))}
    return [card_of(alert, account, play, Beside(people, history[alert.id], sources, world)) for alert, account, play in rows]


def _histories(session: Session, alert_ids: Sequence[int]) -> dict[int, list[Trace]]:
    found: dict[int, list[Trace]] = defaultdict(list)
    for trace in session.scalars(select(Trace).where(Trace.alert_id.in_(alert_ids)).order_by(Trace.id)):
        if trace.alert_id is not None:
            found[trace.alert_id].append(trace)
    return found


@dataclass(frozen=True)
class Beside:
    """What a card shows beside its alert, account and play."""

    people: People
    history: Sequence[Trace]
    sources: Mapping[str, Source]
    world: World


def card_of(alert: Alert, account: Account, play: Play, beside: Beside) -> m.AlertCard:
    shared = _shared(alert, account, play, beside)
    if alert.card == m.CardName.CHURN_RISK:
        return m.ChurnRiskCard(**shared)
    overdue = alert.deadline is not None and alert.deadline < beside.world.now()
    return m.AccountCard(**shared, deadline=alert.deadline, overdue=overdue, whom=MANAGERS if _is_managers(alert) else "")


def _shared(alert: Alert, account: Account, play: Play, beside: Beside) -> dict[str, Any]:
    return {
        "alert_id": alert.id,
        "version": alert.version,
        "state": m.State(alert.state),
        "account": m.Account(account.id, account.name, account.url),
        "cause": cause_of(alert, beside.world),
        "facts": facts_of(alert, account, beside.people, beside.sources, beside.world),
        "since": alert.opened_at,
        "acting": person(alert.taken_by),
        "worse": _worse(alert),
        "history": tuple(line for trace in beside.history if (line := history_line(trace))),
        "snoozed_until": alert.snoozed_until,
        "closed_at": alert.closed_at,
        "closed_by": person(alert.closed_by),
        "outcome": alert.outcome or "",
        "note": alert.note or "",
        "play": _play(alert, play),
    }


def _play(alert: Alert, play: Play) -> m.PlayOnCard | None:
    """None when nothing is to come: the play has ended, or only waits for its cards to be closed."""
    if play.ended_at is not None or play.waiting == WAITS_FOR_CARDS:
        return None
    return m.PlayOnCard(play.id, tuple(alert.cause.get("play", {}).get("to_come", ())))


def _is_managers(alert: Alert) -> bool:
    """A task for the managers is for whoever of them takes it."""
    return bool(alert.cause.get("whom") == MANAGERS)


def owner_of(alert: Alert | None, account: Account, people: People) -> m.Person | None:
    """Who looks after the account: somebody assigned here, or else the CRM's owner, with or without a place in Slack. A task is its own
    owner's, who need not be the account's."""
    if alert and alert.assigned_to:
        return m.Person(slack_id=alert.assigned_to)
    if alert and alert.card == m.CardName.TASK:
        return None if _is_managers(alert) else owner_person(alert.owner_email, people)
    return owner_person(account.owner_email, people)


def money(account: Account) -> m.Money | None:
    return m.Money(account.arr, account.currency) if account.arr is not None else None


def facts_of(alert: Alert | None, account: Account, people: People, sources: Mapping[str, Source], world: World) -> m.AccountFacts:
    metric = _metric(alert, world)
    source = sources.get(usage_source(metric.name)) if metric else None
    return m.AccountFacts(
        today=world.now().astimezone(world.zone).date(),
        arr=money(account),
        renewal_on=account.renewal_on,
        plan=account.plan or "",
        seats=account.seats,
        stage=account.stage or "",
        owner=owner_of(alert, account, people),
        usage=m.DataAge(source.newest_day, source.read_at) if source else None,
        trend=tuple(alert.trend) if alert else (),
        trend_metric=_inside_a_sentence(metric.label) if metric else "",
        trend_unit=UNITS[metric.aggregate] if metric else "",
    )


def _metric(alert: Alert | None, world: World) -> Metric | None:
    name = alert.cause.get("metric") if alert else next(iter(world.metrics), None)
    return world.metrics.get(name) if name else None


def cause_of(alert: Alert, world: World) -> m.Cause:
    metric = _metric(alert, world)
    return m.Cause(
        playbook=alert.playbook,
        reason=m.Reason(alert.cause.get("reason", m.Reason.CUSTOM)),
        what=_change(metric, alert.facts) if metric else None,
        about=alert.cause.get("about", ""),
        conditions=tuple(conditions_of(alert.cause.get("terms", []), alert.facts)),
        renewal_in=_whole(alert.facts.get("renewal_days")),
        card=_card_name(alert.card),
        task=alert.cause.get("what", ""),
    )


def _card_name(name: str) -> m.CardName:
    """One that a later version of Staysail wrote is shown as the plainest."""
    return m.CardName(name) if name in set(m.CardName) else m.CardName.CHECK_IN


def _inside_a_sentence(label: str) -> str:
    """Active users → active users; API calls stay as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _change(metric: Metric, facts: Mapping[str, Any]) -> m.Change:
    def of(form: str) -> Any:
        return facts.get(f"{metric.name}.{form}")

    return m.Change(
        metric=_inside_a_sentence(metric.label),
        recent=of("recent"),
        baseline=of("baseline"),
        ratio=of("ratio"),
        days_silent=_whole(of("days_silent")),
        unit=UNITS[metric.aggregate],
        recent_days=metric.recent_days,
        baseline_days=metric.baseline_days,
    )


def conditions_of(terms: Sequence[Any], facts: Mapping[str, Any]) -> list[m.Condition]:
    return [
        m.Condition(text=text, signal=signal, value=value_of(facts.get(signal)), holds=True) for text, names in terms for signal in names
    ]


def value_of(value: Any) -> m.SignalValue:
    """A kept value as it was: dates were written as text."""
    if isinstance(value, str) and len(value) == len("2026-01-31") and value[4] == value[7] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value if isinstance(value, bool | int | float | str) else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _worse(alert: Alert) -> m.Worse | None:
    metric = alert.cause.get("metric")
    now, before = alert.facts.get(f"{metric}.recent"), alert.cause.get("at_open")
    if not alert.got_worse or now is None or before is None or now >= before:
        return None
    return m.Worse(at_open=before, now=now)
