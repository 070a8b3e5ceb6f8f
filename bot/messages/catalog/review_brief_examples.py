"""Briefs: of an account of which much is known, of one of which nothing is, of one with too much, and of one full of hostile words."""

from dataclasses import replace

from bot.messages.catalog.example_cast import hours
from bot.messages.catalog.message import Message
from bot.messages.catalog.review_brief import BriefChart, ReviewBrief
from bot.messages.catalog.review_picture_examples import EVERYTHING, EVIL, KNOWN, LOUD, UNKNOWN

DROPPED = "Active users, by week from 24 Aug to 16 Nov: 43 a day at first, 16 at last; lowest 16 (16 Nov), highest 44 (7 Sep); usual: 40."
RISEN = "Reports run, by week from 24 Aug to 16 Nov: 31 at first, 53 at last; lowest 30 (31 Aug), highest 53 (16 Nov); usual: 39."
CHARTS = (BriefChart("Active users", DROPPED, "F0DROP"), BriefChart("Reports run", RISEN, "F0RISE"))
BRIEF = ReviewBrief(picture=KNOWN, charts=CHARTS)
SILENT = replace(UNKNOWN, missing=("usage (Active users): the warehouse did not answer within 10 s",))
SHORT = replace(KNOWN, arr=None, before=replace(KNOWN.before, note="") if KNOWN.before else None)

REVIEW_BRIEF_EXAMPLES: dict[str, Message] = {
    "review-brief": BRIEF,
    "review-brief-nothing": ReviewBrief(picture=SILENT),
    "review-brief-without-money": replace(BRIEF, picture=SHORT),
    "review-brief-without-files": replace(BRIEF, charts=tuple(replace(one, file=None) for one in CHARTS)),
    "review-brief-everything": replace(BRIEF, picture=EVERYTHING),
    "review-brief-moved": replace(BRIEF, moved_to=KNOWN.at + hours(24)),
    "review-brief-cancelled": replace(BRIEF, cancelled=True),
    "review-brief-hostile": ReviewBrief(
        picture=LOUD, charts=(BriefChart(EVIL, EVIL, "F0EVIL"), BriefChart(EVIL, EVIL), BriefChart("", ""))
    ),
}
