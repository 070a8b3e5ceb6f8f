"""What was done to an alert, as its card and its details tell it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.alerts.people import person
from bot.messages import catalog as m
from models import Trace

KNOWN = frozenset(m.Did)


def history_of(traces: Iterable[Trace]) -> tuple[m.HistoryLine, ...]:
    """In their order. What several reasons saw of one signal at one moment is told once."""
    told: dict[m.HistoryLine, m.HistoryLine] = {}
    for trace in traces:
        if line := history_line(trace):
            told.setdefault(replace(line, playbook="") if line.did is m.Did.WORSENED else line, line)
    return tuple(told.values())


def history_line(trace: Trace) -> m.HistoryLine | None:
    if trace.what not in KNOWN:
        return None
    until = trace.detail.get("until")
    return m.HistoryLine(
        did=m.Did(trace.what),
        at=trace.at,
        who=person(trace.actor),
        whom=person(trace.detail.get("whom")),
        until=datetime.fromisoformat(until) if until else None,
        outcome=trace.detail.get("outcome", ""),
        before=trace.detail.get("before"),
        after=trace.detail.get("after"),
        note=trace.detail.get("note", ""),
        step=trace.detail.get("step", "") if trace.what == m.Did.TAKEN_OVER else "",
        to=trace.detail.get("to", ""),
        playbook=trace.playbook or "",
        meeting=trace.detail.get("meeting", ""),
        undoing=trace.detail.get("undoing", False),
    )
