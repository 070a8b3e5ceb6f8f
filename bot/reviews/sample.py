"""Pictures to try things with: `SAMPLE` knows much, `NOTHING` nothing, `EVERYTHING` too much, `HOSTILE` has hostile words."""

from bot.messages.catalog.review_picture_examples import EVERYTHING, KNOWN, LOUD, UNKNOWN

SAMPLE, NOTHING, HOSTILE = KNOWN, UNKNOWN, LOUD

__all__ = ["EVERYTHING", "HOSTILE", "NOTHING", "SAMPLE"]
