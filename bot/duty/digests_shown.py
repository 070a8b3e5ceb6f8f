"""A digest as it is sent or shown, at the moment when it is."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.world import World
from bot.delivery.composed import Composed, Composer, Withheld
from bot.duty.digests import standing_in, told_until
from bot.duty.digests_gather import Reader, Span, digest_of
from bot.duty.digests_times import Morning, before, morning_of, zone_named
from bot.messages import catalog as m
from bot.messages.render import render
from bot.settings import Settings
from bot.team.directory import is_ours
from models import Dispatch, OutboxMessage, Teammate


def digest_composer(settings: Callable[[], Settings], world: World) -> Composer:
    """Withholds a digest that says nothing any more, or whose day is over, unless it stands in Slack already."""

    def compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed | Withheld]:
        rows = select(Dispatch, OutboxMessage.ts).join(OutboxMessage, OutboxMessage.dedup_key == Dispatch.key)
        found = session.execute(rows.where(Dispatch.id.in_(ids))).all()
        return {dispatch.id: _composed(session, dispatch, ts is not None, settings(), world) for dispatch, ts in found}

    return compose


def _composed(session: Session, dispatch: Dispatch, stands: bool, settings: Settings, world: World) -> Composed | Withheld:
    now = world.now()
    span = _span_of(dispatch, stands)
    reader = reader_of(session, dispatch.recipient, settings, now)
    if reader is None:
        return Withheld("they are no longer a full member of the workspace")
    if not stands and now >= span.morning.until:
        return Withheld("their day is over")
    digest = digest_of(session, reader, span, world)
    if not stands and digest.says_nothing:
        return Withheld("nothing needs them today")
    return Composed(dispatch.version, render(digest))


def _span_of(dispatch: Dispatch, stands: bool) -> Span:
    told = dispatch.content
    at, until, since = (datetime.fromisoformat(told[name]) for name in ("at", "until", "since"))
    morning = Morning(date.fromisoformat(told["day"]), ZoneInfo(told["zone"]), at, until)
    return Span(morning, since, at, dispatch.created_at if stands else None)


def reader_of(session: Session, slack_id: str, settings: Settings, now: datetime) -> Reader | None:
    teammate = session.scalar(select(Teammate).where(Teammate.slack_id == slack_id, is_ours()))
    absent = standing_in(session, now).get(slack_id, [])
    others = session.scalars(select(Teammate).where(Teammate.slack_id.in_(absent)).order_by(Teammate.slack_id)).all() if absent else ()
    return Reader(teammate, tuple(others), settings.roles) if teammate else None


def digest_now(session: Session, slack_id: str, settings: Settings, world: World) -> m.Digest | None:
    """Somebody's digest as it would be sent at this moment, on whatever day."""
    now = world.now()
    reader = reader_of(session, slack_id, settings, now)
    if reader is None:
        return None
    zone = zone_named(reader.teammate.timezone, settings)
    day = now.astimezone(zone).date()
    since = told_until(session, [slack_id], day, before(day, zone, settings))[slack_id]
    morning = morning_of(day, zone, settings) or Morning(day, zone, now, now)
    return digest_of(session, reader, Span(morning, since, now), world)
