"""One delivery without a scheduler: the rooms, what is due for meetings, and all that is due in the outbox."""

from functools import partial

from bot import clock
from bot.database import Database
from bot.delivery.delivery import Delivery
from bot.outgoing import outgoing_of, rooms_of, slack_session
from bot.settings import Settings
from jobs.reviews import anything_planned, deliver_with_reviews
from jobs.rooms import deliver_with_rooms


async def deliver_once(settings: Settings, database: Database, now: clock.Clock) -> Delivery:
    async with slack_session() as session:
        outgoing = outgoing_of(settings, session, now, database)
        await outgoing.live.refresh()
        await outgoing.directory.refresh_quietly(now())
        await outgoing.channels.refresh_quietly(now())
        deliver = partial(deliver_with_rooms, database, rooms_of(outgoing), outgoing.worker)
        if not await database.read(anything_planned):
            return await deliver()
        from bot.app import reviews_of  # noqa: PLC0415 (what reads usage, draws and reads mail: only for those who meet)

        return await deliver_with_reviews(database, reviews_of(settings, outgoing), deliver)
