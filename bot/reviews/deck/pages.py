"""What the eight slides say. Pure.

The customer reads them. So nothing stands here of ARR, health, stage, alerts, mood, notes, talking points, links of ours, or what failed.
Of escalations: the days and whether they are over; what was asked for is a colleague's words. Of promises: those that were agreed in a
meeting with them. Of answers: averages and themes, and the words of somebody who is invited, without the name: what others wrote was
written to us, and not to their colleagues. What is not known is said in one line that the CSM writes over; nothing is made up.
"""

from bot.reviews.deck import pages_next, pages_since
from bot.reviews.deck.page import Page
from bot.reviews.deck.say import Say
from bot.reviews.deck.text import shortened
from bot.reviews.picture import Picture

DRAWN = (
    pages_since.summary,
    pages_since.goals,
    pages_since.adoption,
    pages_since.value,
    pages_next.support,
    pages_next.voice,
    pages_next.plan,
    pages_next.asks,
)


def pages_of(picture: Picture) -> tuple[Page, ...]:
    say = Say(picture.language)
    return tuple(tell(say, picture) for tell in DRAWN)


def title_of(picture: Picture) -> str:
    """Northwind · Quarterly business review · 24 November 2026."""
    say = Say(picture.language)
    return " · ".join(
        filter(None, (shortened(picture.account, 60), pages_since.title_of(say, picture), pages_since.starts_on(say, picture)))
    )
