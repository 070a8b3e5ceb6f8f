"""Decks of meetings: one, one from our template instead of the team's, one that was given up, and hostile words."""

from bot.messages.catalog.example_cast import HOSTILE, NORTHWIND
from bot.messages.catalog.message import Message
from bot.messages.catalog.review_deck import ReviewDeckNote, ReviewDeckUnmade

LOUD = "<!channel> <@U1> `x` *y* " * 40

REVIEW_DECK_EXAMPLES: dict[str, Message] = {
    "review-deck": ReviewDeckNote(account=NORTHWIND.name, type="qbr"),
    "review-deck-fallback": ReviewDeckNote(account=NORTHWIND.name, type="renewal", problem="ours.pptx has no layout for Plan, Asks"),
    "review-deck-hostile": ReviewDeckNote(account=LOUD, type=LOUD, problem=LOUD),
    "review-deck-unmade": ReviewDeckUnmade(
        account=NORTHWIND, type="qbr", why="Slack did not take it: the app lacks a permission: install it again from the current manifest"
    ),
    "review-deck-unmade-hostile": ReviewDeckUnmade(account=HOSTILE, type=LOUD, why=LOUD),
    "review-deck-unmade-without-account": ReviewDeckUnmade(account=None, type="call", why="it could not be drawn; the log tells more"),
}
