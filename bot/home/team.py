"""The team in figures, for its managers."""

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from bot.alerts.queries import untaken
from bot.home.accounts import RISK
from bot.home.day import day_lines, is_late
from bot.home.reader import Reader
from bot.messages import catalog as m
from models import Account, Alert


def team_numbers(session: Session, reader: Reader) -> m.TeamNumbers:
    def counted(condition: object) -> object:
        return func.sum(case((condition, 1), else_=0))  # type: ignore[arg-type]

    nobody = and_(Alert.assigned_to.is_(None), Account.owner_email.is_(None))
    figures = (counted(Alert.taken_by.is_not(None)), counted(is_late(reader.now)), counted(nobody))
    opened = select(func.count(), *figures).join(Account, Account.id == Alert.account_id).where(Alert.closed_at.is_(None))  # type: ignore[call-overload]
    total, taken, late, unowned = session.execute(opened).one()
    return m.TeamNumbers(total, taken or 0, late or 0, unowned or 0, _at_risk(session), _untaken(session, reader) if total else ())


def _untaken(session: Session, reader: Reader) -> tuple[m.DayLine, ...]:
    return day_lines(session, reader, untaken(), (Alert.opened_at, Alert.id), m.TeamNumbers.MOST)


def _at_risk(session: Session) -> tuple[m.Money, ...]:
    """Each account once, however many alerts it has; a sum for each currency, the largest first."""
    alerting = select(Alert.account_id).where(Alert.closed_at.is_(None), Alert.kind == RISK)
    total = func.sum(Account.arr)
    sums = select(Account.currency, total).where(Account.id.in_(alerting), Account.arr.is_not(None)).group_by(Account.currency)
    return tuple(m.Money(amount or 0.0, currency) for currency, amount in session.execute(sums.order_by(total.desc())))
