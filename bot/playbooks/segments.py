"""Segments: conditions of staysail.yml with a name, which every other condition may use as a signal that is true or false.

In conditions `new-customers` is written `new_customers`, since `-` takes away. A segment may build on others; the clauses of
those it names become part of its own, so that nothing is stored to evaluate one. When accounts entered and left is kept in
`memberships`, for those segments that set playbooks off.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Final

from sqlalchemy import Boolean, case, cast, literal, null, select, update
from sqlalchemy.orm import Session

from bot.accounts.catalogue import Kind, Signal
from bot.accounts.signals import Signals
from bot.accounts.sources import SEGMENTS
from bot.bulk import insert_into
from bot.errors import Finding, InvalidInput
from bot.playbooks.condition import Condition, compile_condition
from bot.playbooks.match import in_care
from bot.settings.model import Written
from models import Account, Membership
from models.base import Moment

DEEPEST: Final = 8
"""Segments that build on one another. Each names all that stands beneath it again, so that more would make endless statements."""

References = Mapping[str, tuple[str, ...]]


def signal_name(segment: str) -> str:
    return segment.replace("-", "_")


def with_segments(signals: Signals, segments: Mapping[str, Written]) -> Signals:
    """The signals with one for each segment: a broken one where it, or one that it builds on, has a mistake. Where they clash or go
    round in a circle all of them are.

    A CRM column of the same name gives way: one that is added over there must not stop what runs here.
    """
    if clashes := list(_clashes(signals, segments)):
        free = (name for name in segments if signal_name(name) not in signals.catalogue)
        return signals.extended((_broken(name, clashes[0]) for name in free), clashes)
    stand_ins = signals.extended(_signal(name, None) for name in segments)
    references: dict[str, tuple[str, ...]] = {}
    findings: dict[str, Sequence[Finding]] = {}
    for name, written in segments.items():
        try:
            names = compile_condition(written.text, stand_ins.catalogue, place=written.place).signals
        except InvalidInput as error:
            names, findings[name] = (), error.findings
        references[name] = tuple(found for one in names if (found := stand_ins.catalogue[one].segment))
    try:
        order = _beneath_first(references, segments)
    except InvalidInput as error:
        return signals.extended((_broken(name, error.findings[0]) for name in segments), error.findings)
    for name in order:
        try:
            compiled = compile_condition(segments[name].text, signals.catalogue, place=segments[name].place)
            signals = signals.extended([_signal(name, compiled)])
        except InvalidInput as error:
            signals = signals.extended([_broken(name, error.findings[0])], findings.get(name, ()))
    return signals


def _broken(segment: str, finding: Finding) -> Signal:
    return replace(_signal(segment, None), broken=str(finding))


def update_memberships(session: Session, segments: Collection[str], signals: Signals, now: datetime) -> None:
    """Writes down who entered and who left these segments since the last time; an account that comes again enters anew.

    At the first time all who are in one enter it. An account that churned or is gone from the CRM leaves.
    """
    known = signals.catalogue.segments()
    for name in segments:
        inside = select(Account.id).select_from(signals.table).where(known[name].expression, in_care(signals.day)).params(as_of=signals.day)
        gone = (Membership.segment == name, Membership.left_at.is_(None), Membership.account_id.not_in(inside))
        leaving = update(Membership).where(*gone).values(left_at=now).execution_options(synchronize_session=False)
        at = literal(now, Moment)
        rows = inside.with_only_columns(literal(name), Account.id, at, at)
        insert = insert_into(session, Membership).from_select(["segment", "account_id", "entered_at", "seen_at"], rows)
        entered = case((Membership.left_at.is_not(None), insert.excluded.entered_at), else_=Membership.entered_at)
        new = {"entered_at": entered, "seen_at": insert.excluded.seen_at, "left_at": null()}
        session.execute(leaving)
        session.execute(insert.on_conflict_do_update(index_elements=["segment", "account_id"], set_=new))


def _signal(segment: str, condition: Condition | None) -> Signal:
    """Without a condition, a stand-in that only has the name and the kind."""
    expression = cast(null(), Boolean) if condition is None else condition.clause
    about = f"in the segment {segment}" + (f": {condition.text}" if condition else "")
    of = condition.signals if condition else ()
    return Signal(signal_name(segment), Kind.boolean, expression, SEGMENTS, about, of=of, segment=segment)


def _clashes(signals: Signals, segments: Mapping[str, Written]) -> Iterable[Finding]:
    first: dict[str, str] = {}
    for segment, written in segments.items():
        name = signal_name(segment)
        other = first.setdefault(name, segment)
        if name in signals.catalogue and name not in signals.fields.crm:
            yield Finding(written.place, f"there is a signal `{signals.catalogue[name].name}` already", "choose another name")
        elif other != segment:
            yield Finding(written.place, f"conditions could not tell it from the segment `{other}`", "choose another name")


def _beneath_first(references: References, segments: Mapping[str, Written]) -> list[str]:
    """Every segment after those that it names. InvalidInput for a circle, and when more than `DEEPEST` stand on one another."""
    try:
        order = list(TopologicalSorter(references).static_order())
    except CycleError as error:
        way = error.args[1][::-1]
        problem = f"it is defined by itself: {' → '.join(way)}"
        raise InvalidInput([Finding(segments[way[0]].place, problem, "break the circle")]) from None
    levels: dict[str, int] = {}
    for name in order:
        levels[name] = 1 + max((levels[one] for one in references[name]), default=0)
    deep = [segments[name].place for name, level in levels.items() if level > DEEPEST]
    _raise([Finding(place, "it builds on too many others", f"allowed: {DEEPEST} on one another") for place in deep])
    return order


def _raise(findings: list[Finding]) -> None:
    if findings:
        raise InvalidInput(findings)
