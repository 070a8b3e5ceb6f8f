"""Data that looks broken holds alerts; the admins are told once, and decide."""

from datetime import date, timedelta

from sqlalchemy import select

from bot.clock import day_of
from bot.messages.actions import Action
from models import Trace
from tests.cast import ADMIN, JANA
from tests.factories import ZONE, Card, Company, World, steady, until
from tests.scenario.conftest import OpenWorld, on_postgresql, on_sqlite

MANY = {"limits": {"cards_a_day": 20, "posts_per_second": 50}}


def a_dozen_drops(company: Company) -> None:
    for number in range(12):
        company.account(f"Drop {number}")
    for number in range(4):
        company.account(f"Steady {number}", steady)


async def held(open_world: OpenWorld) -> tuple[World, Card]:
    world = await open_world(accounts=a_dozen_drops, settings=MANY)
    return world, await world.notice()


@on_postgresql
async def test_a_mass_drop_is_told_once_and_released(open_world: OpenWorld) -> None:
    world, notice = await held(open_world)
    assert world.reports[-1].suppressed == {"mass_drop": 12}
    await world.sweep()
    await world.quiet()
    assert world.sandbox.messages("cs-alerts") == []
    assert len(world.sandbox.messages("cs-leads")) == 1
    assert "12 of 16 accounts (75 %) would open at once; the limit is 30 %" in notice.words
    assert notice.buttons == ["Release", "Keep holding"]
    assert "*Usage drop*: held, too many at once" in (await world.command(JANA, "why Drop 3")).words
    world.schedule.start()
    try:
        assert (await world.click(ADMIN, notice, Action.BREAKER_RELEASE)).ok
        await until(lambda: len(world.sandbox.messages("cs-alerts")) == 12, "the alerts are open")
    finally:
        await world.schedule.stop()
    await world.quiet()
    assert f"<@{ADMIN.id}> released them, <!date^" in notice.words
    assert notice.buttons == []
    assert len(world.sandbox.messages("cs-leads")) == 1


@on_sqlite
async def test_keep_holds_until_it_is_over_by_itself(open_world: OpenWorld) -> None:
    world, notice = await held(open_world)
    assert (await world.click(ADMIN, notice, Action.BREAKER_KEEP)).ok
    world.clock.move(days=1)
    await world.sweep()
    await world.quiet()
    assert world.sandbox.messages("cs-alerts") == []
    assert f"<@{ADMIN.id}> keeps holding them" in notice.words
    assert len(world.sandbox.messages("cs-leads")) == 1
    for number in range(9):
        world.company.tells(f"Drop {number}", steady)
    assert (await world.sweep()).opened == 3
    await world.quiet()
    assert len(world.sandbox.messages("cs-alerts")) == 3
    assert notice.buttons == []


@on_sqlite
async def test_what_is_kept_can_be_released_later(open_world: OpenWorld) -> None:
    world, notice = await held(open_world)
    await world.click(ADMIN, notice, Action.BREAKER_KEEP)
    await world.quiet()
    assert notice.buttons == ["Release"]
    await world.click(ADMIN, notice, Action.BREAKER_RELEASE)
    assert (await world.sweep()).opened == 12


@on_sqlite
async def test_a_decision_that_comes_twice_counts_once(open_world: OpenWorld) -> None:
    world, notice = await held(open_world)
    world.sandbox.faults.add("interactive", "duplicate")
    await world.click(ADMIN, notice, Action.BREAKER_KEEP)
    await world.sandbox.settled()
    await world.quiet()
    traces = await world.app.database.read(lambda session: list(session.scalars(select(Trace.what).where(Trace.actor == ADMIN.id))))
    assert traces == ["breaker_keep"]
    assert world.told(ADMIN) == []


@on_sqlite
async def test_stale_usage_is_told_once_and_opens_when_it_is_fresh(open_world: OpenWorld) -> None:
    world = await open_world(sweep=False)
    world.company.newest = date(2026, 11, 11)
    assert (await world.sweep()).suppressed == {"stale": 5}  # with days missing, even the steady one seems to drop
    notice = await world.notice()
    assert "usage.active_users is 7 days old (newest day 11 Nov 2026); the limit is 2 days." in notice.read
    world.clock.move(days=1)
    await world.sweep()
    await world.quiet()
    assert "is 8 days old" in notice.words
    assert len(world.sandbox.messages("cs-leads")) == 1
    assert "held, data too old" in (await world.command(JANA, "why Acme")).words
    assert "too old, holds alerts" in (await world.command(ADMIN, "status")).words
    world.company.newest = None
    assert (await world.sweep()).opened == 4
    await world.quiet()
    assert "Over by itself" in notice.words
    assert notice.buttons == []
    assert len(world.sandbox.messages("cs-alerts")) == 4


@on_sqlite
async def test_stale_usage_can_be_released(open_world: OpenWorld) -> None:
    world = await open_world(sweep=False)
    world.company.newest = day_of(world.clock.at, ZONE) - timedelta(days=3)
    await world.sweep()
    notice = await world.notice()
    await world.click(ADMIN, notice, Action.BREAKER_RELEASE)
    assert (await world.sweep()).opened == 4
    await world.quiet()
    assert f"<@{ADMIN.id}> released them" in notice.words


@on_sqlite
async def test_stale_usage_leaves_the_alerts_that_stand_as_they_are_but_of_accounts_that_left(open_world: OpenWorld) -> None:
    world = await open_world()
    card = await world.card("Acme")
    world.company.newest = date(2026, 11, 17)
    world.clock.move(days=5)
    world.company.tells("Acme", steady)
    world.company.change("Borealis", stage="churned")
    report = await world.sweep()
    assert (report.opened, report.resolved) == (0, 1)
    assert ((left := await world.alert("Borealis")).state, left.outcome) == ("ended", "churned")
    await world.quiet()
    assert card.buttons
    assert (await world.alert("Acme")).closed_at is None
