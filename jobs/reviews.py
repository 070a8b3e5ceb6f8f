"""The job `reviews`: what is due for meetings, before and after them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.delivery import Delivery
from bot.log import log
from jobs.lease import lease
from models import Review
from models.review import SCHEDULED

Duty = Callable[[], Awaitable[Mapping[str, int]]]
"""One thing that is looked after: gives what was done, by its name."""


async def look_after_reviews(duties: Sequence[Duty]) -> dict[str, int]:
    """What was done; what was nothing is left out. One that fails stops none of the others, and is seen in `/stay status`."""
    done: dict[str, int] = {}
    failed: list[Exception] = []
    for duty in duties:
        try:
            done |= {what: count for what, count in (await duty()).items() if count}
        except Exception as error:
            log.warning("reviews_not_looked_after", problem=str(error))
            failed.append(error)
    if failed:
        raise failed[0]
    return done


def anything_planned(session: Session) -> bool:
    """Without a meeting there is nothing to prepare, to ask about or to answer."""
    return bool(session.scalar(select(exists().where(Review.state == SCHEDULED))))


async def deliver_with_reviews(database: Database, duties: Sequence[Duty], deliver: Callable[[], Awaitable[Delivery]]) -> Delivery:
    """One pass without a scheduler. A deck goes into the thread of its brief, which must stand in Slack first: in a second round."""
    total, briefs = Delivery(), True
    while briefs:
        done: Mapping[str, int] = {}
        async with lease(database, "reviews", wait=False) as ours:
            with suppress(Exception):  # it is in the log; what waits in the outbox is to leave all the same
                done = await look_after_reviews(duties) if ours else {}
        sent, briefs = await deliver(), bool(done.get("briefs"))
        total = Delivery(total.posted + sent.posted, total.updated + sent.updated, total.failed + sent.failed, sent.waiting)
    return total
