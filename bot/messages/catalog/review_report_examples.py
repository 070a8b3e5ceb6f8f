"""How reviews stand: for a CSM, for the team, with much, with little, and with nothing at all."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.messages.catalog.example_cast import ALDER, ANNA, BEN, HOSTILE, NORTHWIND, NOW, PETRA, QUILL, hours
from bot.messages.catalog.facts import Money
from bot.messages.catalog.message import Message
from bot.messages.catalog.review_report import (
    Coverage,
    CsmReviews,
    DueReview,
    Feed,
    MonthFact,
    NoShows,
    PastReview,
    PlannedReview,
    ReviewsChart,
    ReviewsMine,
    ReviewsOverdue,
    ReviewsTeam,
)

THERE = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Prague"))
DUE = (
    DueReview(NORTHWIND, "qbr", -12, ANNA, Money(48_000, "EUR"), 311),
    DueReview(ALDER, "ebr", -1, ANNA, Money(240_000, "CZK"), 312),
    DueReview(QUILL, "renewal", 0, ANNA),
    DueReview(HOSTILE, "qbr", 9, ANNA, None, 314),
)
PLANNED = (
    PlannedReview("qbr", NORTHWIND, THERE, ANNA, 3, 2, 1),
    PlannedReview("call", ALDER, THERE + timedelta(days=2, hours=5), BEN, 1),
    PlannedReview("kick_off", HOSTILE, THERE + timedelta(days=8), PETRA),
    PlannedReview("ebr", QUILL, THERE + timedelta(days=8, hours=1), ANNA, 1, 1),
)
FEED = Feed("https://cs.ours.example/reviews/IlUwQU5OQSI.u3gGZ1T4G2nTqmQfV2lq0R1wLxE.ics")
MINE = ReviewsMine(
    reader="U0ANNA",
    coverage=Coverage(12, 10, 1),
    due=DUE,
    due_total=4,
    planned=PLANNED,
    planned_total=4,
    unanswered=(PastReview(71, "qbr", ALDER, NOW - hours(30)), PastReview(72, "call", HOSTILE, NOW - hours(2))),
    unanswered_total=11,
    feed=FEED,
)
SHARES = (0.42, 0.48, 0.55, 0.53, 0.61, 0.7, 0.68, 0.77, 0.84, 0.91, 1.0, 0.84)
MONTHS = tuple(
    MonthFact(date(2025 + (at + 11) // 12, (at + 11) % 12 + 1, 1) - timedelta(days=1), 30 + at, share) for at, share in enumerate(SHARES)
)
TEAM = ReviewsTeam(
    coverage=Coverage(48, 41, 2),
    csms=(
        CsmReviews(ANNA, Coverage(12, 10), NoShows(1, 9), THERE),
        CsmReviews(BEN, Coverage(35, 31, 2), NoShows(0, 21), THERE + timedelta(days=2)),
        CsmReviews(PETRA, Coverage(0, 0), NoShows(1, 1)),
        CsmReviews(None, Coverage(1, 0), NoShows(0, 0)),
    ),
    no_shows=NoShows(2, 31),
    planned=PLANNED,
    months=MONTHS,
    days=90,
    weeks=4,
)
ALT = "Coverage by month: Sep 2026 100 % (41 accounts); Oct 2026 84 % (42 accounts)."
OVERDUE = ReviewsOverdue(
    lines=(*DUE[:2], replace(DUE[3], due_in=-3, owner=BEN), replace(DUE[2], due_in=-400, owner=None)), total=31, page=2, own=False
)
REVIEW_REPORT_EXAMPLES: dict[str, Message] = {
    "reviews-mine": MINE,
    "reviews-mine-many": replace(
        MINE, due=DUE * 3, due_total=30, planned=PLANNED * 3, planned_total=25, unanswered=MINE.unanswered * 5, manager=True
    ),
    "reviews-mine-none": ReviewsMine(reader="U0ANNA", coverage=Coverage(0, 0)),
    "reviews-mine-without-cadence": ReviewsMine(
        reader="U0ANNA", coverage=None, manager=True, feed=Feed(missing=("STAYSAIL_URL", "STAYSAIL_SECRET"))
    ),
    "reviews-team": TEAM,
    "reviews-team-with-picture": replace(TEAM, picture="F0CHART1", alt=ALT, coverage=Coverage(12, 12)),
    "reviews-team-large": replace(TEAM, csms=TEAM.csms * 20, planned=PLANNED * 30),
    "reviews-team-without-cadence": ReviewsTeam(coverage=None, no_shows=NoShows(0, 0), days=90, weeks=4),
    "reviews-team-none": ReviewsTeam(coverage=Coverage(0, 0), no_shows=NoShows(0, 1), planned=PLANNED[2:3], days=90, weeks=4),
    "reviews-overdue": OVERDUE,
    "reviews-overdue-own": ReviewsOverdue(lines=DUE[:2], total=2, own=True),
    "reviews-overdue-none": ReviewsOverdue(own=True),
    "reviews-overdue-without-cadence": ReviewsOverdue(own=False, cadences=False),
    "reviews-chart": ReviewsChart(title="Coverage by month", file_id="F0CHART1", alt=ALT),
}
