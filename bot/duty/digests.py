"""The morning digest: one direct message to each person on each of their business days, if there is anything to say.

Who is due follows from the zones alone. A zone's round is done once a day and remembered as a receipt, so that all other minutes cost
one look. What a digest says is read when it is sent; after a click it is shown anew.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, func, not_, or_, select, update
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import CLOSED
from bot.bulk import among, insert_into, inserting
from bot.delivery import outbox
from bot.delivery.keys import digest_key, week_key
from bot.duty.digests_times import ONE, WEEK, Morning, before, morning_now, week_until, zone_named
from bot.messages import catalog as m
from bot.playbooks.match import Held
from bot.settings import Settings
from bot.team.away import away_now, in_charge
from bot.team.directory import is_ours
from models import Absence, Account, Alert, Dispatch, Match, OutboxMessage, Receipt, Teammate, Trace

DIGEST = "digest"
REMEMBERED = 14
"""Days in which the last digest is looked for."""


@dataclass(frozen=True)
class Round:
    """A zone whose morning it is, and how its people's profiles name it."""

    morning: Morning
    names: tuple[str | None, ...]

    @property
    def receipt(self) -> str:
        return f"digest:{self.morning.zone.key}:{self.morning.day}"


def send_digests(session: Session, settings: Settings, now: datetime) -> int:
    """How many messages are on their way. For every minute: next to nothing while nobody is due."""
    if not settings.digest.enabled:
        return 0
    rounds = {one.receipt: one for one in _rounds(session, settings, now)}
    week = week_until(now, settings) if settings.channels.managers else None
    weeks = {f"week:{week.date()}": week} if week else {}
    wanted = sorted([*rounds, *weeks])  # in one order everywhere: two processes must not wait for each other
    done = set(session.scalars(select(Receipt.id).where(Receipt.id.in_(wanted)))) if wanted else set()
    mine = [receipt for receipt in wanted if receipt not in done and _is_ours(session, receipt, now)]
    sent = sum(_send(session, rounds[receipt], settings, now) for receipt in mine if receipt in rounds)
    return sent + sum(send_week(session, settings, weeks[receipt], now) for receipt in mine if receipt in weeks)


def _rounds(session: Session, settings: Settings, now: datetime) -> list[Round]:
    names: dict[ZoneInfo, list[str | None]] = defaultdict(list)
    for name in session.scalars(select(Teammate.timezone).where(is_ours()).distinct()):
        names[zone_named(name, settings)].append(name)
    return [Round(morning, tuple(some)) for zone, some in names.items() if (morning := morning_now(now, zone, settings))]


def _is_ours(session: Session, receipt: str, now: datetime) -> bool:
    """False: another process was faster."""
    adding = insert_into(session, Receipt).values(id=receipt, received_at=now).on_conflict_do_nothing(index_elements=["id"])
    return session.scalar(adding.returning(Receipt.id)) is not None


def _send(session: Session, due: Round, settings: Settings, now: datetime) -> int:
    """A digest for everybody in the zone who may have something to read. It is held back if nothing is left when it is sent."""
    since = before(due.morning.day, due.morning.zone, settings)
    people = _readers(session, due, since, now)
    told = told_until(session, people, due.morning.day, since)
    rows = [
        {
            "kind": DIGEST,
            "key": digest_key(one, due.morning.day),
            "recipient": one,
            "content": _content(due.morning, told[one]),
            "created_at": now,
        }
        for one in people
    ]
    if not rows:
        return 0
    adding, values = inserting(session, Dispatch, rows)
    added = adding.on_conflict_do_nothing(index_elements=["key"]).returning(Dispatch.id, Dispatch.key, Dispatch.recipient)
    new = session.execute(added, values).all()
    outbox.enqueue(session, [outbox.New(key, f"{DIGEST}:{number}", to, now) for number, key, to in new], now)
    return len(new)


def _readers(session: Session, due: Round, since: datetime, now: datetime) -> list[str]:
    """Who looks after anything that is open, waits or was closed since, or stands in for somebody who does; nobody who is away."""
    emails, ids = _concerned(session, since, due.morning.at)
    ids |= set(standing_in(session, now))
    zoned = or_(Teammate.timezone.in_([name for name in due.names if name]), *([Teammate.timezone.is_(None)] if None in due.names else []))
    concerned = or_(Teammate.email.in_(among(session, emails)), Teammate.slack_id.in_(among(session, ids)))
    found = session.scalars(select(Teammate.slack_id).where(is_ours(), zoned, concerned).order_by(Teammate.slack_id)).all()
    away = away_now(session, found, now)
    return [one for one in found if one not in away]


def _concerned(session: Session, since: datetime, at: datetime) -> tuple[set[str], set[str]]:
    """E-mail addresses and Slack ids of whoever looks after something."""
    who = (Account.owner_email, Alert.assigned_to, Alert.taken_by)
    joined = select(*who, func.min(Alert.opened_at)).join(Account, Account.id == Alert.account_id).group_by(*who)
    waiting = select(Match.owner_email).where(Match.held == Held.BUDGET.value, Match.since <= at)
    emails: set[str | None] = set(session.scalars(waiting.distinct()))
    ids: set[str | None] = set()
    for where in (Alert.closed_at.is_(None), closed_since(since)):
        for email, assigned, taken, first in session.execute(joined.where(where)):
            emails |= {email} if first <= at else set()
            ids |= {assigned, taken} if first <= at else set()
    return {one for one in emails if one}, {one for one in ids if one}


def closed_since(moment: datetime) -> ColumnElement[bool]:
    """Alerts have no index by their closing, what was done to them has."""
    closing = select(Trace.alert_id).where(Trace.at > moment, Trace.what.in_(CLOSED))
    return and_(Alert.id.in_(closing), Alert.closed_at > moment)


def standing_in(session: Session, now: datetime) -> dict[str, list[str]]:
    """By who stands in: those who are away."""
    every = session.scalars(select(Absence.slack_id).where(Absence.ended_at.is_(None)).distinct()).all()
    found: dict[str, list[str]] = defaultdict(list)
    for absent in away_now(session, every, now):
        if stand_in := in_charge(session, absent, now):
            found[stand_in].append(absent)
    return found


def told_until(session: Session, people: Collection[str], day: date, since: datetime) -> dict[str, datetime]:
    """Up to when each has been told what was closed: their last digest before that day, else `since`."""
    keys = [digest_key(one, day - ago * ONE) for one in people for ago in range(1, REMEMBERED + 1)]
    last = select(Dispatch.recipient, func.max(Dispatch.created_at)).where(Dispatch.key.in_(among(session, keys)))
    return dict.fromkeys(people, since) | dict(session.execute(last.group_by(Dispatch.recipient)).all())


def _content(morning: Morning, since: datetime) -> dict[str, str]:
    moments = {"at": morning.at, "until": morning.until, "since": since}
    return {"day": str(morning.day), "zone": morning.zone.key} | {name: moment.isoformat() for name, moment in moments.items()}


def send_week(session: Session, settings: Settings, until: datetime, now: datetime) -> int:
    """1 when a message is on its way, 0 when nothing happened in that week."""
    channel = settings.channels.managers
    if channel is None or not _anything_happened(session, until):
        return 0
    key = week_key(until.date())
    told = Dispatch(kind="week", key=key, recipient=channel, content={"until": until.isoformat()}, created_at=now)
    session.add(told)
    session.flush()
    outbox.enqueue(session, [outbox.New(key, f"week:{told.id}", channel, now)], now)
    return 1


def _anything_happened(session: Session, until: datetime) -> bool:
    """The figures themselves are counted when they are sent: by the dozen thousand they would hold up everybody's clicks here."""
    happened = (and_(moment >= until - WEEK, moment < until) for moment in (Alert.opened_at, Alert.taken_at, Alert.closed_at))
    alerts = select(Alert.id).where(Alert.card != m.CardName.TASK.value).limit(1)
    return any(session.scalar(alerts.where(lately)) is not None for lately in happened)


_HELD_BACK = and_(
    OutboxMessage.__table__.c.ts.is_(None), OutboxMessage.__table__.c.shown_version >= OutboxMessage.__table__.c.wanted_version
)
_READ_TODAY = (
    select(Dispatch.__table__.c.id)
    .join(OutboxMessage.__table__, OutboxMessage.__table__.c.dedup_key == Dispatch.__table__.c.key)
    .where(Dispatch.__table__.c.key.in_(bindparam("keys", expanding=True)), Dispatch.__table__.c.created_at >= bindparam("since"))
    .where(not_(_HELD_BACK))
)
"""Part of every click, hence built once and without the ORM."""


def show_anew(session: Session, alert: Alert, people: Iterable[str | None], now: datetime) -> None:
    """Something was done to an alert: the digests of today in which these people may have read of it are brought up to date."""
    keys = [digest_key(one, now.date() + ahead * ONE) for one in set(people) if one for ahead in (-1, 0, 1)]
    if not keys:
        return
    since = max(alert.opened_at, now - timedelta(days=1))
    ids = session.connection().scalars(_READ_TODAY, {"keys": keys, "since": since}).all()
    if not ids:
        return
    raised = update(Dispatch).where(Dispatch.id.in_(ids)).values(version=Dispatch.version + 1).returning(Dispatch.id, Dispatch.version)
    for number, version in session.execute(raised).all():
        outbox.refresh(session, f"{DIGEST}:{number}", version)
