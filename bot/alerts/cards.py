"""Cards: an alert as it stands now, in the words' own terms. Composed when it is sent, never before."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.signals import usage_source
from bot.alerts.history import history_of
from bot.alerts.lifecycle import WAITS_FOR_CARDS
from bot.alerts.people import People, load_people, owner_person, person
from bot.alerts.reasons import reasons_of, standing_of
from bot.alerts.review_card import CARD as REVIEW
from bot.alerts.review_card import Past, past_of
from bot.alerts.survey_card import CARD as SURVEY
from bot.alerts.survey_card import Heard, heard
from bot.alerts.world import World
from bot.connectors.ports import Metric
from bot.delivery.composed import Composed
from bot.delivery.keys import alert_subject
from bot.messages import catalog as m
from bot.messages.render import render
from bot.team.channels import read_by_strangers
from models import Account, Alert, Play, Reason, Room, Source, Trace
from models.queries import rooms_of

KNOWN = frozenset(m.CardName)
MANAGERS = "managers"
UNITS = {"avg": "a day", "sum": "", "max": "at most", "days_active": "days", "distinct": ""}


def card_composer(world: World) -> Callable[[Session, Sequence[int]], dict[int, Composed]]:
    def compose(session: Session, alert_ids: Sequence[int]) -> dict[int, Composed]:
        return {card.alert_id: Composed(card.version, render(card)) for card in load_cards(session, alert_ids, world)}

    return compose


def load_cards(session: Session, alert_ids: Sequence[int], world: World) -> list[m.AlertCard]:
    statement = select(Alert, Account, Play).join(Account, Account.id == Alert.account_id).outerjoin(Play, Play.id == Alert.play_id)
    rows = session.execute(statement.where(Alert.id.in_(alert_ids))).all()
    people = load_people(session, [(alert.owner_email, account.owner_email) for alert, account, _ in rows])
    histories, reasons = _histories(session, alert_ids), reasons_of(session, alert_ids)
    sources = {source.name: source for source in session.scalars(select(Source))}
    answers = heard(session, [alert.id for alert, _, _ in rows if alert.card == SURVEY])
    past = past_of(session, {account.id for alert, account, _ in rows if alert.card == REVIEW})
    beside = Beside(people, histories, reasons, sources, _before(session, rows), rooms_of(session, alert_ids), answers, past, world)
    cards = [card_of(alert, account, play, beside) for alert, account, play in rows]
    strangers = read_by_strangers(session, [alert_subject(alert_id) for alert_id in alert_ids])
    return [card.for_strangers() if alert_subject(card.alert_id) in strangers else card for card in cards]


def _before(session: Session, rows: Sequence[Any]) -> dict[int, datetime | None]:
    """When the alerts were closed of which these are returns."""
    wanted = {alert.reopens_id for alert, _, _ in rows if alert.reopens_id}
    return dict(session.execute(select(Alert.id, Alert.closed_at).where(Alert.id.in_(wanted))).all()) if wanted else {}


def _histories(session: Session, alert_ids: Sequence[int]) -> dict[int, list[Trace]]:
    found: dict[int, list[Trace]] = defaultdict(list)
    for trace in session.scalars(select(Trace).where(Trace.alert_id.in_(alert_ids)).order_by(Trace.id)):
        if trace.alert_id is not None:
            found[trace.alert_id].append(trace)
    return found


@dataclass(frozen=True)
class Beside:
    """What cards show beside their alerts, accounts and plays; by alert where they differ, `past` reviews by account."""

    people: People
    histories: Mapping[int, Sequence[Trace]]
    reasons: Mapping[int, Sequence[Reason]]
    sources: Mapping[str, Source]
    before: Mapping[int, datetime | None]
    rooms: Mapping[int, Room]
    answers: Mapping[int, Heard]
    past: Mapping[str, Past]
    world: World


def card_of(alert: Alert, account: Account, play: Play | None, beside: Beside) -> m.AlertCard:
    shared = _shared(alert, account, play, beside)
    if alert.card == m.CardName.CHURN_RISK:
        return m.ChurnRiskCard(**shared)
    overdue = alert.deadline is not None and alert.deadline < beside.world.now()
    if told := beside.answers.get(alert.id):
        said: dict[str, Any] = {"answers": told.answers, "earlier": told.earlier, "favours": told.favours}
        return m.SurveyCard(**shared, **said, deadline=alert.deadline, overdue=overdue)
    if alert.card == REVIEW:
        return m.ReviewDueCard(**shared, **_due_review(alert, beside))
    whom = MANAGERS if _is_managers(beside.reasons[alert.id]) else ""
    return m.AccountCard(**shared, deadline=alert.deadline, overdue=overdue, whom=whom)


def _due_review(alert: Alert, beside: Beside) -> dict[str, Any]:
    lead, past = lead_of(alert, beside.reasons[alert.id]), beside.past.get(alert.account_id, Past())
    facts = lead.facts if lead else {}
    type_ = facts.get("review.type") or ""
    return {
        "type": type_,
        "due_in": _whole(facts.get("review.due_in")),
        "health": facts.get("health"),
        "last": past.last(beside.world.zone),
        "skipped": past.skipped(type_),
    }


def _shared(alert: Alert, account: Account, play: Play | None, beside: Beside) -> dict[str, Any]:
    reasons, world = beside.reasons[alert.id], beside.world
    return {
        "alert_id": alert.id,
        "version": alert.version,
        "state": m.State(alert.state),
        "account": m.Account(account.id, account.name, account.url),
        "cause": cause_of(alert, reasons, world),
        "also": _also(alert, reasons, world),
        "facts": facts_of(alert, account, beside.people, beside.sources, world, reasons),
        "since": alert.opened_at,
        "acting": person(alert.taken_by),
        "worse": _worse(lead_of(alert, reasons)),
        "history": history_of(beside.histories.get(alert.id, ())),
        "snoozed_until": alert.snoozed_until,
        "closed_at": alert.closed_at,
        "closed_by": person(alert.closed_by),
        "outcome": alert.outcome or "",
        "note": alert.note or "",
        "play": _play(reasons, play),
        "reopens": beside.before.get(alert.reopens_id) if alert.reopens_id else None,
        "take_by": alert.take_by if alert.state == m.State.OPEN else None,
        "late": alert.take_by is not None and alert.take_by <= world.now(),
        "room": _room(beside.rooms.get(alert.id)),
    }


def _room(room: Room | None) -> m.RoomOnCard | None:
    return m.RoomOnCard(room.state, m.Person(slack_id=room.specialist), room.channel_id, room.answer_by) if room else None


def lead_of(alert: Alert, reasons: Sequence[Reason]) -> Reason | None:
    """The reason that the card tells first."""
    return next(iter(standing_of(alert, reasons)), None)


def _also(alert: Alert, reasons: Sequence[Reason], world: World) -> tuple[m.ReasonOnCard, ...]:
    standing = standing_of(alert, reasons)
    others = [reason for reason in reasons if reason not in standing[:1]]
    return tuple(m.ReasonOnCard(cause_of_reason(r, alert.card, world), r.began_at, r in standing) for r in others)


def _play(reasons: Sequence[Reason], play: Play | None) -> m.PlayOnCard | None:
    """None when nothing is to come: the play has ended, or only waits for its cards to be closed."""
    if play is None or play.ended_at is not None or play.waiting == WAITS_FOR_CARDS:
        return None
    told: Mapping[str, Any] = next((reason.cause.get("play", {}) for reason in reasons if reason.play_id == play.id), {})
    return m.PlayOnCard(play.id, tuple(told.get("ahead", ())), told.get("reminds", False))


def _is_managers(reasons: Sequence[Reason]) -> bool:
    """A task for the managers is for whoever of them takes it."""
    return any(reason.cause.get("whom") == MANAGERS for reason in reasons)


def owner_of(alert: Alert | None, account: Account, people: People, reasons: Sequence[Reason] = ()) -> m.Person | None:
    """Who looks after the account: somebody assigned here, or else the CRM's owner, with or without a place in Slack. A task is its own
    owner's, who need not be the account's."""
    if alert and alert.assigned_to:
        return m.Person(slack_id=alert.assigned_to)
    if alert and alert.card == m.CardName.TASK:
        return None if _is_managers(reasons) else owner_person(alert.owner_email, people)
    return owner_person(account.owner_email, people)


def money(account: Account) -> m.Money | None:
    return m.Money(account.arr, account.currency) if account.arr is not None else None


def facts_of(
    alert: Alert | None,
    account: Account,
    people: People,
    sources: Mapping[str, Source],
    world: World,
    reasons: Sequence[Reason] = (),
) -> m.AccountFacts:
    lead = lead_of(alert, reasons) if alert else None
    metric = _metric(lead, world)
    source = sources.get(usage_source(metric.name)) if metric else None
    return m.AccountFacts(
        today=world.now().astimezone(world.zone).date(),
        arr=money(account),
        renewal_on=account.renewal_on,
        plan=account.plan or "",
        seats=account.seats,
        stage=account.stage or "",
        owner=owner_of(alert, account, people, reasons),
        usage=m.DataAge(source.newest_day, source.read_at) if source else None,
        trend=tuple(lead.trend) if lead else (),
        trend_metric=_inside_a_sentence(metric.label) if metric else "",
        trend_unit=UNITS[metric.aggregate] if metric else "",
    )


def _metric(reason: Reason | None, world: World) -> Metric | None:
    name = reason.cause.get("metric") if reason else next(iter(world.metrics), None)
    return world.metrics.get(name) if name else None


def cause_of(alert: Alert, reasons: Sequence[Reason], world: World) -> m.Cause:
    """Why an alert stands: the first reason that does."""
    lead = lead_of(alert, reasons)
    return cause_of_reason(lead, alert.card, world) if lead else m.Cause(playbook=alert.playbook, card=_card_name(alert.card))


def cause_of_reason(reason: Reason, card: str, world: World) -> m.Cause:
    metric, cause = _metric(reason, world), reason.cause
    return m.Cause(
        playbook=reason.playbook,
        reason=m.Reason(cause.get("reason", m.Reason.CUSTOM)),
        what=_change(metric, reason.facts) if metric else None,
        about=cause.get("about", ""),
        conditions=tuple(conditions_of(cause.get("terms", []), reason.facts)),
        renewal_in=_whole(reason.facts.get("renewal_days")),
        card=_card_name(card),
        task=cause.get("what", ""),
        title=cause.get("title", ""),
        review=reason.facts.get("review.type") or "",
        due_in=_whole(reason.facts.get("review.due_in")),
        **_agreed(cause.get("meeting"), cause.get("by")),
    )


def _agreed(meeting: Mapping[str, Any] | None, by: str | None) -> dict[str, Any]:
    """Where a task was agreed, and who set it."""
    return {"meeting": meeting["type"], "met_at": datetime.fromisoformat(meeting["at"]), "set_by": person(by)} if meeting else {}


def _card_name(name: str) -> m.CardName:
    """One that a later version of Staysail wrote is shown as the plainest."""
    return m.CardName(name) if name in KNOWN else m.CardName.CHECK_IN


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


def _worse(reason: Reason | None) -> m.Worse | None:
    if reason is None or not reason.got_worse:
        return None
    now, before = reason.facts.get(f"{reason.cause.get('metric')}.recent"), reason.cause.get("at_open")
    return None if now is None or before is None or now >= before else m.Worse(at_open=before, now=now)
