"""The prompt to plan a review in its states, and the form that leaves one out."""

from dataclasses import replace
from datetime import date

from bot.messages.actions import DismissReason
from bot.messages.catalog.cards import PlayOnCard
from bot.messages.catalog.example_cast import ANNA, BEN, FACTS, HOSTILE, NORTHWIND, NOW, UNOWNED, hours
from bot.messages.catalog.facts import CardName, Cause, Did, HistoryLine, State
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.review_due import LastReview, ReviewDueCard, SkipReviewModal

CAUSE = Cause("review-due", about="A review with the customer is due, and nobody has planned it", card=CardName.REVIEW_DUE)
LAST = LastReview(
    "qbr",
    date(2026, 8, 27),
    "Roll out to the Brno office by November; a training for new admins",
    "A good talk, they want more people in",
    ("Ola Nordmann", "Eva Malá"),
)
DUE = ReviewDueCard(
    alert_id=31,
    version=1,
    state=State.OPEN,
    account=NORTHWIND,
    cause=CAUSE,
    facts=FACTS,
    since=NOW - hours(1),
    history=(HistoryLine(Did.OPENED, NOW - hours(1)),),
    type="qbr",
    due_in=30,
    health=71.4,
    last=LAST,
    play=PlayOnCard(31, ("a reminder to the CSM after 3 days", "a reminder to the CSM and a word to the managers after 1 week"), True),
)
FIRST = replace(DUE, type="ebr", last=None, due_in=0, health=None)
OVERDUE = replace(DUE, state=State.TAKEN, acting=BEN, due_in=-12, skipped=1, facts=UNOWNED)
LOUD = LastReview("qbr", date(2026, 8, 27), "<!channel> *all*", "", ("<@U1>", "*Eve*", "A", "B", "C"))
CLOSED = replace(DUE, closed_at=NOW, closed_by=ANNA)


REVIEW_DUE_EXAMPLES: dict[str, Message] = {
    "review-due": DUE,
    "review-due-first": FIRST,
    "review-due-overdue": OVERDUE,
    "review-due-snoozed": replace(DUE, state=State.SNOOZED, snoozed_until=NOW + hours(72)),
    "review-due-hostile": replace(DUE, account=HOSTILE, last=LOUD),
    "review-due-shared": DUE.for_strangers(),
    "review-due-planned": replace(CLOSED, state=State.RECOVERED, closed_by=None),
    "review-due-skipped": replace(CLOSED, state=State.DISMISSED, outcome=DismissReason.SKIPPED, note="They are in the middle of a merger"),
}
SKIP = SkipReviewModal(alert_id=31, account=NORTHWIND, cause=CAUSE, type="qbr")
REVIEW_DUE_MODALS: dict[str, Modal] = {
    "review-skip": SKIP,
    "review-skip-again": replace(SKIP, skipped=1),
    "review-skip-hostile": replace(SKIP, account=HOSTILE, skipped=3),
}
