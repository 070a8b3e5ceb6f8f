"""Lists of alerts, and how the team does with them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from bot.alerts.cards import cause_of, money, owner_of
from bot.alerts.people import People, load_people, person
from bot.alerts.reasons import reasons_of, standing_of
from bot.alerts.world import World
from bot.messages import catalog as m
from bot.team.away import stand_ins_of
from models import Account, Alert, Reason

TEAM_DAYS = 30


def owned_by(slack_id: str, email: str | None) -> ColumnElement[bool]:
    """Alerts that somebody looks after: assigned to them, or else of an account that the CRM says is theirs, or taken by them."""
    crm = and_(Alert.assigned_to.is_(None), Account.owner_email == (email or ""))
    return or_(Alert.assigned_to == slack_id, crm, Alert.taken_by == slack_id)


def untaken() -> tuple[ColumnElement[bool], ...]:
    """Alerts with a card that nobody has taken."""
    waiting = (Alert.state == m.State.OPEN.value, Alert.closed_at.is_(None), Alert.taken_by.is_(None))
    return (*waiting, Alert.card != m.CardName.TASK.value, Alert.quiet.is_(False))


def risks_page(session: Session, mine: ColumnElement[bool] | None, page: int, world: World) -> m.RisksAnswer:
    """Open alerts, the most valuable account first. `mine` None: everybody's."""
    where = [Alert.closed_at.is_(None), *([mine] if mine is not None else [])]
    joined = select(Alert, Account).join(Account, Account.id == Alert.account_id).where(*where)
    total = session.scalar(select(func.count()).select_from(joined.subquery())) or 0
    size = m.RisksAnswer.PAGE_SIZE
    page = min(max(page, 1), max(1, -(-total // size)))
    ordered = joined.order_by(Account.arr.desc().nulls_last(), Alert.opened_at, Alert.id).limit(size).offset((page - 1) * size)
    rows = session.execute(ordered).all()
    lines = lines_of(session, [(alert, account) for alert, account in rows], world)
    return m.RisksAnswer(lines=lines, total=total, page=page, own=mine is not None, total_arr=_total_arr(session, where))


def _total_arr(session: Session, where: Sequence[ColumnElement[bool]]) -> tuple[m.Money, ...]:
    """Each account once, however many alerts it has."""
    alerting = select(Account.id, Account.arr, Account.currency).join(Alert, Alert.account_id == Account.id).where(*where)
    accounts = alerting.distinct().subquery()
    sums = select(accounts.c.currency, func.sum(accounts.c.arr)).where(accounts.c.arr.is_not(None)).group_by(accounts.c.currency)
    return tuple(m.Money(amount, currency) for currency, amount in session.execute(sums.order_by(func.sum(accounts.c.arr).desc())))


def lines_of(session: Session, rows: Sequence[tuple[Alert, Account]], world: World) -> tuple[m.AlertLine, ...]:
    """Alerts with their accounts as lines of a list, in the order given."""
    people = load_people(session, [(alert.owner_email, account.owner_email) for alert, account in rows])
    reasons = reasons_of(session, [alert.id for alert, _ in rows])
    absent = _absent(session, [alert for alert, _ in rows], people, world.now())
    return tuple(replace(_line(*row, reasons[row[0].id], people, world), absent=absent.get(row[0].id)) for row in rows)


def _absent(session: Session, alerts: Sequence[Alert], people: People, now: datetime) -> dict[int, m.Person]:
    """By alert: whose it is, while it is with whoever stands in for them."""
    given = {alert.id: people.get(alert.owner_email or "") for alert in alerts if alert.assigned_to}
    owners = {number: owner.slack_id for number, owner in given.items() if owner}
    stand_ins = stand_ins_of(session, owners.values(), now) if owners else {}
    theirs = (alert for alert in alerts if alert.id in owners and stand_ins.get(owners[alert.id]) == alert.assigned_to)
    return {alert.id: m.Person(slack_id=owners[alert.id]) for alert in theirs}


def _line(alert: Alert, account: Account, reasons: Sequence[Reason], people: People, world: World) -> m.AlertLine:
    return m.AlertLine(
        alert_id=alert.id,
        account=m.Account(account.id, account.name, account.url),
        cause=cause_of(alert, reasons, world),
        state=m.State(alert.state),
        since=alert.opened_at,
        owner=owner_of(alert, account, people, reasons),
        acting=person(alert.taken_by),
        arr=money(account),
        snoozed_until=alert.snoozed_until,
        deadline=alert.deadline,
        take_by=alert.take_by if alert.state == m.State.OPEN else None,
        also=max(0, len(standing_of(alert, reasons)) - 1),
        quiet=alert.quiet,
    )


def open_alerts_of(session: Session, account: Account, world: World) -> tuple[m.AlertLine, ...]:
    here = select(Alert).where(Alert.account_id == account.id, Alert.closed_at.is_(None)).order_by(Alert.opened_at)
    return lines_of(session, [(alert, account) for alert in session.scalars(here)], world)


def earlier_alerts(session: Session, account_id: str, world: World, besides: int | None = None) -> tuple[m.EarlierAlert, ...]:
    """The account's alerts, newest first; `besides` is the one that is looked at."""
    others = select(Alert).where(Alert.account_id == account_id, Alert.id != (besides or 0)).order_by(Alert.opened_at.desc()).limit(20)
    alerts = session.scalars(others).all()
    reasons = reasons_of(session, [alert.id for alert in alerts])
    return tuple(
        m.EarlierAlert(
            cause_of(o, reasons[o.id], world),
            m.State(o.state),
            o.opened_at,
            o.closed_at,
            o.outcome or "",
            person(o.closed_by),
            o.note or "",
        )
        for o in alerts
    )


def team(session: Session, now: datetime) -> tuple[m.TeamLine, ...]:
    """Per owner: open alerts, how many of them are taken, the median time to take over 30 days, and the oldest."""
    since = now - timedelta(days=TEAM_DAYS)
    rows = session.execute(
        select(Alert, Account.owner_email)
        .join(Account, Account.id == Alert.account_id)
        .where(or_(Alert.closed_at.is_(None), Alert.taken_at >= since))
    )
    alerts: dict[tuple[str | None, str | None], list[Alert]] = defaultdict(list)
    for alert, email in rows:
        key = (alert.assigned_to, None) if alert.assigned_to else (None, email)
        alerts[key].append(alert)
    people = load_people(session, [(email,) for _, email in alerts])
    by_person: dict[m.Person | None, list[Alert]] = defaultdict(list)
    for (slack_id, email), some in alerts.items():
        by_person[_someone(slack_id, email, people)] += some
    lines = [_team_line(who, some, since) for who, some in by_person.items()]
    return tuple(sorted(lines, key=lambda line: (line.person is None, -line.open)))


def _someone(slack_id: str | None, email: str | None, people: People) -> m.Person | None:
    if slack_id:
        return m.Person(slack_id=slack_id)
    known = people.get(email or "")
    return m.Person(slack_id=known.slack_id) if known else m.Person(email=email) if email else None


def _team_line(who: m.Person | None, alerts: Sequence[Alert], since: datetime) -> m.TeamLine:
    standing = [alert for alert in alerts if alert.closed_at is None]
    waits = [(alert.taken_at - alert.opened_at).total_seconds() for alert in alerts if alert.taken_at and alert.taken_at >= since]
    return m.TeamLine(
        person=who,
        open=len(standing),
        taken=sum(alert.taken_by is not None for alert in standing),
        median_to_take=timedelta(seconds=median(waits)) if waits else None,
        oldest=min((alert.opened_at for alert in standing), default=None),
    )
