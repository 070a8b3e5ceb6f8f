"""Match: whom a playbook's condition holds for now, and what holds the play back. Set-based: one account or a million, the same
statements.

    trigger and condition ─► matches (who, since when, held by what) ─► budget ─► plays

`matches` is replaced by every pass. Holding reasons, the first that applies:
`open` a play of this playbook runs · `quiet` the last one ended less than `once_per` ago, and it is not clearly worse since ·
`unless` one of its rules holds · `dwell` it has not held for long enough · `stale` a source it reads is too old · `mass_drop` too
many would open at once · `budget` the owner has had the day's cards.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Insert,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.bulk import insert_into
from bot.messages.catalog import CardName
from bot.playbooks.definition import NEVER_AGAIN, Playbook
from bot.playbooks.steps import CONTACT
from bot.playbooks.triggers import EventTrigger, Firing, SweepTrigger
from models import Account, Alert, Contact, Match, Play, Reason
from models.base import Moment


class Held(StrEnum):
    OPEN = "open"
    QUIET = "quiet"
    UNLESS = "unless"
    DWELL = "dwell"
    STALE = "stale"
    MASS_DROP = "mass_drop"
    BUDGET = "budget"


def churned(day: date) -> ColumnElement[bool]:
    """By `day`; unknown where the CRM tells neither stage nor day."""
    return or_(Account.stage == "churned", Account.churned_on <= day)


def in_care(day: date) -> ColumnElement[bool]:
    """Accounts that the CRM still has and that have not churned by `day`."""
    return and_(Account.gone_at.is_(None), func.coalesce(churned(day), False).is_(False))


def match(session: Session, playbook: Playbook, signals: Signals, firing: Firing | None, now: datetime) -> None:
    """Writes down whom a play would begin for, with what holds each back by itself, and forgets all others. Since when it holds for
    somebody is kept as long as it does.

    `firing` is what the trigger gives now; None: nothing.
    """
    if firing is not None:
        session.execute(_upsert_matches(session, playbook, signals, firing, now))
    session.execute(delete(Match).where(Match.playbook == playbook.name, Match.seen_at != now))
    if playbook.dwell:
        too_short = and_(Match.playbook == playbook.name, Match.held.is_(None), Match.since > now - playbook.dwell)
        session.execute(update(Match).where(too_short).values(held=Held.DWELL.value))


def count_fresh(session: Session, playbook: str) -> int:
    """How many nothing holds back so far."""
    return session.scalar(select(func.count()).where(Match.playbook == playbook, Match.held.is_(None))) or 0


def forget(session: Session, playbook: str) -> None:
    """Of a playbook that decides nothing now."""
    session.execute(delete(Match).where(Match.playbook == playbook))


def count_eligible(session: Session, playbook: Playbook, signals: Signals, enough: int) -> int:
    """Accounts in care whose every signal in the condition is known; counts no further than `enough`."""
    known = [signals.catalogue[name].expression.is_not(None) for name in playbook.when.signals]
    some = select(Account.id).select_from(signals.table).where(in_care(signals.day), *known).limit(enough).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _upsert_matches(session: Session, playbook: Playbook, signals: Signals, firing: Firing, now: datetime) -> Insert:
    names = ("playbook", "account_id", "contact_id", "occasion", "since", "seen_at", "held", "owner_email", "priority", "severity")
    statement = insert_into(session, Match).from_select(names, matching(playbook, signals, firing, now))
    new = {name: statement.excluded[name] for name in names if name not in ("playbook", "account_id", "contact_id", "since")}
    upserting: Insert = statement.on_conflict_do_update(index_elements=["playbook", "account_id", "contact_id"], set_=new)
    return upserting


def matching(playbook: Playbook, signals: Signals, firing: Firing, now: datetime) -> Select[Any]:
    """Whom the trigger and the condition give, with what holds each back by itself. One row a target.

    A playbook about contacts is for those of the roles that it names; when an event sets it off, only for the event's own contact.
    """
    contact: ColumnElement[str] = firing.contact
    table, conditions = firing.table, [firing.where, playbook.when.clause, in_care(signals.day)]
    if playbook.target == CONTACT:
        theirs = firing.contact == Contact.id if isinstance(playbook.trigger, EventTrigger) else true()
        table = table.join(Contact, and_(Contact.account_id == Account.id, theirs))
        conditions.append(Contact.gone_at.is_(None))
        conditions += [func.lower(Contact.role).in_([role.lower() for role in playbook.roles])] if playbook.roles else []
        contact = Contact.id.expression
    mine = and_(Play.account_id == Account.id, Play.playbook == playbook.name, Play.contact_id == contact)
    if not isinstance(playbook.trigger, SweepTrigger):
        conditions.append(not_(exists().where(mine, Play.occasion == firing.occasion)))
    return (
        select(
            literal(playbook.name),
            Account.id,
            contact,
            firing.occasion,
            literal(now, Moment),
            literal(now, Moment),
            _held_alone(playbook, mine, now),
            Account.owner_email,
            playbook.priority.expression if playbook.priority else cast(null(), Double),
            playbook.severity.expression if playbook.severity else cast(null(), Double),
        )
        .select_from(table)
        .where(*conditions)
        .params(as_of=signals.day)
    )


def _held_alone(playbook: Playbook, mine: ColumnElement[bool], now: datetime) -> ColumnElement[str]:
    running = exists().where(mine, Play.ended_at.is_(None))
    whens: list[tuple[Any, Any]] = [(running, literal(Held.OPEN.value))]
    if playbook.once_per is not None:
        recent = exists().where(mine, Play.ended_at > literal(now - playbook.once_per, Moment), not_(_worse(playbook)))
        whens.append((recent, literal(Held.QUIET.value)))
    if playbook.unless:
        pressing = or_(*(func.coalesce(condition.clause, false()) for condition in playbook.unless))
        whens.append((pressing, literal(Held.UNLESS.value)))
    return case(*whens, else_=cast(null(), String))


def _worse(playbook: Playbook) -> ColumnElement[bool]:
    """Things are clearly worse than when that play's alert was closed. What happens once a date or an event has no such return."""
    by_sweep = isinstance(playbook.trigger, SweepTrigger) and playbook.once_per != NEVER_AGAIN
    if not (by_sweep and playbook.severity):
        return false()
    limit = Play.end_severity + func.abs(Play.end_severity) * playbook.worse_by
    return func.coalesce(playbook.severity.expression > limit, false())


def held_now(session: Session, playbook: Playbook, signals: Signals, account_id: str, now: datetime) -> str | None:
    """What would hold a play for this account back, whatever its trigger and condition say; `left` when it is no longer in care."""
    mine = and_(Play.account_id == Account.id, Play.playbook == playbook.name)
    statement = select(in_care(signals.day), _held_alone(playbook, mine, now)).select_from(signals.table)
    row = session.execute(statement.where(Account.id == account_id).params(as_of=signals.day)).one_or_none()
    if row is None or not row[0]:
        return "left"
    return str(row[1]) if row[1] else None


def hold(session: Session, playbook: str, reason: Held) -> int:
    """Holds back whatever would open. Returns how many."""
    fresh = and_(Match.playbook == playbook, Match.held.is_(None))
    return _changed(session.execute(update(Match).where(fresh).values(held=reason.value)))


@dataclass(frozen=True)
class Budget:
    """`cards_a_day` for each owner, from `day_began` on. `kinds`: all playbooks whose plays begin with a card, and of which kind that is.

    `shared`: an account's cards of one kind are one card.
    """

    cards_a_day: int
    day_began: datetime
    kinds: Mapping[str, str]
    shared: bool


def apply_budget(session: Session, fresh: Collection[str], budget: Budget) -> int:
    """Of all cards that would open now, each owner gets the most valuable up to the day's limit, across playbooks. The rest waits.

    `fresh`: the playbooks that were matched in this pass. Accounts without an owner are nobody's budget; what joins a card that stands
    costs nothing. Returns how many wait.
    """
    playbooks = [name for name in budget.kinds if name in fresh]
    if not playbooks:
        return 0
    kind = case(budget.kinds, value=Match.playbook) if budget.shared else Match.playbook
    new: list[ColumnElement[bool]] = [Match.held.is_(None), Match.owner_email.is_not(None), Match.playbook.in_(playbooks)]
    if budget.shared:
        standing = (Alert.closed_at.is_(None), Alert.card != CardName.TASK.value)
        stands = exists().where(Alert.account_id == Match.account_id, Alert.kind == kind, *standing)
        new.append(~stands)
    cards = (
        select(Match.owner_email, Match.account_id, kind.label("kind"), func.max(Match.priority).label("priority"))
        .where(*new)
        .group_by(Match.owner_email, Match.account_id, kind)
        .subquery()
    )
    rank = func.row_number().over(
        partition_by=cards.c.owner_email, order_by=(cards.c.priority.desc().nulls_last(), cards.c.account_id, cards.c.kind)
    )
    ranked = select(cards, rank.label("place")).subquery()
    had = _had(budget)
    over = (
        select(ranked.c.account_id, ranked.c.kind)
        .outerjoin(had, had.c.owner_email == ranked.c.owner_email)
        .where(ranked.c.place + func.coalesce(had.c.cards, 0) > budget.cards_a_day)
    )
    waiting = update(Match).where(*new[:3], tuple_(Match.account_id, kind).in_(over)).values(held=Held.BUDGET.value)
    return _changed(session.execute(waiting, execution_options={"synchronize_session": False}))


def _had(budget: Budget) -> Subquery:
    """How many cards each owner has had today: plays that began one, but for those that joined another's."""
    joined = exists().where(Reason.play_id == Play.id, Alert.id == Reason.alert_id, Alert.play_id != Play.id)
    return (
        select(Account.owner_email, func.count().label("cards"))
        .join(Play, Play.account_id == Account.id)
        .where(Play.started_at >= budget.day_began, Play.playbook.in_(budget.kinds), Play.silent.is_(None), ~joined)
        .group_by(Account.owner_email)
        .subquery()
    )


def start_plays(session: Session, versions: Mapping[str, int], now: datetime) -> int:
    """One play for every match that nothing holds back. Returns how many. An occasion that began one is used up."""
    started = 0
    columns = ["playbook", "version", "account_id", "contact_id", "occasion", "step", "priority", "severity", "started_at", "due_at"]
    for name, version in versions.items():
        chosen = select(
            Match.playbook, literal(version), Match.account_id, Match.contact_id, Match.occasion, literal(0), Match.priority,
            Match.severity, literal(now, Moment), literal(now, Moment),
        ).where(Match.playbook == name, Match.held.is_(None))  # fmt: skip
        added = insert(Play).from_select(columns, chosen, include_defaults=False)
        started += _changed(session.execute(added, execution_options={"preserve_rowcount": True}))
        session.execute(delete(Match).where(Match.playbook == name, Match.held.is_(None), Match.occasion.is_not(None)))
    return started


def is_waiting(session: Session, playbook: str) -> bool:
    """Something that this pass held back may begin in the next one."""
    waiting = (Held.STALE.value, Held.MASS_DROP.value, Held.BUDGET.value)
    return bool(session.scalar(select(exists().where(Match.playbook == playbook, Match.held.in_(waiting)))))


def count_held(session: Session, playbooks: Sequence[str]) -> dict[str, int]:
    statement = select(Match.held, func.count()).where(Match.held.is_not(None), Match.playbook.in_(playbooks)).group_by(Match.held)
    return {str(reason): count for reason, count in session.execute(statement)}


def _changed(result: Any) -> int:
    return int(result.rowcount)
