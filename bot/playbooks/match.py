"""Match: whom a playbook's condition holds for now, and what holds the play back. Set-based: one account or a million, the same
statements.

    condition ─► matches (who, since when, held by what) ─► budget ─► plays

`matches` is replaced by every pass. Holding reasons, the first that applies:
`open` an alert of this playbook stands · `quiet` the last one closed less than `once_per` ago · `stale` a source it reads is
too old · `mass_drop` too many would open at once · `budget` the owner has had the day's cards.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Insert,
    Select,
    String,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.database import insert_into
from bot.playbooks.definition import Playbook
from models import Account, Match, Play
from models.base import Moment


class Held(StrEnum):
    OPEN = "open"
    QUIET = "quiet"
    STALE = "stale"
    MASS_DROP = "mass_drop"
    BUDGET = "budget"


def in_care(day: date) -> ColumnElement[bool]:
    """Accounts that the CRM still has and that have not churned by `day`."""
    left = or_(Account.stage == "churned", Account.churned_on <= day)
    return and_(Account.gone_at.is_(None), func.coalesce(left, False).is_(False))


def match(session: Session, playbook: Playbook, signals: Signals, now: datetime) -> int:
    """Writes down whom the condition holds for, with what holds each back by itself, and forgets whom it no longer holds for.

    Returns how many nothing holds back so far.
    """
    session.execute(_upsert_matches(session, playbook, signals, now))
    session.execute(delete(Match).where(Match.playbook == playbook.name, Match.seen_at != now))
    fresh = select(func.count()).where(Match.playbook == playbook.name, Match.held.is_(None))
    return session.scalar(fresh) or 0


def count_eligible(session: Session, playbook: Playbook, signals: Signals, enough: int) -> int:
    """Accounts in care whose every signal in the condition is known; counts no further than `enough`."""
    known = [signals.catalogue[name].expression.is_not(None) for name in playbook.when.signals]
    some = select(Account.id).select_from(signals.table).where(in_care(signals.day), *known).limit(enough).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _upsert_matches(session: Session, playbook: Playbook, signals: Signals, now: datetime) -> Insert:
    names = ("playbook", "account_id", "since", "seen_at", "held", "owner_email", "priority", "severity")
    statement = insert_into(session, Match).from_select(names, _matching(playbook, signals, now))
    new = {name: statement.excluded[name] for name in names[3:]}
    upserting: Insert = statement.on_conflict_do_update(index_elements=["playbook", "account_id", "contact_id"], set_=new)
    return upserting


def _matching(playbook: Playbook, signals: Signals, now: datetime) -> Select[Any]:
    return (
        select(
            literal(playbook.name),
            Account.id,
            literal(now, Moment),
            literal(now, Moment),
            _held_alone(playbook, now),
            Account.owner_email,
            playbook.priority.expression if playbook.priority else cast(null(), Double),
            playbook.severity.expression if playbook.severity else cast(null(), Double),
        )
        .select_from(signals.table)
        .where(playbook.when.clause, in_care(signals.day))
        .params(as_of=signals.day)
    )


def _held_alone(playbook: Playbook, now: datetime) -> ColumnElement[str]:
    mine = and_(Play.account_id == Account.id, Play.playbook == playbook.name)
    running = exists().where(mine, Play.ended_at.is_(None))
    whens: list[tuple[Any, Any]] = [(running, literal(Held.OPEN.value))]
    if playbook.once_per is not None:
        recent = exists().where(mine, Play.ended_at > literal(now - playbook.once_per, Moment))
        whens.append((recent, literal(Held.QUIET.value)))
    return case(*whens, else_=cast(null(), String))


def hold(session: Session, playbook: str, reason: Held) -> int:
    """Holds back whatever would open. Returns how many."""
    fresh = and_(Match.playbook == playbook, Match.held.is_(None))
    return _changed(session.execute(update(Match).where(fresh).values(held=reason.value)))


def apply_budget(session: Session, cards_a_day: int, day_began: datetime) -> int:
    """Of all that would open, each owner gets the most valuable up to the day's limit, across playbooks. The rest waits.

    Accounts without an owner are nobody's budget. Returns how many wait.
    """
    rank = func.row_number().over(
        partition_by=Match.owner_email, order_by=(Match.priority.desc().nulls_last(), Match.account_id, Match.playbook)
    )
    ranked = (
        select(Match.playbook, Match.account_id, Match.owner_email, rank.label("place"))
        .where(Match.held.is_(None), Match.owner_email.is_not(None))
        .subquery()
    )
    had = (
        select(Account.owner_email, func.count().label("cards"))
        .join(Play, Play.account_id == Account.id)
        .where(Play.started_at >= day_began)
        .group_by(Account.owner_email)
        .subquery()
    )
    over = (
        select(ranked.c.playbook, ranked.c.account_id)
        .outerjoin(had, had.c.owner_email == ranked.c.owner_email)
        .where(ranked.c.place + func.coalesce(had.c.cards, 0) > cards_a_day)
    )
    waiting = update(Match).where(tuple_(Match.playbook, Match.account_id).in_(over)).values(held=Held.BUDGET.value)
    return _changed(session.execute(waiting, execution_options={"synchronize_session": False}))


def start_plays(session: Session, versions: Mapping[str, int], now: datetime) -> int:
    """One play for every match that nothing holds back. Returns how many."""
    started = 0
    for name, version in versions.items():
        chosen = select(
            Match.playbook, literal(version), Match.account_id, literal(0), Match.priority, Match.severity, literal(now, Moment),
            literal(now, Moment),
        ).where(Match.playbook == name, Match.held.is_(None))  # fmt: skip
        columns = ["playbook", "version", "account_id", "step", "priority", "severity", "started_at", "due_at"]
        started += _changed(session.execute(insert(Play).from_select(columns, chosen)))
    return started


def count_held(session: Session, playbooks: Sequence[str]) -> dict[str, int]:
    statement = select(Match.held, func.count()).where(Match.held.is_not(None), Match.playbook.in_(playbooks)).group_by(Match.held)
    return {str(reason): count for reason, count in session.execute(statement)}


def _changed(result: Any) -> int:
    return int(result.rowcount)
