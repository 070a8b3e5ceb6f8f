"""Answers that need a person: one alert for those of one account and wave, while it is open.

a middle score ──► quiet: a line in the digest ──another answer calls for a person──► it gets its card
a low or a high score ──► a card; for a low one with a deadline
changed ──► the card follows. A closed one stays closed, unless the answer is lower than it was then: that is a new alert
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.alerts.deadlines import take_by
from bot.alerts.lifecycle import Change, join, rest
from bot.alerts.record import STAYSAIL, apply, snapshot, trace_of
from bot.clock import day_of
from bot.delivery import outbox
from bot.delivery.keys import alert_subject, answers_key
from bot.feedback.telling import cause_of
from bot.messages.catalog import CardName, Did, State
from bot.playbooks.known import known_signals
from bot.playbooks.loading import fitting_routes
from bot.settings import Settings
from bot.surveys.survey import Band
from bot.team.away import stand_in_of
from bot.team.directory import by_email
from models import Account, Alert, Answer, Contact, Reason, Response

KIND = "survey"
QUIET_FOR = timedelta(days=7)
"""How long an answer that needs nobody stands among the open alerts."""
CARD = CardName.SURVEY_ANSWERS.value


def hear(session: Session, response: Response, before: int | None, settings: Settings, now: datetime) -> None:
    """What an answer that just came, or was just changed (`before`: its score until now), means for the alerts of its account.

    The account must be locked: whoever else answers in the same wave waits.
    """
    mine = session.get(Alert, response.alert_id, with_for_update=True) if response.alert_id else None
    _forget_loop(session, response)
    if mine and mine.closed_at and response.score >= _stood_at(session, response, mine.closed_at):
        session.add(trace_of(mine, _news(session, response, before), STAYSAIL, now))
        return
    standing = _standing(session, response)
    if standing:
        _join(session, standing, response, before, settings, now)
    else:
        _open(session, response, mine, settings, now)


def _stood_at(session: Session, response: Response, moment: datetime) -> int:
    """The score of the answer as it was then."""
    earlier = (Answer.response_id == response.id, Answer.number < response.versions)
    by_then = select(Answer.score).where(*earlier, Answer.at <= moment).order_by(Answer.number.desc()).limit(1)
    found = session.scalar(by_then)
    return response.score if found is None else found


def _forget_loop(session: Session, response: Response) -> None:
    """What was agreed with somebody who is less content now than then has to be talked about again."""
    if response.closed_at and response.score < _stood_at(session, response, response.closed_at):
        response.closed_at = response.closed_by = response.agreed = response.agreed_by = None


def _standing(session: Session, response: Response) -> Alert | None:
    """The open alert of the same account and wave."""
    theirs = select(Response.alert_id).where(Response.account_id == response.account_id, Response.wave == response.wave)
    here = (Alert.account_id == response.account_id, Alert.closed_at.is_(None), Alert.card == CARD)
    return session.scalars(select(Alert).where(*here, Alert.id.in_(theirs)).order_by(Alert.id.desc()).limit(1).with_for_update()).first()


def _open(session: Session, response: Response, before: Alert | None, settings: Settings, now: datetime) -> None:
    """`before`: the alert, closed, of which this is a worse return."""
    account = session.get_one(Account, response.account_id)
    owner = by_email(session, [account.owner_email]).get(account.owner_email or "")
    alert = Alert(
        account_id=account.id,
        card=CARD,
        kind=KIND,
        state=State.OPEN.value,
        version=1,
        opened_at=now,
        priority=account.arr,
        owner_email=account.owner_email,
        assigned_to=stand_in_of(session, owner.slack_id, now) if owner else None,
        quiet=True,
        reopens_id=before.id if before else None,
    )
    session.add(alert)
    session.flush()
    session.add(Reason(alert_id=alert.id, began_at=now, measured_at=now, cause={}, facts={}, trend=[]))
    session.add(trace_of(alert, Change({}, Did.REOPENED if before else Did.OPENED), STAYSAIL, now))
    response.alert_id = alert.id
    _tell(session, alert, settings, now)


def _join(session: Session, alert: Alert, response: Response, before: int | None, settings: Settings, now: datetime) -> None:
    """The alert tells the answer. One that was put to sleep without knowing of it wakes."""
    response.alert_id = alert.id
    _tell(session, alert, settings, now)
    news = _news(session, response, before)
    apply(session, alert, Change(join(snapshot(alert)).values, news.what, news.detail), STAYSAIL, now)


def _news(session: Session, response: Response, before: int | None) -> Change:
    contact = session.get(Contact, response.contact_id)
    return Change({}, Did.ANSWERED, {"to": contact.name if contact else "", "before": before, "after": response.score})


def _tell(session: Session, alert: Alert, settings: Settings, now: datetime) -> None:
    """What the alert is about, from all its answers: its words, its deadline, and whether it has a card."""
    answers = session.scalars(select(Response).where(Response.alert_id == alert.id)).all()
    session.flush()
    reason = session.scalars(select(Reason).where(Reason.alert_id == alert.id, Reason.play_id.is_(None))).one()
    reason.cause = cause_of(answers)
    owner = by_email(session, [alert.owner_email]).get(alert.owner_email or "")
    zone = owner.timezone if owner else None
    if not any(one.band == Band.LOW for one in answers):
        alert.deadline = None
    elif alert.deadline is None:
        alert.deadline = settings.hours.after(now, settings.surveys.deadline, zone)
    if alert.quiet and any(one.band != Band.MIDDLE for one in answers):
        alert.quiet = False
        alert.take_by = take_by(settings.alerts, settings.hours, alert.priority, now, zone)
        card = outbox.New(answers_key(alert.id), alert_subject(alert.id), channel_of(session, alert.account_id, settings, now), now)
        outbox.enqueue(session, [_in_hours(card, settings, zone)], now)


def _in_hours(card: outbox.New, settings: Settings, zone: str | None) -> outbox.New:
    return outbox.New(card.key, card.subject, card.channel, settings.hours.opens_at(card.due_at, zone))


def told_enough(session: Session, now: datetime) -> bool:
    return session.scalar(select(Alert.id).where(*_old_news(now)).limit(1)) is not None


def put_away(session: Session, now: datetime) -> int:
    """Ends the alerts that were only to be told. Returns how many."""
    alerts = session.scalars(select(Alert).where(*_old_news(now)).order_by(Alert.id).with_for_update()).all()
    for alert in alerts:
        if change := rest(snapshot(alert), now):
            apply(session, alert, change, STAYSAIL, now)
    return len(alerts)


def _old_news(now: datetime) -> tuple[ColumnElement[bool], ...]:
    here = (Alert.card == CARD, Alert.closed_at.is_(None), Alert.state == State.OPEN.value)
    return (*here, Alert.quiet.is_(True), Alert.opened_at <= now - QUIET_FOR)


def channel_of(session: Session, account_id: str, settings: Settings, now: datetime) -> str:
    """Where an account's cards go. A condition that fits no longer must cost no answer: then it is the channel of all others."""
    if not settings.routes:
        return settings.channels.alerts
    signals = known_signals(session, settings, day_of(now, settings.zone))
    routes, *_ = fitting_routes(settings, signals)
    columns: list[Any] = routes.columns()
    here = select(*columns).select_from(signals.table).where(Account.id == account_id).params(as_of=signals.day)
    row = session.execute(here).mappings().first()
    return routes.choose(row) if row else routes.otherwise
