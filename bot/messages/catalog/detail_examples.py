"""Details while they fill in, and when they have."""

from dataclasses import replace
from datetime import date

from bot.messages.catalog.details import (
    Answer,
    ChartFact,
    CrmChange,
    LiveFacts,
    MailLine,
    MailState,
    MissingSource,
    NoteLine,
    Ticket,
)
from bot.messages.catalog.example_cast import ANNA, BEN, CONTACTS, DROP, FACTS, HISTORY, HOSTILE, NORTHWIND, NOW, SIGNALS, hours
from bot.messages.catalog.message import Modal
from bot.messages.catalog.modal_examples import EARLIER
from bot.messages.catalog.modals import DetailsModal
from bot.messages.catalog.playbooks import PlayLine

EVIL = "<!channel> & *Co* `x` " + "very long " * 40
ALT = "Active users, by week from 24 Aug to 16 Nov: 43 a day at first, 16 at last; lowest 16 (16 Nov), highest 44 (7 Sep); usual: 41."
LETTERS = (
    MailLine("A few words?", "Marta Silva", NOW - hours(20), ANNA, clicked=2),
    MailLine("Welcome aboard", "Jon <admin>", NOW - hours(900), None, "onboarding-b2b", clicked=0),
    MailLine(EVIL, EVIL, NOW + hours(20), BEN, state=MailState.WAITS),
    MailLine(
        "Your trial", "Marta Silva", NOW - hours(30), None, "trial-ending", MailState.NOT_SENT, "not sent: the contact opted out in the CRM"
    ),
)
OPENING = DetailsModal(
    alert_id=7,
    account=NORTHWIND,
    cause=DROP,
    now=NOW,
    facts=FACTS,
    signals=SIGNALS,
    contacts=CONTACTS,
    history=HISTORY,
    earlier=(replace(EARLIER[0], note="A new champion was found"), *EARLIER[1:]),
    plays=(PlayLine(31, "onboarding-b2b", 3, NOW - hours(300), "wait 2 weeks (step 5 of 7)"),),
    mail=LETTERS,
    notes=(
        NoteLine("They move to another <floor> in May", ANNA, NOW - hours(400), "https://ours.slack.com/archives/C1/p1"),
        NoteLine(EVIL, BEN, NOW - hours(500)),
    ),
    live=LiveFacts(waiting=("CRM", "Usage", "Support")),
)
FILLED = replace(
    OPENING,
    live=LiveFacts(
        came=("CRM", "Usage", "Surveys"),
        missing=(MissingSource("Support", seconds=2.0), MissingSource("Reviews", "connection refused")),
        written=(("outcome", "saved"), ("next_step", "Call <Marta> in May")),
        changes=(CrmChange("plan", "Team", "Enterprise"), CrmChange("renewal_on", date(2027, 3, 12), None)),
        charts=(
            ChartFact("Active users", ALT, "F0CHART1"),
            ChartFact("Reports run", ALT.replace("Active users", "Reports run"), "F0CHART2"),
        ),
        tickets=(
            Ticket("Export fails", "open", NOW - hours(30), "https://help.example/1", "high"),
            Ticket(EVIL, "solved", NOW - hours(90)),
        ),
        answers=(Answer("NPS", NOW - hours(300), 4, "Marta Silva", "It got <slow>"), Answer("CSAT", NOW - hours(700), 5)),
    ),
)
DETAIL_EXAMPLES: dict[str, Modal] = {
    "details-opening": OPENING,
    "details-filled": FILLED,
    "details-without-pictures": replace(
        FILLED, live=replace(FILLED.live, charts=tuple(replace(chart, file_id=None) for chart in FILLED.live.charts))
    ),
    "details-without-money": replace(OPENING, facts=replace(FACTS, arr=None), notes=(), withheld=True),
    "details-of-one-that-is-gone": replace(
        OPENING, live=LiveFacts(missing=(MissingSource("CRM", EVIL),), gone=True, gone_on=date(2026, 11, 1))
    ),
    "details-of-everything-at-once": replace(
        FILLED,
        account=HOSTILE,
        contacts=CONTACTS * 200,
        history=HISTORY * 200,
        earlier=EARLIER * 20,
        plays=OPENING.plays * 30,
        mail=LETTERS * 30,
        notes=OPENING.notes * 30,
        live=LiveFacts(
            came=(EVIL,) * 10,
            missing=(MissingSource(EVIL, EVIL),) * 20,
            changes=(CrmChange(EVIL, EVIL, EVIL),) * 60,
            charts=(ChartFact(EVIL, EVIL * 20, "F0CHART1"),) * 40 + (ChartFact(EVIL, EVIL),) * 40,
            tickets=FILLED.live.tickets * 30,
            answers=(Answer(EVIL, NOW, 1e9, EVIL, EVIL),) * 30,
        ),
    ),
}
