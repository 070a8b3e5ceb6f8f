"""Reminders, absences, moved alerts and tasks for oneself, with their examples."""

from dataclasses import replace
from datetime import date

from bot.messages.catalog.answer_examples import LINES
from bot.messages.catalog.duty import (
    AwayAnswer,
    BackSummary,
    MovedSummary,
    Reminder,
    ReminderList,
    Stage,
    StandInSummary,
    TaskModal,
)
from bot.messages.catalog.example_cast import ANNA, BEN, DROP, HOSTILE, NORTHWIND, NOW, PETRA, hours
from bot.messages.catalog.facts import Money, Person, Side
from bot.messages.catalog.message import Message, Modal

RENEWAL, TAKEN, SNOOZED, OWN, TASK = LINES
LATE = replace(RENEWAL, owner=ANNA)
BACK = date(2026, 12, 1)

FOR_OWNER = (
    Reminder(stage=Stage.OWNER, line=LATE, by=NOW),
    Reminder(stage=Stage.OWNER, line=replace(OWN, arr=Money(1e9, "<!")), by=NOW, absent=BEN),
)
FOR_MANAGERS = (
    Reminder(stage=Stage.MANAGERS, line=replace(OWN, owner=None), by=NOW),
    Reminder(stage=Stage.MANAGERS, line=replace(LATE, arr=None), by=NOW - hours(24), reminded=ANNA, reminded_at=NOW - hours(23)),
)
OF_A_TASK = Reminder(stage=Stage.TASK, line=TASK, by=NOW)

DUTY_EXAMPLES: dict[str, Message] = {
    "reminder": FOR_OWNER[0],
    "reminder-for-a-stand-in": Reminder(stage=Stage.OWNER, line=LATE, by=NOW, absent=ANNA),
    "reminder-hostile": Reminder(stage=Stage.OWNER, line=replace(OWN, arr=Money(1e9, "<!")), by=NOW),
    "reminder-for-managers": FOR_MANAGERS[1],
    "reminder-for-managers-of-a-stand-in": replace(FOR_MANAGERS[1], line=replace(LATE, arr=None, owner=BEN, absent=ANNA), reminded=BEN),
    "reminder-for-managers-nobody": Reminder(stage=Stage.MANAGERS, line=replace(RENEWAL, owner=PETRA, arr=None), by=NOW),
    "reminder-for-managers-unowned": FOR_MANAGERS[0],
    "reminder-of-a-task": OF_A_TASK,
    "reminders": ReminderList(stage=Stage.OWNER, lines=FOR_OWNER, total=2),
    "reminders-for-managers": ReminderList(stage=Stage.MANAGERS, lines=FOR_MANAGERS, total=2),
    "reminders-for-managers-many": ReminderList(stage=Stage.MANAGERS, lines=FOR_MANAGERS * 12, total=24),
    "reminders-of-tasks": ReminderList(stage=Stage.TASK, lines=(OF_A_TASK,) * 2, total=2),
    "moved-to-you": MovedSummary(side=Side.NEW, lines=LINES[:2], total=2, others=(BEN,)),
    "moved-to-you-much": MovedSummary(side=Side.NEW, lines=LINES * 3, total=41, others=(ANNA, BEN, PETRA, None, ANNA, BEN)),
    "moved-from-you": MovedSummary(side=Side.OLD, lines=LINES[:1], total=1, others=(BEN,)),
    "moved-to-nobody": MovedSummary(side=Side.MANAGERS, lines=LINES[3:], total=2, others=(ANNA,)),
    "stand-in": StandInSummary(
        absent=ANNA, lines=tuple(replace(line, owner=BEN, absent=ANNA) for line in LINES[:2]), total=2, back_on=BACK
    ),
    "stand-in-is-over": StandInSummary(absent=ANNA, lines=LINES[:1], total=1, over=True),
    "stand-in-is-another": StandInSummary(absent=ANNA, lines=LINES[:1], total=1, replaced=True, instead=BEN),
    "stand-in-is-nobody": StandInSummary(absent=ANNA, replaced=True),
    "stand-in-for-nothing": StandInSummary(absent=ANNA),
    "stand-in-for-very-much": StandInSummary(absent=ANNA, lines=LINES * 3, total=41, until=NOW + hours(4)),
    "away": AwayAnswer(absence_id=3, managers="#cs-leads", stand_in=BEN, moved=3, back_on=BACK),
    "away-with-nothing-open": AwayAnswer(absence_id=3, managers="#cs-leads", stand_in=BEN, until=NOW + hours(4)),
    "away-with-nobody": AwayAnswer(absence_id=3, managers="#cs-leads", back_on=BACK),
    "away-somebody-else": AwayAnswer(absence_id=3, managers="#cs-leads", absent=ANNA, stand_in=BEN, moved=1, back_on=BACK),
    "away-somebody-else-with-nobody": AwayAnswer(absence_id=3, managers="#cs-leads", absent=ANNA),
    "away-by-status": AwayAnswer(absence_id=3, managers="#cs-leads", stand_in=BEN, moved=2, by_status=True),
    "back": BackSummary(stand_in=BEN, lines=LINES[1:3], total=2),
    "back-to-very-much": BackSummary(stand_in=Person("U0<X>"), lines=LINES * 3, total=41),
}

DUTY_MODALS: dict[str, Modal] = {
    "task": TaskModal(alert_id=7, account=NORTHWIND, cause=DROP, key="5b1f", due=date(2026, 11, 24)),
    "task-hostile": TaskModal(alert_id=7, account=HOSTILE, cause=DROP, key="5b1f", due=date(2026, 11, 24)),
}
