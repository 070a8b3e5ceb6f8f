"""What `/stay` answers, in good times and bad."""

from dataclasses import replace
from datetime import timedelta

from bot.messages.actions import PickFor
from bot.messages.catalog.answers import (
    AccountAnswer,
    AccountChoice,
    AlertLine,
    DeadLetter,
    HelpAnswer,
    Hit,
    JobLine,
    RisksAnswer,
    Said,
    SourceLine,
    StatusAnswer,
    TeamAnswer,
    TeamLine,
)
from bot.messages.catalog.card_examples import TASK
from bot.messages.catalog.example_cast import (
    ALDER,
    ANNA,
    BEN,
    CONTACTS,
    DROP,
    FACTS,
    HOSTILE,
    NORTHWIND,
    NOW,
    OWN,
    PETRA,
    QUIET,
    QUILL,
    READ,
    RENEWAL,
    SIGNALS,
    UNOWNED,
    hours,
)
from bot.messages.catalog.facts import Account, DataAge, Money, Signal, State
from bot.messages.catalog.message import Message
from bot.messages.catalog.playbook_examples import PLAYBOOK_EXAMPLES
from bot.messages.catalog.playbooks import PlayLine
from bot.messages.catalog.why_examples import WHY_EXAMPLES

LINES = (
    AlertLine(
        12,
        ALDER,
        RENEWAL,
        State.OPEN,
        NOW - hours(49),
        PETRA,
        arr=Money(120_000, "EUR"),
    ),
    AlertLine(
        7,
        NORTHWIND,
        DROP,
        State.TAKEN,
        NOW - hours(94),
        ANNA,
        BEN,
        Money(48_000, "EUR"),
    ),
    AlertLine(
        9,
        QUILL,
        QUIET,
        State.SNOOZED,
        NOW - hours(70),
        None,
        None,
        Money(9_600, "EUR"),
        NOW + hours(72),
    ),
    AlertLine(15, HOSTILE, OWN, State.OPEN, NOW - hours(2), ANNA),
    AlertLine(21, ALDER, TASK, State.OPEN, NOW - hours(2), ANNA, deadline=NOW + hours(40)),
)
RISKS = RisksAnswer(
    lines=LINES * 2,
    total=21,
    page=2,
    own=False,
    total_arr=(Money(812_000, "EUR"), Money(9e6, "CZK")),
)
TEAM = TeamAnswer(
    now=NOW,
    lines=(
        TeamLine(ANNA, 7, 5, timedelta(hours=2.4), NOW - hours(200)),
        TeamLine(BEN, 3, 3, timedelta(minutes=25), NOW - hours(30)),
        TeamLine(PETRA, 2, 0, None, NOW - hours(49)),
        TeamLine(None, 1, 0, None, NOW - hours(3)),
    ),
)
WELL = StatusAnswer(
    now=NOW,
    version="0.1.0",
    sources=(
        SourceLine("CRM", DataAge(None, NOW - hours(1), "CRM"), 1240),
        SourceLine("Usage", READ, 111_600),
    ),
    jobs=(
        JobLine("sweep", NOW - hours(2), NOW + hours(1)),
        JobLine("deliver", NOW - timedelta(seconds=8)),
    ),
    sent_today=14,
)
DEAD = DeadLetter(
    "9f0c2a44d1",
    "Usage drop at Alder & Sons",
    "#cs-enterprise",
    "The bot is not in that channel. Invite it: /invite @Staysail",
    NOW - hours(5),
)
PLAYS = (
    PlayLine(31, "onboarding-b2b", 3, NOW - hours(300), "wait 2 weeks (step 5 of 7)", ("the card “onboarding check” after 2 weeks",)),
    PlayLine(32, "gifts", 1, NOW - hours(30), "post in #x: <!channel> " + "x" * 400, ("a word in <!here> " + "x" * 400,), "shadow", True),
)
ANSWER_EXAMPLES: dict[str, Message] = {
    **PLAYBOOK_EXAMPLES,
    **WHY_EXAMPLES,
    "help": HelpAnswer(),
    "help-for-an-admin": HelpAnswer(manager=True, admin=True),
    "help-unknown-word": HelpAnswer(unknown="rsks", nearest="risks"),
    "help-hostile-word": HelpAnswer(unknown="<!here> `x`"),
    "account": AccountAnswer(
        now=NOW,
        account=NORTHWIND,
        facts=FACTS,
        domain="northwind.example",
        signals=SIGNALS,
        contacts=CONTACTS,
        alerts=LINES[1:3],
    ),
    "account-with-plays": AccountAnswer(now=NOW, account=NORTHWIND, facts=FACTS, plays=PLAYS),
    "account-of-very-much": AccountAnswer(
        now=NOW,
        account=HOSTILE,
        facts=FACTS,
        alerts=LINES * 5,
        plays=tuple(replace(PLAYS[1], play_id=n) for n in range(40)),
        signals=tuple(Signal(f"metric_{n}", n, f"Source {n}", NOW) for n in range(40)),
        contacts=CONTACTS * 200,
    ),
    "account-choice-to-start": AccountChoice(query="al", hits=(Hit(ALDER), Hit(HOSTILE)), total=2, what=PickFor.START, playbook="gifts"),
    "account-quiet": AccountAnswer(now=NOW, account=HOSTILE, facts=replace(UNOWNED, usage=None, trend=())),
    "account-choice": AccountChoice(query="al", hits=(Hit(ALDER, "alder.example"), Hit(HOSTILE)), total=2),
    "account-choice-of-many": AccountChoice(
        query="<a&b>",
        hits=tuple(Hit(Account(str(n), f"Account {n}")) for n in range(120)),
        total=340,
        what=PickFor.WHY,
        playbook="usage-drop",
    ),
    "risks": RISKS,
    "risks-own": RisksAnswer(lines=LINES[:2], total=2, total_arr=(Money(168_000, "EUR"),)),
    "risks-none": RisksAnswer(lines=(), total=0),
    "team": TEAM,
    "team-of-many": replace(TEAM, lines=TEAM.lines * 40),
    "team-none": TeamAnswer(now=NOW, lines=()),
    "status": WELL,
    "status-with-mistakes": replace(WELL, mistakes=("few-seats.yml:6: `when`, column 1: unknown signal `<!here>` (nearest: seats)",) * 12),
    "status-in-trouble": replace(
        WELL,
        sources=(
            SourceLine(
                "CRM",
                DataAge(None, NOW - hours(26), "CRM"),
                1240,
                "no such column: <renewal_on>",
            ),
            SourceLine(
                "Usage",
                replace(READ, up_to=READ.up_to and READ.up_to - timedelta(days=4)),
                90_100,
                stale=True,
            ),
            SourceLine("Support", DataAge(None, None, "Support")),
        ),
        jobs=(
            JobLine("sweep", NOW - hours(26), NOW + hours(1), "the database is locked"),
            JobLine("rollup"),
        ),
        waiting=3,
        dead_total=14,
        dead=(DEAD,) * 12,
    ),
    "said": Said(text="Only {who} or a manager may do this.", who=ANNA),
    "said-error": Said(text="Something went wrong on our side. Please try again.", error_id="k3f9-77"),
}
