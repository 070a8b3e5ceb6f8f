"""What `/stay` answers about playbooks, in good times and bad."""

from dataclasses import replace

from bot.messages.catalog.cards import Missing
from bot.messages.catalog.example_cast import ALDER, ANNA, BEN, HOSTILE, NORTHWIND, NOW, QUILL, hours
from bot.messages.catalog.facts import Account, Precision
from bot.messages.catalog.message import Message
from bot.messages.catalog.playbooks import (
    Count,
    DryRunAnswer,
    PlaybookAnswer,
    PlaybookLine,
    PlaybooksAnswer,
    StartQuestion,
    StepLine,
)

BOOK = PlaybookLine(
    name="onboarding-b2b",
    version=3,
    mode="live",
    running=14,
    shadow=0,
    held_out=2,
    ended=(Count("goal", 31), Count("done", 7), Count("taken_over", 2), Count("exit", 1)),
    held=(Count("unless", 3), Count("quiet", 1)),
    useful=9,
    false_alarms=2,
)
DROPS = PlaybookLine(name="usage-drop", version=1, mode="live", running=5, ended=(Count("resolved", 12), Count("recovered", 8)), useful=12)
DEMOTED = replace(DROPS, useful=4, false_alarms=11, precision=Precision(5, 20, 0.11186, 0.4687), demoted_at=NOW - hours(30))
PAUSED = PlaybookLine(name="renewal-risk", version=2, mode="canary", paused=True, running=3, shadow=3)
GONE = PlaybookLine(name="old-gifts", version=1, mode="live", paused=True, missing=Missing.GONE, running=1)
ODD = replace(BOOK, ended=tuple(Count(f"reason_<{n}>", n) for n in range(20)), held=tuple(Count(f"*{n}*", n) for n in range(20)))
PLAYBOOKS = PlaybooksAnswer(lines=(BOOK, DROPS, DEMOTED, PAUSED, GONE), total=5)
STEPS = (
    StepLine("0", 0, "send the letter *welcome* to the admin", 55),
    StepLine("1", 0, "wait until active_users.recent >= 5, at most 1 week", 54, 4),
    StepLine("2", 0, "if active_users.recent >= 5", 50),
    StepLine("2.then.0", 1, "set the stage to adoption", 38),
    StepLine("2", 0, "otherwise", 12),
    StepLine("2.else.0", 1, "draw by weight: video 50, call 50", 12),
    StepLine("2.else.0.video", 1, "video", 7),
    StepLine("2.else.0.video.0", 2, "send the letter *first-steps-video* to the admin", 7),
    StepLine("2.else.0.call", 1, "call", 5),
    StepLine("2.else.0.call.0", 2, "set a task for the CSM within 2 days: Call and set it up together", 5),
    StepLine("3", 0, "wait 2 weeks", 48, 8),
    StepLine("4", 0, "send the survey *csat-onboarding*", 40, asked=71, held_back=12),
    StepLine("5", 0, "open the card *onboarding-check*", 40),
)
HOSTILE_STEPS = (
    StepLine("0", 0, "post in #x: <!channel> *all* of `you` & *yours* _now_ " + "x" * 900, 3),
    *(StepLine(f"1.repeat.{n}", n % 12, "if health * 2 > arr * 3", None, 1) for n in range(300)),
)
PLAYBOOK = PlaybookAnswer(
    book=BOOK,
    about="From signing to first value",
    trigger="when an account enters new-customers",
    when="stage = 'activation' AND arr < 50000",
    since=NOW - hours(800),
    mode_by=BEN,
    steps=STEPS,
    older=2,
    closing=2,
    holdout=0.1,
    held_out_ever=6,
)
DRY_RUN = DryRunAnswer(
    playbook="onboarding-b2b",
    version=3,
    starting=(NORTHWIND, ALDER),
    starting_total=2,
    held=((QUILL, "unless"), (HOSTILE, "open")),
    held_by=(Count("unless", 1), Count("open", 1)),
)
MANY = tuple(Account(f"a-{n}", f"Account {n} <{n}> " + "y" * 200, "https://crm.example/" + "z" * 300) for n in range(40))

PLAYBOOK_EXAMPLES: dict[str, Message] = {
    "playbooks": PLAYBOOKS,
    "playbooks-of-many": replace(PLAYBOOKS, lines=(ODD,) * 10, total=37, page=2),
    "playbooks-past-the-end": replace(PLAYBOOKS, lines=(), total=37, page=9),
    "playbooks-none": PlaybooksAnswer(lines=(), total=0),
    "playbook": PLAYBOOK,
    "playbook-for-an-admin": replace(PLAYBOOK, admin=True),
    "playbook-demoted": replace(PLAYBOOK, book=DEMOTED, admin=True),
    "playbook-paused": replace(
        PLAYBOOK, book=PAUSED, admin=True, paused_at=NOW, paused_by=ANNA, canary=("anna@ours.example",), said="Paused: no play starts."
    ),
    "playbook-without-its-file": replace(PLAYBOOK, book=GONE, steps=(), trigger="", admin=True, paused_at=NOW, mode_by=None),
    "playbook-hostile": replace(
        PLAYBOOK,
        book=ODD,
        about="<!here> *x* " * 40,
        trigger="on the event <!channel>",
        steps=HOSTILE_STEPS,
        canary=tuple(f"{n}@<x>.example" for n in range(30)),
    ),
    "dry-run": DRY_RUN,
    "dry-run-of-nobody": DryRunAnswer(playbook="gifts", version=1),
    "dry-run-of-many": replace(
        DRY_RUN, starting=MANY, starting_total=812, held=tuple((one, "budget") for one in MANY), held_by=(Count("budget", 240),)
    ),
    "start-question": StartQuestion(playbook="onboarding-b2b", about="From signing to first value", account=NORTHWIND),
    "start-question-in-shadow": StartQuestion(playbook="onboarding-b2b", about="<!channel> *x*", account=HOSTILE, mode="shadow"),
    "start-question-in-canary": StartQuestion(playbook="gifts", about="", account=ALDER, mode="canary"),
}
