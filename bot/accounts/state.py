"""Signals about what Staysail itself has going on at an account, and those whose sources nothing feeds yet.

Each is looked up per account, along an index, and only where somebody asks for it.
"""

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Double, Select, cast, exists, func, literal, null, or_, select

from bot.accounts.catalogue import Kind, Signal, days_between
from bot.accounts.sources import HEALTH, OURS
from bot.clock import start_of
from bot.functions import local_day
from models import Account, Alert, Invitation, Response, Touch
from models.base import Moment

EMAIL: Final = "email"
"""The channel of letters in the contact ledger."""


def _unfed(name: str, source: str, about: str) -> Signal:
    return Signal(name, Kind.number, cast(null(), Double), source, about, connected=False)


UNCONNECTED: Final = (
    _unfed("tickets.open", "support", "support tickets that are open"),
    _unfed("tickets.breached", "support", "open tickets that are past their promised time"),
    _unfed("health", HEALTH, "health from 0 to 100"),
)


SATISFACTION_OVER: Final = timedelta(days=90)


def state_signals(day: date, zone: ZoneInfo) -> list[Signal]:
    open_alerts = select(func.count()).where(Alert.account_id == Account.id, Alert.closed_at.is_(None)).correlate(Account)

    def alerts(kind: str) -> ColumnElement[int]:
        return open_alerts.where(Alert.kind == kind).scalar_subquery()

    return [
        Signal("alerts.open", Kind.number, open_alerts.scalar_subquery(), OURS, "open alerts"),
        Signal("alerts.risk", Kind.number, alerts("risk"), OURS, "open alerts about a risk of losing it"),
        Signal("alerts.survey", Kind.number, alerts("survey"), OURS, "open alerts about answers to surveys"),
        Signal("letters.days", Kind.number, _days_since_letter(day, zone), OURS, "days since the last letter to anyone there"),
        *_survey_signals(day, zone),
    ]


def _survey_signals(day: date, zone: ZoneInfo) -> list[Signal]:
    """Anonymous answers belong to no account: they never count."""
    last = select(func.max(Response.at)).where(Response.account_id == Account.id, Response.kind == "nps").correlate(Account)
    recent = Response.at >= literal(start_of(day - SATISFACTION_OVER, zone), Moment)
    average = select(func.avg(cast(Response.score, Double))).where(Response.account_id == Account.id, Response.kind == "csat", recent)
    satisfied = average.correlate(Account).scalar_subquery()
    ignored = _ignored(start_of(day, zone)).scalar_subquery()
    return [
        Signal("nps.last", Kind.number, _last_score("nps"), OURS, "the last answer to an NPS question, 0 to 10"),
        Signal("nps.days", Kind.number, days_since(last.scalar_subquery(), day, zone), OURS, "days since that answer"),
        Signal("csat.avg_90d", Kind.number, satisfied, OURS, "mean of the last 90 days' CSAT answers, 1 to 5"),
        Signal("ces.last", Kind.number, _last_score("ces"), OURS, "the last answer to a CES question, 1 to 7"),
        Signal("survey.ignored", Kind.number, ignored, OURS, "how often in a row nobody there answered until the question expired"),
    ]


def _last_score(kind: str) -> ColumnElement[int]:
    """Of everybody there, as it stands now."""
    theirs = select(Response.score).where(Response.account_id == Account.id, Response.kind == kind)
    return theirs.order_by(Response.at.desc(), Response.id.desc()).limit(1).correlate(Account).scalar_subquery()


def _ignored(now: datetime) -> Select[int]:
    """Waves that were asked after the last answer (or of which none came) and have expired. Several contacts of a wave count once; an
    answer of one of them is the wave's."""
    asked = (Invitation.account_id == Account.id, Invitation.state == "asked", Invitation.anonymous.is_(False))
    later = or_(Response.at >= Invitation.asked_at, Response.wave == Invitation.wave)
    answered = exists().where(Response.account_id == Invitation.account_id, later).correlate(Invitation)
    expired = Invitation.expires_at <= literal(now, Moment)
    return select(func.count(Invitation.wave.distinct())).where(*asked, expired, ~answered).correlate(Account)


def _days_since_letter(day: date, zone: ZoneInfo) -> ColumnElement[int]:
    last = select(func.max(Touch.at)).where(Touch.account_id == Account.id, Touch.channel == EMAIL).correlate(Account).scalar_subquery()
    return days_since(last, day, zone)


def days_since(moment: ColumnElement[Any], day: date, zone: ZoneInfo) -> ColumnElement[int]:
    """Calendar days where the workspace is."""
    return days_between(literal(day, Date), local_day(moment, zone))
