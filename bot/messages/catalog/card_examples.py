"""The cards in each of their states."""

from dataclasses import replace
from datetime import date

from bot.messages.catalog.cards import (
    TO_CRM,
    AccountCard,
    BreakerKind,
    BreakerNotice,
    ChurnRiskCard,
    Decision,
    Missing,
    PlaybookNotice,
    PlaybookRemovedNotice,
    PlayOnCard,
    ReasonOnCard,
    RoomOnCard,
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
from bot.messages.catalog.facts import CardName, Cause, Did, HistoryLine, State, Worse
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
SILENT_TOO = ReasonOnCard(QUIET, NOW - hours(2))
JOINED = (*OPEN.history, HistoryLine(Did.JOINED, NOW - hours(2), playbook="gone-silent"))
WROTE = HistoryLine(Did.WROTE, NOW - hours(1), who=BEN, to="Ola Nordmann", note="A few minutes this week?")
ASKED = HistoryLine(Did.ESCALATED, NOW - hours(1), who=BEN, whom=ANNA, note="Billing")
ROOM = RoomOnCard("asked", ANNA, "C0ROOM", NOW + hours(5))
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
CHECK = Cause("onboarding-b2b", about="From signing to first value", card=CardName.ONBOARDING_CHECK)
TASK = Cause("onboarding-b2b", about=CHECK.about, card=CardName.TASK, task="Call and set it up together")
HOSTILE_TASK = replace(TASK, task="Ask <!channel> about *it* & `rm -rf` " + "at length " * 30)
OVER = HistoryLine(Did.TAKEN_OVER, NOW, ANNA, step="wait 2 weeks (step 5 of 7)")
ACCOUNT = AccountCard(
    alert_id=21,
    version=1,
    state=State.OPEN,
    account=NORTHWIND,
    cause=CHECK,
    facts=replace(FACTS, trend=(), usage=None),
    since=NOW - hours(1),
    history=(HistoryLine(Did.OPENED, NOW - hours(1)),),
    play=PlayOnCard(31, ("the letter “first value” to the admin after 2 weeks", "a task for the CSM after 3 weeks")),
)
DUE = replace(ACCOUNT, cause=TASK, deadline=NOW + hours(48))
ENDED = replace(ACCOUNT, closed_at=NOW, closed_by=ANNA, play=None)
REMOVED = PlaybookRemovedNotice(playbook="onboarding-b2b", running=12, since=NOW - hours(1))
OTHERS = {
    "check-in": Cause("onboarding-b2b", about="No first value after 7 days", card=CardName.CHECK_IN),
    "health-drop": Cause("health-drop", about="Health fell well below last month's", conditions=OWN.conditions, card=CardName.HEALTH_DROP),
    "trial-ending": Cause("trial-ending", about="The trial ends in a week", card=CardName.TRIAL_ENDING),
    "good-news": Cause("anniversary", about="A customer for two years today", card=CardName.GOOD_NEWS),
    "unhappy-answer": Cause("detractor-follow-up", about="Answered 3 of 10", conditions=OWN.conditions[1:], card=CardName.UNHAPPY_ANSWER),
}
EVERYTHING = tuple(HistoryLine(did, NOW, ANNA, BEN, note="Short", to="Ola", playbook="gone-silent") for did in Did)

IN_CRM = tuple(HistoryLine(did, NOW, ANNA) for did in TO_CRM)

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
    **{f"churn-risk-resolved-{line.did}": replace(CLOSED, state=State.RESOLVED, outcome="saved", history=(line,)) for line in IN_CRM},
    "churn-risk-dismissed": replace(CLOSED, state=State.DISMISSED, outcome="seasonal", closed_by=BEN),
    "churn-risk-recovered": replace(CLOSED, state=State.RECOVERED, closed_by=None),
    "churn-risk-ended": replace(CLOSED, state=State.ENDED, closed_by=None, note="No longer in the CRM"),
    "churn-risk-two-reasons": replace(OPEN, also=(SILENT_TOO,), history=JOINED, take_by=NOW + hours(4)),
    "churn-risk-late": replace(OPEN, take_by=NOW - hours(2), late=True),
    "churn-risk-one-reason-over": replace(OPEN, also=(replace(SILENT_TOO, standing=False),), history=JOINED),
    "churn-risk-back-and-worse": replace(OPEN, reopens=NOW - hours(200), history=(HistoryLine(Did.REOPENED, NOW - hours(1)),)),
    "churn-risk-written-to": replace(TAKEN, history=(*OPEN.history, WROTE)),
    "churn-risk-escalated": replace(TAKEN, room=ROOM, history=(*OPEN.history, ASKED)),
    "churn-risk-helped": replace(TAKEN, room=replace(ROOM, state="accepted")),
    "churn-risk-room-opening": replace(TAKEN, room=replace(ROOM, state="opening", channel_id=None)),
    "churn-risk-read-by-strangers": replace(OPEN, cause=OWN, also=(SILENT_TOO,)).for_strangers(),
    **{f"churn-risk-did-{line.did}": replace(OPEN, history=(line,)) for line in EVERYTHING},
    "account-card-task-of-ones-own": replace(DUE, cause=replace(TASK, playbook=""), play=None, state=State.TAKEN, acting=ANNA),
    "breaker-stale": STALE,
    "breaker-mass-drop": MASS_DROP,
    "breaker-released": replace(MASS_DROP, decision=Decision(True, ANNA, NOW)),
    "breaker-kept": replace(STALE, decision=Decision(False, BEN, NOW)),
    "breaker-over": replace(STALE, ended_at=NOW),
    "churn-risk-of-a-running-play": replace(OPEN, play=PlayOnCard(31)),
    **{f"account-card-{name}": replace(ACCOUNT, cause=cause, play=None) for name, cause in OTHERS.items()},
    "account-card-onboarding-check": ACCOUNT,
    "account-card-hostile": replace(
        ACCOUNT, account=HOSTILE, cause=HOSTILE_TASK, play=PlayOnCard(31, ("a word in #x <!here> *all* " + "x" * 300,))
    ),
    "account-card-taken-over": replace(ACCOUNT, state=State.TAKEN, acting=ANNA, play=None, history=(*ACCOUNT.history, OVER)),
    "account-card-task": DUE,
    "account-card-task-overdue": replace(DUE, deadline=NOW - hours(3), overdue=True, state=State.TAKEN, acting=BEN),
    "account-card-task-for-managers": replace(DUE, facts=UNOWNED, whom="managers", deadline=None),
    "account-card-task-snoozed": replace(DUE, state=State.SNOOZED, snoozed_until=NOW + hours(72)),
    "account-card-task-done": replace(ENDED, cause=TASK, state=State.RESOLVED, outcome="done", note="They are live"),
    "account-card-not-needed": replace(ENDED, cause=OTHERS["check-in"], state=State.DISMISSED, outcome="not_needed"),
    "account-card-trial-won": replace(ENDED, cause=OTHERS["trial-ending"], state=State.RESOLVED, outcome="won"),
    "account-card-settled": replace(ENDED, state=State.RECOVERED, closed_by=None),
    "account-card-ended": replace(ENDED, cause=HOSTILE_TASK, account=HOSTILE, state=State.ENDED, outcome="churned", closed_by=None),
    "playbook-notice": PlaybookNotice(text="They reached first value 9 days after signing.", playbook="onboarding-b2b", account=NORTHWIND),
    "playbook-notice-hostile": PlaybookNotice(text="<!channel> *all* <https://x|y> & " + "long " * 400, playbook="x", account=HOSTILE),
    "playbook-notice-of-no-account": PlaybookNotice(text="Monday's round is done.", playbook="weekly-round"),
    "playbook-removed": REMOVED,
    "playbook-removed-unreadable": replace(
        REMOVED,
        running=1,
        missing=Missing.UNREADABLE,
        problem="playbooks/onboarding-b2b.yml: line 4: found `<steps>` where a list is needed",
    ),
    "playbook-removed-is-back": replace(REMOVED, back_at=NOW),
}
