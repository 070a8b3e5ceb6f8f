"""Plays that can move now, with everything the engine wants to know of them: one claim, and one statement for each edition among them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from bot.accounts.business_hours import known_zone, zone_or
from bot.alerts.lifecycle import ALERT_CLOSED
from bot.messages.catalog import State
from bot.playbooks.definition import Playbook
from bot.playbooks.engine import Place, Sight
from bot.playbooks.moves import left_because
from bot.playbooks.program import Do, Wait
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.status import stand_still
from bot.playbooks.story import needed, plain
from models import Account, Alert, Contact, Event, Play, Reason

BATCH = 1000


@dataclass(frozen=True)
class Due:
    """A play that can move. `left`: its account is no longer in care, and why. `pressing`: one of the `unless` rules holds.

    `facts` are the values of the signals that its cards and letters tell; `channel` is where its alerts go.
    """

    play_id: int
    playbook: Playbook
    place: Place
    silent: str | None
    account_id: str
    account_name: str
    contact_id: str
    owner_email: str | None
    priority: float | None
    severity: float | None
    channel: str
    timezone: str | None
    left: str | None
    pressing: bool
    sight: Sight
    facts: dict[str, Any]

    @property
    def op(self) -> Any:
        """The one it stands at; None at the end."""
        ops = self.playbook.program.ops
        return ops[self.place.step] if self.place.step < len(ops) else None


@dataclass(frozen=True)
class _Claim:
    play_id: int
    edition: tuple[str, int]


def claim(session: Session, rulebook: Rulebook, now: datetime, limit: int = BATCH) -> list[Due]:
    """The most pressing due plays, locked: other processes pass them over. In the order in which they are to be served."""
    chosen = _claims(session, rulebook, now, limit)
    found = {due.play_id: due for due in _look(session, rulebook, chosen, now)}
    return [found[one.play_id] for one in chosen if one.play_id in found]


def _claims(session: Session, rulebook: Rulebook, now: datetime, limit: int) -> list[_Claim]:
    still = stand_still(session)
    editions = [edition for edition in rulebook.editions if edition[0] not in still]
    if not editions:
        return []
    statement = (
        select(Play.id, Play.playbook, Play.version)
        .where(*_due(editions, now))
        .order_by(Play.priority.desc().nulls_last(), Play.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_Claim(play_id, (name, version)) for play_id, name, version in session.execute(statement)]


def _due(editions: Sequence[tuple[str, int]], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Plays of these editions whose time has come.

    The name is not compared as a bare column: SQLite would search the index of names, which leads through all plays that wait.
    """
    return Play.due_at <= now, tuple_(Play.playbook.concat(""), Play.version).in_(editions)


def _look(session: Session, rulebook: Rulebook, chosen: Sequence[_Claim], now: datetime) -> Iterator[Due]:
    by_edition: dict[tuple[str, int], list[int]] = {}
    for one in chosen:
        by_edition.setdefault(one.edition, []).append(one.play_id)
    for edition, ids in by_edition.items():
        yield from _look_at(session, rulebook, rulebook.editions[edition], ids, now)


def _look_at(session: Session, rulebook: Rulebook, playbook: Playbook, ids: list[int], now: datetime) -> Iterator[Due]:
    names = needed(playbook, rulebook.signals)
    rows = [row._mapping for row in session.execute(_everything(rulebook, playbook, names).where(Play.id.in_(ids)))]
    events, asleep = _events(session, playbook, rows), _asleep(session, playbook, ids)
    for row in rows:
        place = Place.read(row["step"], row["progress"])
        happened = frozenset(_since(events.get(row["account"], ()), place, row["id"], row["contact_id"]))
        yield Due(
            play_id=row["id"],
            playbook=playbook,
            place=place,
            silent=row["silent"],
            account_id=row["account"],
            account_name=row["name"],
            contact_id=row["contact_id"],
            owner_email=row["owner_email"],
            priority=row["priority"],
            severity=row["severity"],
            channel=rulebook.routes.choose(row),
            timezone=known_zone(row["contact_zone"], row["timezone"]),
            left=row["left_why"],
            pressing=bool(row["pressing"]),
            sight=replace(_sight(row, playbook, happened, rulebook.house.zone, now), asleep=row["id"] in asleep),
            facts={name: plain(row[f"fact_{at}"]) for at, name in enumerate(names)},
        )


def _everything(rulebook: Rulebook, playbook: Playbook, names: Sequence[str]) -> Select[Any]:
    """One row a play: the play, its account and contact, the truth of every condition, the signals to tell, the routes."""
    signals = rulebook.signals
    return (
        select(
            *(Play.id, Play.step, Play.progress, Play.silent, Play.contact_id, Play.priority, Play.severity),
            *(Account.id.label("account"), Account.name, Account.owner_email, Account.timezone, Contact.timezone.label("contact_zone")),
            left_because(signals.day).label("left_why"),
            _holds(playbook.goal).label("goal_holds"),
            _holds(playbook.exit_when).label("exit_holds"),
            or_(false(), *(_holds(rule) for rule in playbook.unless)).label("pressing"),
            *(condition.clause.label(f"condition_{at}") for at, condition in enumerate(playbook.program.conditions)),
            *(signals.catalogue[name].expression.label(f"fact_{at}") for at, name in enumerate(names)),
            *rulebook.routes.columns(),
        )
        .select_from(signals.table.join(Play, Play.account_id == Account.id).outerjoin(Contact, Contact.id == Play.contact_id))
        .params(as_of=signals.day)
    )


def _sight(row: Any, playbook: Playbook, happened: frozenset[str], zone: ZoneInfo, now: datetime) -> Sight:
    return Sight(
        now=now,
        target=f"{playbook.name}:{row['account']}:{row['contact_id']}",
        truths=[_truth(row[f"condition_{at}"]) for at in range(len(playbook.program.conditions))],
        goal=bool(row["goal_holds"]),
        leave=bool(row["exit_holds"]),
        events=happened,
        zones=_zones(row, zone),
    )


def _holds(condition: Any) -> ColumnElement[bool]:
    return func.coalesce(condition.clause, false()) if condition else false()


def _truth(value: Any) -> bool | None:
    """SQLite gives 0 and 1."""
    return None if value is None else bool(value)


def _zones(row: Any, otherwise: ZoneInfo) -> dict[str, ZoneInfo]:
    account = zone_or(row["timezone"], otherwise)
    return {"account": account, "contact": zone_or(row["contact_zone"], account)}


def _events(session: Session, playbook: Playbook, rows: Sequence[Any]) -> dict[str, list[Any]]:
    """What happened to those accounts, of the events that this program waits for."""
    names = _awaited(playbook)
    if not names:
        return {}
    found: dict[str, list[Any]] = {}
    wanted = select(Event.account_id, Event.contact_id, Event.name, Event.at, Event.data).where(Event.name.in_(names))
    for event in session.execute(wanted.where(Event.account_id.in_({row["account"] for row in rows}))):
        found.setdefault(event.account_id, []).append(event)
    return found


def _awaited(playbook: Playbook) -> set[str]:
    return {op.step.wait.event for op in playbook.program.ops if isinstance(op, Wait) and op.step.wait.event}


def _asleep(session: Session, playbook: Playbook, ids: Sequence[int]) -> set[int]:
    """Those of the plays that may wait for a card to be closed, and whose cards are all snoozed."""
    if ALERT_CLOSED not in _awaited(playbook):
        return set()
    standing = select(Reason.play_id, Alert.state).join(Alert, Alert.id == Reason.alert_id)
    states = session.execute(standing.where(Reason.play_id.in_(ids), Reason.ended_at.is_(None))).all()
    awake = {play for play, state in states if state != State.SNOOZED}
    return {play for play, _ in states if play and play not in awake}


def _since(events: Sequence[Any], place: Place, play_id: int, contact_id: str) -> Iterator[str]:
    """Of closings only those of its own cards."""
    for event in events:
        mine = not contact_id or event.contact_id in ("", contact_id)
        mine = mine and (event.name != ALERT_CLOSED or event.data.get("play", play_id) == play_id)
        if place.since and event.at >= place.since and mine:
            yield event.name


def about_to_open(session: Session, rulebook: Rulebook, now: datetime, limit: int = BATCH) -> dict[tuple[str, int], list[str]]:
    """Accounts of due plays that may open an alert before they wait again, by edition: their trends are read beforehand."""
    editions = [edition for edition, playbook in rulebook.editions.items() if any(step.opens_alert for step in playbook.program.steps())]
    due = select(Play.playbook, Play.version, Play.step, Play.account_id).where(*_due(editions, now), Play.silent.is_(None))
    found: dict[tuple[str, int], list[str]] = {}
    ordered = due.order_by(Play.priority.desc().nulls_last(), Play.id)
    for name, version, step, account in session.execute(ordered.limit(limit)) if editions else ():
        if may_open(rulebook.editions[name, version], step):
            found.setdefault((name, version), []).append(account)
    return found


def may_open(playbook: Playbook, step: int) -> bool:
    for op in playbook.program.ops[step:]:
        if isinstance(op, Do) and op.step.opens_alert:
            return True
        if isinstance(op, Wait):
            return False
    return False
