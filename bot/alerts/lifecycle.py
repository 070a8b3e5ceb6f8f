"""The life of an alert, as pure functions: (alert, event, now) → the changes, or a refusal in words.

    open ──take──► taken ──┐
     │ ▲            │      ├─ resolve ─► resolved
     │ └ back, wake ┤      ├─ dismiss ─► dismissed
     └──snooze─► snoozed ──┘
                           ├─ none of its reasons stands any more ─► recovered
                           └─ the account churned or left the CRM, or it was only to be told ─► ended

A reason ends when its `recovered_when` holds, or when a snooze ends and it is no longer true. Nothing leaves a closed state. Every
change raises `version`, which is what the card must show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.errors import AlreadyDone, Refused
from bot.messages.actions import DismissReason, Outcome
from bot.messages.catalog import State

CLOSED = frozenset({State.RESOLVED, State.DISMISSED, State.RECOVERED, State.ENDED})
WORSE_BY = 0.1
NEW_CLOCK: dict[str, Any] = {"take_by": None, "reminded_at": None, "told_at": None}
"""The time in which it must be taken begins anew, when it waits for somebody again."""
WAITS_FOR_CARDS, ALERT_CLOSED = "alert", "alert_closed"
"""What a play waits for at the end of its steps, and the event that tells of a closing."""


@dataclass(frozen=True)
class Snapshot:
    """What the rules look at."""

    state: State
    taken_by: str | None = None
    taken_at: datetime | None = None
    assigned_to: str | None = None
    snoozed_until: datetime | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Change:
    """New column values, and the trace to leave: what was done, and its detail."""

    values: dict[str, Any]
    what: str
    detail: dict[str, Any] = field(default_factory=dict)


def take(alert: Snapshot, who: str, now: datetime) -> Change | None:
    """None when the same person has taken it already: a double click."""
    _must_be_open(alert)
    if alert.taken_by == who and alert.state is State.TAKEN:
        return None
    if alert.taken_by and alert.state is State.TAKEN:
        raise AlreadyDone(State.TAKEN, alert.taken_by, alert.taken_at)
    return Change({"state": State.TAKEN, "taken_by": who, "taken_at": now, "snoozed_until": None}, "taken")


def assign(alert: Snapshot, who: str, whom: str, now: datetime, note: str = "") -> Change | None:
    _must_be_open(alert)
    if alert.assigned_to == whom:
        return None
    state = {"state": State.TAKEN, "taken_by": whom, "taken_at": now} if whom == who else NEW_CLOCK
    return Change({"assigned_to": whom, **state}, "assigned", {"whom": whom, "note": note})


def snooze(alert: Snapshot, until: datetime, now: datetime, reason: str = "") -> Change | None:
    """None when it sleeps until then already: a form that was delivered twice. The time to take it begins anew afterwards."""
    _must_be_open(alert)
    if alert.state is State.SNOOZED and alert.snoozed_until == until:
        return None
    if until <= now:
        raise Refused("That time has passed. Choose a later one.")
    values = {"state": State.SNOOZED, "snoozed_until": until, **NEW_CLOCK}
    return Change(values, "snoozed", {"until": until.isoformat(), "note": reason})


@dataclass(frozen=True)
class Returned:
    """How an alert came back before: `what` its trace says, by whom (None: by itself), and when."""

    what: str
    who: str | None
    at: datetime


def wake(alert: Snapshot, who: str, before: Returned | None) -> Change | None:
    """None when the same person has brought it back already: a double click."""
    _must_be_open(alert)
    if alert.state is State.SNOOZED:
        return Change(_back(alert), "woken")
    if before is None:
        raise Refused("It is not snoozed.")
    if before.who == who:
        return None
    raise AlreadyDone(before.what if before.who else "back", before.who, before.at)


def resolve(alert: Snapshot, who: str, outcome: Outcome, now: datetime, note: str = "") -> Change | None:
    if _is_repeated(alert, State.RESOLVED, who, outcome):
        return None
    _must_be_open(alert)
    return Change(_closed(State.RESOLVED, who, now, outcome, note), "resolved", {"outcome": outcome.value, "note": note})


def dismiss(alert: Snapshot, who: str, reason: DismissReason, now: datetime, note: str = "") -> Change | None:
    if _is_repeated(alert, State.DISMISSED, who, reason):
        return None
    _must_be_open(alert)
    if reason is DismissReason.OTHER and not note.strip():
        raise Refused("Say in a few words why it is not a risk.")
    return Change(_closed(State.DISMISSED, who, now, reason, note), "dismissed", {"outcome": reason.value, "note": note})


TOLD = "told"


def rest(alert: Snapshot, now: datetime) -> Change | None:
    """What was only to be told has been told. None: somebody has it in hand."""
    if alert.state is not State.OPEN:
        return None
    return Change(_closed(State.ENDED, None, now, TOLD, ""), "ended", {"outcome": TOLD})


@dataclass(frozen=True)
class Measured:
    """What the account says of a reason now. `holds`/`recovered` None: unknown."""

    in_care: bool
    churned: bool
    holds: bool | None
    recovered: bool | None
    severity: float | None
    facts: dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """A reason that stands. `measured` None: nothing was measured for it this time."""

    facts: Mapping[str, Any]
    worst: float | None
    measured: Measured | None = None


@dataclass(frozen=True)
class Followed:
    """New column values of the reasons, in their order (None: as before), and what it means for the alert (None: nothing to show)."""

    reasons: tuple[dict[str, Any] | None, ...]
    change: Change | None


RECOVERED, NOT_TRUE = "recovered", "not_true"


def remeasure(alert: Snapshot, reasons: Sequence[Standing], now: datetime) -> Followed:
    """What a new measuring does to an alert that stands, and to its reasons."""
    for measured in (reason.measured for reason in reasons):
        if measured and not measured.in_care:
            outcome = "churned" if measured.churned else "gone"
            return Followed((None,) * len(reasons), Change(_closed(State.ENDED, None, now, outcome, ""), "ended", {"outcome": outcome}))
    wakes = alert.state is State.SNOOZED and alert.snoozed_until is not None and alert.snoozed_until <= now
    values = tuple(_remeasured(reason, wakes, now) for reason in reasons)
    ended = [found["ended"] for found in values if found and "ended" in found]
    if len(ended) == len(reasons):
        outcome = RECOVERED if RECOVERED in ended else NOT_TRUE
        detail = {} if outcome == RECOVERED else {"outcome": outcome}
        return Followed(values, Change(_closed(State.RECOVERED, None, now, outcome, ""), "recovered", detail))
    if wakes:
        return Followed(values, Change(_back(alert), "returned"))
    if any(found and found.get("got_worse") for found in values):
        return Followed(values, Change({}, "worsened"))
    return Followed(values, Change({}, "reason_ended" if ended else "updated") if any(values) else None)


def _remeasured(reason: Standing, wakes: bool, now: datetime) -> dict[str, Any] | None:
    measured = reason.measured
    if measured is None:
        return None
    fresh: dict[str, Any] = {"facts": measured.facts, "severity": measured.severity, "measured_at": now}
    if measured.recovered or (wakes and measured.holds is False):
        return fresh | {"ended": RECOVERED if measured.recovered else NOT_TRUE, "ended_at": now}
    if got_worse(reason.worst, measured.severity):
        return fresh | {"worst": measured.severity, "got_worse": True}
    return None if dict(reason.facts) == measured.facts else fresh


def join(alert: Snapshot) -> Change:
    """A further reason joins: what was put to sleep without knowing of it wakes."""
    if alert.state is not State.SNOOZED:
        return Change({}, "joined")
    return Change(_back(alert), "joined")


def got_worse(worst: float | None, severity: float | None) -> bool:
    """By at least a tenth of the worst so far: noise is not news."""
    return worst is not None and severity is not None and severity > worst + max(abs(worst) * WORSE_BY, 1e-9)


def _back(alert: Snapshot) -> dict[str, Any]:
    """To whoever had taken it."""
    return {"state": State.TAKEN if alert.taken_by else State.OPEN, "snoozed_until": None}


def _closed(state: State, who: str | None, now: datetime, outcome: str, note: str) -> dict[str, Any]:
    return {
        "state": state,
        "closed_at": now,
        "closed_by": who,
        "outcome": str(outcome),
        "note": note.strip() or None,
        "snoozed_until": None,
    }


def _is_repeated(alert: Snapshot, state: State, who: str, outcome: str) -> bool:
    """The same person's same form, delivered a second time."""
    return (alert.state, alert.closed_by, alert.outcome) == (state, who, str(outcome))


def _must_be_open(alert: Snapshot) -> None:
    if alert.state in CLOSED:
        raise AlreadyDone(alert.state, alert.closed_by, alert.closed_at)
