"""`staysail deliver` where no scheduler runs: one pass prepares a meeting and brings what was prepared."""

from datetime import UTC, datetime

from bot.delivery.worker import Delivery
from jobs.reviews import anything_planned, deliver_with_reviews
from tests.cast import JANA
from tests.factories import World, few_accounts
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.test_review_brief import OFFICE, plan


@on_sqlite
async def test_one_pass_brings_the_brief_and_the_deck_in_its_thread(open_world: OpenWorld) -> None:
    world: World = await open_world(accounts=few_accounts, mail=True, settings=OFFICE)
    assert not await world.app.database.read(anything_planned)
    await plan(world, "2026-11-23")
    assert await world.app.database.read(anything_planned)
    world.clock.at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    rounds: list[int] = []

    async def deliver() -> Delivery:
        world.app.worker.wake()
        await world.quiet()
        rounds.append(len(world.sandbox.direct_messages(JANA.id)))
        return Delivery(posted=1)

    assert (await deliver_with_reviews(world.app.database, world.app.reviews, deliver)).posted == 2
    (brief, deck) = [one for one in world.sandbox.direct_messages(JANA.id) if "what to know before it" in one.text or one.files]
    assert (deck.thread_ts, len(deck.files)) == (brief.ts, 1)
    await deliver_with_reviews(world.app.database, world.app.reviews, deliver)
    assert rounds[-1] == rounds[-2], "nothing is prepared twice"
