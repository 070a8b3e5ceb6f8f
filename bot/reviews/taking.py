"""Takes the picture of an account before a meeting: what our own database knows, then the weeks of its metrics.

What only those may see who look after the account (`bot.team.sight`) is left out where the organizer is not one of them: its ARR, what
colleagues wrote, and the words of customers.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.queries import signal_row
from bot.alerts.cards import UNITS
from bot.clock import day_of, start_of
from bot.connectors.ports import Metric, Usage
from bot.database import Database
from bot.errors import Refused
from bot.playbooks.known import known_signals
from bot.reviews.picture import Before, Picture
from bot.reviews.records import load_review, names_of, people_of
from bot.reviews.taking_usage import ends_of, lines_of
from bot.reviews.taking_voices import answers_since, open_themes
from bot.reviews.taking_work import Look, work_since
from bot.reviews.talking import points_of
from bot.reviews.whom import organizers_zone
from bot.settings import Settings
from bot.team.roles import actor_of
from bot.team.sight import sees_money
from models import Account, Alert, Participant, Review, Teammate
from models.review import HELD

FALLBACK = timedelta(days=90)
TICKETS = "tickets."
UNFIT = "health: its rules in the settings do not fit what the CRM gives (see `/stay status`)"
COUNTS_PEOPLE = ("distinct", "max", "avg")
"""How metrics add up that can count people, the best first: a mean over all days of the week is low for an office."""


async def take(database: Database, settings: Settings, usage: Usage | None, review_id: int, now: datetime) -> Picture:
    """Raises Refused when the review or its account is no longer there. A source that fails is named in `missing`."""
    known = await database.read(known_of, settings, review_id, now)
    ends = await database.read(ends_of, settings, day_of(now, settings.zone))
    lines, missing = await lines_of(usage, known.account_id, ends)
    found = replace(known, lines=lines, missing=(*known.missing, *missing))
    return replace(found, points=points_of(found))


def known_of(session: Session, settings: Settings, review_id: int, now: datetime) -> Picture:
    """All but the weeks of the metrics, and the points."""
    review, account = load_review(session, review_id)
    organizer = session.get(Teammate, review.organizer)
    zone = organizers_zone(session, review, settings.zone)
    look = Look(now, zone, _sees(session, settings, organizer, review, account))
    last = _last(session, review, now)
    since = _since(last, account, look.day(now), zone)
    begins = start_of(since, zone)
    return Picture(
        **_meeting(session, review),
        **_account(account, look.sees),
        company=settings.company,
        taken_on=look.day(now),
        since=since,
        before=_before(session, last, look) if last else None,
        answers=answers_since(session, account.id, begins, zone, look.sees),
        themes=open_themes(session, account.id, now),
        **work_since(session, settings, account.id, begins, look),
        **_signals(session, settings, account, now),
    )


def _meeting(session: Session, review: Review) -> dict[str, Any]:
    return {
        "review_id": review.id,
        "type": review.type,
        "at": review.starts_at,
        "zone": review.zone,
        "language": review.language,
        "organizer": review.organizer_name,
        "people": tuple(names_of(people_of(session, review))),
        "agenda": review.agenda,
    }


def _sees(session: Session, settings: Settings, organizer: Teammate | None, review: Review, account: Account) -> bool:
    """Nobody of whom Slack says that they are not one of ours any more."""
    alert = session.get(Alert, review.alert_id) if review.alert_id else None
    try:
        return organizer is not None and sees_money(actor_of(organizer, settings.roles), account, settings.roles, alert)
    except Refused:
        return False


def _last(session: Session, review: Review, now: datetime) -> Review | None:
    """The last one of any type that was held."""
    held = select(Review).where(
        Review.account_id == review.account_id, Review.state == HELD, Review.id != review.id, Review.starts_at < now
    )
    return session.scalar(held.order_by(Review.starts_at.desc(), Review.id.desc()).limit(1))


def _since(last: Review | None, account: Account, today: date, zone: ZoneInfo) -> date:
    began = last.starts_at.astimezone(zone).date() if last else account.started_on
    return min(began or today - FALLBACK, today)


def _before(session: Session, last: Review, look: Look) -> Before:
    """Whoever was invited took part, unless somebody said that they did not."""
    there = (Participant.review_id == last.id, Participant.gone_at.is_(None), Participant.came.is_not(False))
    came = session.scalars(select(Participant).where(*there).order_by(Participant.id)).all()
    note = (last.note or "") if look.sees else ""
    return Before(last.type, look.day(last.starts_at), last.decisions or "", note, last.mood, tuple(names_of(came)))


def _account(account: Account, sees: bool) -> dict[str, Any]:
    goals = account.extra.get("goals")
    return {
        "account_id": account.id,
        "account": account.name,
        "url": account.url or "",
        "goals": str(goals).strip() if goals else "",
        "stage": account.stage or "",
        "plan": account.plan or "",
        "seats": account.seats,
        "arr": _number(account.arr) if sees else None,
        "currency": account.currency or "",
        "renewal_on": account.renewal_on,
    }


def _signals(session: Session, settings: Settings, account: Account, now: datetime) -> dict[str, Any]:
    """Health, tickets and how many people use it, where something feeds them."""
    signals = known_signals(session, settings, day_of(now, settings.zone))
    row = signal_row(session, signals, account.id)
    values = {name: _number(value) for name, value in row._mapping.items()} if row is not None else {}
    fed = [name for name, signal in signals.catalogue.items() if name.startswith(TICKETS) and signal.connected]
    return {
        "health": values.get("health"),
        "missing": (UNFIT,) if signals.catalogue["health"].broken else (),
        "tickets": tuple((name, value) for name in fed if (value := values.get(name)) is not None),
        **_used(settings.metrics, values),
    }


def _used(metrics: Mapping[str, Metric], values: Mapping[str, float | None]) -> dict[str, Any]:
    """By the metric that counts users best; nothing where none does."""
    fit = [one for one in metrics.values() if _counts_people(one) and values.get(f"{one.name}.recent") is not None]
    best = min(fit, key=lambda one: COUNTS_PEOPLE.index(one.aggregate), default=None)
    return {"seats_used": values[f"{best.name}.recent"], "seats_unit": UNITS[best.aggregate]} if best else {}


def _counts_people(metric: Metric) -> bool:
    named = f"{metric.name} {metric.label}".lower()
    return metric.aggregate in COUNTS_PEOPLE and any(word in named for word in ("user", "seat"))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None
