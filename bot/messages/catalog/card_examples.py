"""The cards in each of their states."""

from dataclasses import replace
from datetime import date

from bot.messages.catalog.cards import (
    BreakerKind,
    BreakerNotice,
    ChurnRiskCard,
    Decision,
)
from bot.messages.catalog.example_cast import (
    ANNA,
    BEN,
    DROP,
    FACTS,
    HISTORY,
    HOSTILE,
    NORTHWIND,
    NOW,
    OWN,
    PETRA,
    QUIET,
    QUILL,
    RENEWAL,
    UNOWNED,
    YOUNG,
    hours,
)
from bot.messages.catalog.facts import Cause, Did, HistoryLine, State, Worse
from bot.messages.catalog.message import Message

OPEN = ChurnRiskCard(
    alert_id=7,
    version=1,
    state=State.OPEN,
    account=NORTHWIND,
    cause=DROP,
    facts=FACTS,
    since=NOW - hours(1),
    history=(HistoryLine(Did.OPENED, NOW - hours(1)),),
)
TAKEN = replace(
    OPEN,
    state=State.TAKEN,
    version=4,
    since=NOW - hours(94),
    acting=BEN,
    worse=Worse(26.4, 17.0),
    history=HISTORY,
)
SNOOZED = replace(HISTORY[2], at=NOW - hours(1), until=NOW + hours(72))
CLOSED = replace(OPEN, closed_at=NOW, closed_by=ANNA)
STALE = BreakerNotice(
    breaker_id=3,
    kind=BreakerKind.STALE,
    playbooks=("usage-drop", "gone-silent", "renewal-risk"),
    since=NOW - hours(1),
    newest=date(2026, 11, 19),
    age_days=4,
    limit_days=2,
)
MASS_DROP = BreakerNotice(
    breaker_id=4,
    kind=BreakerKind.MASS_DROP,
    playbooks=("usage-drop",),
    since=NOW - hours(1),
    would_open=37,
    eligible=58,
    limit_share=0.3,
)

CARD_EXAMPLES: dict[str, Message] = {
    "churn-risk-open": OPEN,
    "churn-risk-silent-without-owner": replace(OPEN, account=QUILL, cause=QUIET, facts=UNOWNED),
    "churn-risk-renewal-owner-not-in-slack": replace(OPEN, cause=RENEWAL, facts=replace(UNOWNED, owner=PETRA)),
    "churn-risk-own-playbook": replace(OPEN, cause=OWN, facts=replace(FACTS, trend=(), arr=None)),
    "churn-risk-without-baseline": replace(OPEN, cause=YOUNG),
    "churn-risk-unknown-numbers": replace(OPEN, cause=Cause("usage-drop"), facts=replace(UNOWNED, usage=None)),
    "churn-risk-hostile-name": replace(OPEN, account=HOSTILE),
    "churn-risk-taken": TAKEN,
    "churn-risk-snoozed": replace(
        TAKEN,
        state=State.SNOOZED,
        acting=None,
        snoozed_until=NOW + hours(72),
        worse=None,
        history=(HISTORY[0], SNOOZED),
    ),
    "churn-risk-resolved": replace(
        CLOSED,
        state=State.RESOLVED,
        outcome="saved",
        note="New admin trained, back to daily use",
    ),
    "churn-risk-dismissed": replace(CLOSED, state=State.DISMISSED, outcome="seasonal", closed_by=BEN),
    "churn-risk-recovered": replace(CLOSED, state=State.RECOVERED, closed_by=None),
    "churn-risk-ended": replace(CLOSED, state=State.ENDED, closed_by=None, note="No longer in the CRM"),
    "breaker-stale": STALE,
    "breaker-mass-drop": MASS_DROP,
    "breaker-released": replace(MASS_DROP, decision=Decision(True, ANNA, NOW)),
    "breaker-kept": replace(STALE, decision=Decision(False, BEN, NOW)),
    "breaker-over": replace(STALE, ended_at=NOW),
}
