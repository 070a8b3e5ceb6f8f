"""The form for a meeting, what its organizer has of it, and calling it off."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.messages.catalog.example_cast import ANNA, BEN, DROP, HOSTILE, NORTHWIND, NOW, hours
from bot.messages.catalog.facts import Person
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.reviews import (
    CancelReviewModal,
    Doubt,
    Elsewhere,
    Invited,
    ProposedTime,
    ReviewMessage,
    ReviewModal,
    ReviewType,
    Warned,
)
from bot.messages.catalog.writing import Language, Recipient

PRAGUE, YORK = ZoneInfo("Europe/Prague"), ZoneInfo("America/New_York")
EVIL = '<!channel> & "Co" \u202e*b*' + "x" * 200
AGENDA = """- Your answer to our survey of 12 November 2026 (3): what lies behind it, and what would help
- Your renewal on 30 June 2027
- Your questions
- What we do next, and by when"""
LANGUAGES = (Language("cs", "Czech"), Language("en", "English"), Language("ru", "Russian"))


def _time(day: int, outside: int = 0) -> ProposedTime:
    at = datetime(2026, 11, day, 15, tzinfo=PRAGUE)
    return ProposedTime(at, (Elsewhere("America/New_York", at.astimezone(YORK), outside),))


TIMES = (_time(24), _time(25), _time(26))
PLAN = ReviewModal(
    account=NORTHWIND,
    cause=DROP,
    times=TIMES,
    when=TIMES[0].value,
    zone="Europe/Prague",
    contacts=(Recipient("c1", "Marta Silva", "Head of Operations"),),
    agenda=AGENDA,
    languages=LANGUAGES,
    language="en",
    tasks=("Ask the *product* people about exports",),
)
MESSAGE = ReviewMessage(
    review_id=7,
    state="scheduled",
    type=ReviewType.CALL,
    account=NORTHWIND,
    at=NOW + hours(80),
    minutes=30,
    place="https://meet.example/abc",
    people=(Invited("Marta Silva", "marta@northwind.example"), Invited("Anna Lind", "anna@ours.example", "U0ANNA")),
    agenda=AGENDA,
    organizer=ANNA,
)
HARM = replace(
    MESSAGE,
    account=HOSTILE,
    place=EVIL,
    people=tuple(Invited(EVIL, f"x{number}@x.example", answer="declined", comment=EVIL * 5) for number in range(30)),
    agenda="<!channel> *x*\n" * 200,
    moved=True,
    customer="gone",
    csm=Person(None, EVIL),
)

REVIEW_MODALS: dict[str, Modal] = {
    "review": PLAN,
    "review-warned": replace(
        PLAN,
        when=ReviewModal.OWN,
        day="2026-11-28",
        clock="19:30",
        teammates=("U0ANNA",),
        place="Room 5",
        tasks=(),
        warned=(
            Warned(Doubt.DAY_OFF, datetime(2026, 11, 28, 19, 30, tzinfo=PRAGUE), "Europe/Prague"),
            Warned(Doubt.OUTSIDE, datetime(2026, 11, 28, 13, 30, tzinfo=YORK), "America/New_York"),
            Warned(Doubt.BUSY, datetime(2026, 11, 28, 19, 0, tzinfo=PRAGUE), "Europe/Prague", ("Anna Lind",), NORTHWIND),
            Warned(Doubt.TAKEN, datetime(2026, 11, 28, 19, 30, tzinfo=PRAGUE), "Europe/Prague", ("Anna Lind", "Jana Nováková")),
        ),
    ),
    "review-calendars-unread": replace(PLAN, teammates=("U0ANNA",), unread=("Anna Lind", "Jana Nováková")),
    "review-hours-that-never-meet": replace(PLAN, times=tuple(_time(day, 60) for day in (24, 25, 26)), meets=False),
    "review-moving": replace(PLAN, moving=True, when=ReviewModal.OWN, day="2026-11-26", clock="15:00", cause=None, type=ReviewType.QBR),
    "review-hostile": replace(
        PLAN,
        account=HOSTILE,
        times=(),
        when=ReviewModal.OWN,
        contacts=tuple(Recipient(f"c{number}", EVIL, EVIL) for number in range(100)),
        place="<!channel> " * 20,
        agenda="<!channel> & *b*\n" * 170,
        tasks=(EVIL,) * 12,
        unread=(EVIL,) * 9,
        warned=tuple(Warned(Doubt.BUSY, datetime(2026, 11, 28, 19, tzinfo=UTC), EVIL, (EVIL,) * 9, HOSTILE) for _ in range(20)),
    ),
    "review-cancel": CancelReviewModal(review_id=7, version=1, type=ReviewType.EBR, account=NORTHWIND, at=NOW + hours(80), people=2),
    "review-cancel-hostile": CancelReviewModal(review_id=7, version=1, type="x", account=HOSTILE, at=NOW, people=1),
}
REVIEW_EXAMPLES: dict[str, Message] = {
    "review": MESSAGE,
    "review-in-calendar": replace(MESSAGE, in_calendar=True),
    "review-moved": replace(MESSAGE, moved=True, place="Room 5", people=(replace(MESSAGE.people[0], answer="accepted"),)),
    "review-answered": replace(
        MESSAGE, answers=True, people=(replace(MESSAGE.people[0], answer="tentative", comment="After *three* only"), MESSAGE.people[1])
    ),
    "review-asked": replace(MESSAGE, asked=True),
    "review-left": replace(MESSAGE, left=True),
    "review-of-a-new-csm": replace(MESSAGE, csm=BEN),
    "review-customer-left": replace(MESSAGE, customer="churned"),
    "review-over": replace(MESSAGE, state="held", asked=True),
    "review-cancelled": replace(MESSAGE, state="cancelled", cancelled_by=ANNA, cancelled_at=NOW),
    "review-hostile": HARM,
    "review-cancelled-hostile": replace(HARM, state="cancelled", agenda=""),
}
