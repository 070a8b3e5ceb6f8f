"""The modals, filled."""

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
from bot.messages.catalog.facts import Condition, Signal, State
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
)

EARLIER = (
    EarlierAlert(DROP, State.RESOLVED, NOW - hours(3000), NOW - hours(2800), "saved", ANNA),
    EarlierAlert(QUIET, State.RECOVERED, NOW - hours(5000), NOW - hours(4900)),
)
MANY = tuple(Signal(f"metric_{n}.ratio", n / 7, f"Source {n % 40}", NOW) for n in range(900))

MODAL_EXAMPLES: dict[str, Modal] = {
    "snooze": SnoozeModal(alert_id=7, account=NORTHWIND, cause=DROP, earliest=date(2026, 11, 24)),
    "dismiss": DismissModal(alert_id=7, account=NORTHWIND, cause=DROP),
    "resolve": ResolveModal(alert_id=7, account=HOSTILE, cause=DROP),
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
        playbook_version=3,
        fired_at=NOW - hours(94),
        conditions=CONDITIONS,
    ),
    "why-no-longer": WhyModal(
        alert_id=7,
        account=NORTHWIND,
        cause=DROP,
        now=NOW,
        playbook_version=3,
        fired_at=NOW - hours(94),
        conditions=(
            *CONDITIONS[1:],
            Condition("nps.last <= 6", "nps.last", None, None),
        ),
        held_back="Waited a day: the owner had five new cards already.",
    ),
    "notice": NoticeModal(text="{who} resolved it already, {at}.", who=ANNA, at=NOW),
}
