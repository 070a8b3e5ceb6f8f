"""The modals, filled."""

from dataclasses import replace
from datetime import date

from bot.messages.catalog.example_cast import (
    ANNA,
    CONDITIONS,
    CONTACTS,
    DROP,
    HISTORY,
    HOSTILE,
    NORTHWIND,
    NOW,
    QUIET,
    SIGNALS,
    hours,
)
from bot.messages.catalog.facts import CardName, Cause, Condition, Signal, State
from bot.messages.catalog.message import Modal
from bot.messages.catalog.modals import (
    AssignModal,
    DetailsModal,
    DismissModal,
    EarlierAlert,
    NoticeModal,
    ResolveModal,
    SnoozeModal,
    WhyModal,
    WhyReason,
)
from bot.messages.catalog.playbooks import PromoteModal

CHECK_IN = Cause("onboarding-b2b", about="No first value after 7 days", card=CardName.CHECK_IN)
TRIAL = Cause("trial-ending", about="The trial ends in a week", card=CardName.TRIAL_ENDING)
DIFF = """--- version 2
+++ version 3
@@ -3,3 +3,3 @@
   - email: {letter: welcome, to: admin}
-  - wait: 7d
+  - wait: {until: "active_users.recent >= 5", at_most: 7d}
   - card: onboarding-check"""
PROMOTE = PromoteModal(playbook="onboarding-b2b", version=3, mode="shadow", diff=DIFF)
EARLIER = (
    EarlierAlert(DROP, State.RESOLVED, NOW - hours(3000), NOW - hours(2800), "saved", ANNA),
    EarlierAlert(CHECK_IN, State.DISMISSED, NOW - hours(4000), NOW - hours(3900), "not_needed", ANNA),
    EarlierAlert(QUIET, State.RECOVERED, NOW - hours(5000), NOW - hours(4900)),
)
MANY = tuple(Signal(f"metric_{n}.ratio", n / 7, f"Source {n % 40}", NOW) for n in range(900))

MODAL_EXAMPLES: dict[str, Modal] = {
    "snooze": SnoozeModal(alert_id=7, account=NORTHWIND, cause=DROP, earliest=date(2026, 11, 24)),
    "dismiss": DismissModal(alert_id=7, account=NORTHWIND, cause=DROP),
    "resolve": ResolveModal(alert_id=7, account=HOSTILE, cause=DROP),
    "resolve-with-a-crm": ResolveModal(alert_id=7, account=NORTHWIND, cause=DROP, crm=("outcome", "note", "next_step")),
    "dismiss-with-a-crm": DismissModal(alert_id=7, account=NORTHWIND, cause=DROP, crm=("outcome",)),
    "resolve-check-in": ResolveModal(alert_id=7, account=NORTHWIND, cause=CHECK_IN),
    "resolve-trial": ResolveModal(alert_id=7, account=NORTHWIND, cause=TRIAL),
    "dismiss-check-in": DismissModal(alert_id=7, account=HOSTILE, cause=CHECK_IN),
    "promote": PROMOTE,
    "promote-a-first-version": PromoteModal(playbook="gifts", version=1, mode="draft"),
    "promote-a-canary": replace(PROMOTE, mode="canary", canary=("anna@ours.example", "ben@ours.example")),
    "promote-a-great-change": replace(PROMOTE, mode="live", diff="\n".join(f"+<!channel> `{n}` \u202e\u200b*x*" for n in range(900))),
    "assign": AssignModal(alert_id=7, account=NORTHWIND, cause=DROP),
    "assign-again": AssignModal(alert_id=7, account=NORTHWIND, cause=DROP, current=ANNA),
    "details": DetailsModal(
        alert_id=7,
        account=NORTHWIND,
        cause=DROP,
        now=NOW,
        signals=SIGNALS,
        contacts=CONTACTS,
        history=HISTORY,
        earlier=EARLIER,
    ),
    "details-of-a-newcomer": DetailsModal(alert_id=7, account=NORTHWIND, cause=DROP, now=NOW),
    "details-of-very-much": DetailsModal(
        alert_id=7,
        account=HOSTILE,
        cause=DROP,
        now=NOW,
        signals=MANY,
        contacts=CONTACTS * 200,
        history=HISTORY * 200,
    ),
    "why": WhyModal(
        alert_id=7,
        account=NORTHWIND,
        cause=DROP,
        now=NOW,
        reasons=(WhyReason("usage-drop", 3, NOW - hours(94), CONDITIONS),),
    ),
    "why-no-longer": WhyModal(
        alert_id=7,
        account=NORTHWIND,
        cause=DROP,
        now=NOW,
        reasons=(
            WhyReason("usage-drop", 3, NOW - hours(94), (*CONDITIONS[1:], Condition("nps.last <= 6", "nps.last", None, None))),
            WhyReason("gone-silent", 1, NOW - hours(60), CONDITIONS[1:], ended_at=NOW - hours(3)),
        ),
    ),
    "notice": NoticeModal(text="{who} resolved it already, {at}.", who=ANNA, at=NOW),
}
