"""How reviews stand: the facts behind `/stay reviews`, for whoever asks. What counts as covered says coverage.py."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.alerts.cards import money
from bot.alerts.people import load_people, owner_person
from bot.alerts.review_card import CARD
from bot.charts.trend import Scale, Trend, TrendPoint, trend_of
from bot.messages import catalog as m
from bot.messages.numbers import MONTHS
from bot.playbooks.cadence import PLAYBOOK
from bot.reviews import report_meetings as meetings
from bot.reviews.coverage import MonthEnd, Standing, cadences_of, month_ends, standings
from bot.settings import Settings
from bot.team.roles import Actor
from bot.team.sight import sees_money
from models import Account, Alert, Reason

SHARE = Scale(0, 100, "%", counted="account", interval=False)


@dataclass(frozen=True)
class Reader:
    """Who asks, and when."""

    actor: Actor
    settings: Settings
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return zone_or(self.actor.timezone, self.settings.zone)

    @property
    def email(self) -> str:
        """That of the accounts which are the reader's own; somebody without an address owns none."""
        return (self.actor.email or "-").lower()


def mine(session: Session, reader: Reader, feed: m.Feed) -> m.ReviewsMine:
    standing = _standings(session, reader, reader.email)
    due = sorted((one for one in standing or () if one.due_in is not None), key=_by_days)
    shown = m.ReviewsMine.SHOWN
    over = meetings.unanswered(session, reader.actor.slack_id, reader.now)
    planned, total = meetings.planned_with(session, reader.actor.slack_id, reader.now, reader.zone, shown)
    return m.ReviewsMine(
        reader=reader.actor.slack_id,
        coverage=None if standing is None else _coverage(standing),
        due=_due(session, due[:shown], reader),
        due_total=len(due),
        planned=planned,
        planned_total=total,
        unanswered=tuple(over[:shown]),
        unanswered_total=len(over),
        feed=feed,
        manager=reader.actor.is_manager,
    )


def team(session: Session, reader: Reader) -> m.ReviewsTeam:
    """About ten statements, however many accounts there are."""
    cadences = cadences_of(session, reader.settings, reader.now)
    standing = standings(session, cadences, reader.settings.zone) if cadences.rules else None
    no_shows = meetings.no_shows(session, reader.now)
    return m.ReviewsTeam(
        coverage=None if standing is None else _coverage(standing),
        csms=_csms(session, standing or (), no_shows, reader.now),
        no_shows=m.NoShows(sum(one.count for one in no_shows.values()), sum(one.meetings for one in no_shows.values())),
        planned=meetings.planned_of_team(session, reader.now, reader.zone),
        months=_months(month_ends(session, cadences, reader.settings)),
        days=meetings.NO_SHOWS_OVER.days,
        weeks=meetings.AHEAD.days // 7,
    )


def overdue(session: Session, reader: Reader, page: int = 1) -> m.ReviewsOverdue:
    """A CSM sees the own, managers all: as `/stay risks` does."""
    own = not reader.actor.is_manager
    standing = _standings(session, reader, reader.email if own else None)
    late = _by_csm([one for one in standing or () if one.overdue])
    size = m.ReviewsOverdue.PAGE_SIZE
    page = min(max(page, 1), max(1, -(-len(late) // size)))
    lines = _due(session, late[(page - 1) * size : page * size], reader)
    return m.ReviewsOverdue(lines=lines, total=len(late), page=page, own=own, cadences=standing is not None)


def _standings(session: Session, reader: Reader, owner: str | None) -> list[Standing] | None:
    """None: settings name no cadence."""
    if not reader.settings.reviews:
        return None
    return standings(session, cadences_of(session, reader.settings, reader.now), reader.settings.zone, owner)


def _coverage(standing: Sequence[Standing]) -> m.Coverage:
    counted = [one for one in standing if one.counts]
    return m.Coverage(len(counted), sum(not one.overdue for one in counted), len(standing) - len(counted))


def _by_days(one: Standing) -> tuple[int, str]:
    return one.due_in or 0, one.account_id


def _by_csm(late: Sequence[Standing]) -> list[Standing]:
    """Whoever has the oldest first, accounts without an owner last; each one's own, the most days first."""
    worst: dict[str | None, int] = defaultdict(int)
    for one in late:
        worst[one.owner] = max(worst[one.owner], one.overdue)
    return sorted(late, key=lambda one: (one.owner is None, -worst[one.owner], one.owner or "", -one.overdue, one.account_id))


def _csms(
    session: Session, standing: Sequence[Standing], no_shows: Mapping[str | None, m.NoShows], now: datetime
) -> tuple[m.CsmReviews, ...]:
    """Whoever has accounts in cadence, or had meetings; the least covered first, accounts without an owner last."""
    theirs: dict[str | None, list[Standing]] = {owner: [] for owner in no_shows}
    for one in standing:
        theirs.setdefault(one.owner, []).append(one)
    people = load_people(session, [(owner,) for owner in theirs])
    ahead = meetings.next_by_owner(session, now)
    found = [
        (m.CsmReviews(owner_person(owner, people), _coverage(some), no_shows.get(owner, m.NoShows(0, 0)), ahead.get(owner)), owner or "")
        for owner, some in theirs.items()
    ]
    return tuple(line for line, _ in sorted(found, key=lambda one: (one[0].person is None, -one[0].coverage.overdue, one[1])))


def _due(session: Session, some: Sequence[Standing], reader: Reader) -> tuple[m.DueReview, ...]:
    ids = [one.account_id for one in some]
    accounts = {account.id: account for account in session.scalars(select(Account).where(Account.id.in_(ids)))}
    people = load_people(session, [(one.owner,) for one in some])
    alerts = _asking(session, ids)

    def fact(one: Standing) -> m.DueReview:
        account = accounts[one.account_id]
        return m.DueReview(
            account=m.Account(account.id, account.name, account.url),
            type=one.type or "",
            due_in=one.due_in or 0,
            owner=owner_person(one.owner, people),
            arr=money(account) if sees_money(reader.actor, account, reader.settings.roles) else None,
            alert_id=alerts.get(account.id),
        )

    return tuple(fact(one) for one in some)


def _asking(session: Session, accounts: Sequence[str]) -> dict[str, int]:
    """The open alert that asks to plan a review, by account: of its own, or one of another playbook that it joined."""
    joined = exists().where(Reason.alert_id == Alert.id, Reason.playbook == PLAYBOOK, Reason.ended_at.is_(None))
    asks = (Alert.account_id.in_(accounts), Alert.closed_at.is_(None), or_(Alert.card == CARD, joined))
    return dict(session.execute(select(Alert.account_id, func.min(Alert.id)).where(*asks).group_by(Alert.account_id)).all())


# --- the chart


def _months(ends: Sequence[MonthEnd]) -> tuple[m.MonthFact, ...]:
    """From the first that had accounts on."""
    first = next((at for at, one in enumerate(ends) if one.accounts), len(ends))
    return tuple(m.MonthFact(one.on, one.accounts, one.covered / one.accounts if one.accounts else None) for one in ends[first:])


def coverage_chart(months: Sequence[m.MonthFact]) -> Trend:
    """There is room for the year where one begins."""
    years = [not at or month.on.month == 1 for at, month in enumerate(months)]
    return trend_of("Coverage by month", SHARE, [_point(month, year) for month, year in zip(months, years, strict=True)])


def _point(month: m.MonthFact, year: bool) -> TrendPoint:
    name = MONTHS[month.on.month - 1]
    share = None if month.share is None else 100 * month.share
    return TrendPoint(f"{name} {month.on.year}", month.accounts, share, short=f"{name}\n{month.on.year}" if year else name)
