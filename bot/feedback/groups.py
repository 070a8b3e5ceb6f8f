"""The groups in which an answer counts, written down when it comes: what an account is later changes no earlier figure.

`segment:NAME` for each segment of staysail.yml that the account is in, `stage:NAME`, and `csm:ADDRESS` of its owner.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.clock import day_of
from bot.playbooks.known import known_signals
from bot.settings import Settings
from models import Account, Invitation

SEGMENT, STAGE, CSM = "segment", "stage", "csm"
FEWEST: Final = 5
"""People: a smaller group of an anonymous survey is never broken down."""
ASKED_WITHIN: Final = timedelta(days=92)
"""About a quarter: who was asked within it counts for the size of an anonymous answer's groups."""


def groups_of(session: Session, account_id: str, settings: Settings, now: datetime) -> list[str]:
    """The account's groups at this moment."""
    return list(_conditions(session, known_signals(session, settings, day_of(now, settings.zone)), account_id))


def anonymous_groups(session: Session, invitation: Invitation, settings: Settings, now: datetime) -> list[str]:
    """Of the groups of the account that was asked, those that together still tell of `FEWEST` people and more.

    Counted are people whom the same survey asked within `ASKED_WITHIN`. A group is left out when fewer of them would be in it and in
    those kept before it: three large groups can have a single person in common.
    """
    signals = known_signals(session, settings, day_of(now, settings.zone))
    kept: dict[str, ColumnElement[bool]] = {}
    for group, condition in _conditions(session, signals, invitation.account_id).items():
        if _people(session, signals, invitation.survey, [*kept.values(), condition], now) >= FEWEST:
            kept[group] = condition
    return list(kept)


def groups_of_all(session: Session, settings: Settings, now: datetime) -> dict[str, list[str]]:
    """The groups of every account, in one statement."""
    signals = known_signals(session, settings, day_of(now, settings.zone))
    segments = _segments(signals)
    statement = _looked_up(signals, segments)
    rows = session.execute(statement.add_columns(Account.id.label("account_id")).params(as_of=signals.day))
    return {row.account_id: list(_holding(row, segments)) for row in rows}


def _conditions(session: Session, signals: Signals, account_id: str) -> Mapping[str, ColumnElement[bool]]:
    """The account's groups, each with the condition that its accounts meet."""
    segments = _segments(signals)
    row = session.execute(_looked_up(signals, segments).where(Account.id == account_id).params(as_of=signals.day)).first()
    return _holding(row, segments) if row else {}


def _segments(signals: Signals) -> dict[str, ColumnElement[bool]]:
    return {name: signal.expression for name, signal in sorted(signals.catalogue.segments().items())}


def _looked_up(signals: Signals, segments: Mapping[str, ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    """The stage, the owner, and whether each segment holds, in their order."""
    columns = [condition.label(f"segment_{at}") for at, condition in enumerate(segments.values())]
    return select(Account.stage, Account.owner_email, *columns).select_from(signals.table)


def _holding(row: Row[*tuple[Any, ...]], segments: Mapping[str, ColumnElement[bool]]) -> dict[str, ColumnElement[bool]]:
    held: Sequence[Any] = tuple(row)[2:]
    inside = zip(segments.items(), held, strict=False)  # an account's id may follow
    return {f"{SEGMENT}:{name}": condition for (name, condition), holds in inside if holds} | _own(row.stage, row.owner_email)


def _own(stage: str | None, owner: str | None) -> dict[str, ColumnElement[bool]]:
    found: dict[str, ColumnElement[bool]] = {}
    if stage:
        found[f"{STAGE}:{stage}"] = Account.stage == stage
    if owner:
        found[f"{CSM}:{owner.lower()}"] = func.lower(Account.owner_email) == owner.lower()
    return found


def _people(session: Session, signals: Signals, survey: str, conditions: Sequence[ColumnElement[Any]], now: datetime) -> int:
    """How many people were asked in accounts that meet all of these; counts no further than it has to."""
    asked = (Invitation.survey == survey, Invitation.state == "asked", Invitation.asked_at > now - ASKED_WITHIN, Invitation.asked_at <= now)
    theirs = select(Invitation.person).select_from(signals.table.join(Invitation, Invitation.account_id == Account.id))
    some = theirs.where(*asked, *conditions).distinct().limit(FEWEST).subquery()
    return session.scalar(select(func.count()).select_from(some).params(as_of=signals.day)) or 0
