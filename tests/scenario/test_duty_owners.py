"""The CRM names another owner: the open alerts move, and each side is told once."""

from bot.messages.actions import Action
from tests.cast import JANA, LEAD, OLIVER, WEI
from tests.factories import Card, Company, World
from tests.scenario.conftest import OpenWorld, on_sqlite

DEADLINE = {"alerts": {"deadlines": [{"within": "4h"}]}}


def three(company: Company) -> None:
    for name in ("Acme", "Borealis", "Cobalt"):
        company.account(name, owner_email=JANA.email)


async def give(world: World, email: str | None, *names: str) -> None:
    for name in names or ("Acme", "Borealis", "Cobalt"):
        world.company.change(name, owner_email=email)
    report = await world.sweep()
    assert report.duty["moved"] == len(names or (1, 2, 3))
    await world.quiet()


@on_sqlite
async def test_alerts_move_with_their_account(open_world: OpenWorld) -> None:
    world = await open_world(accounts=three, settings=DEADLINE)
    acme, borealis = await world.card("Acme"), await world.card("Borealis")
    await world.click(JANA, acme, Action.ALERT_TAKE)
    await world.click(LEAD, borealis, Action.ALERT_TAKE)
    world.clock.move(hours=2)
    await give(world, OLIVER.email)

    alert = await world.alert("Acme")
    assert (alert.owner_email, alert.state, alert.taken_by) == (OLIVER.email, "open", None)
    assert alert.take_by is not None
    assert (alert.take_by - world.clock.at).total_seconds() == 4 * 3600
    assert (await world.alert("Borealis")).taken_by == LEAD.id  # a third person keeps what they took
    assert f"Moved to <@{OLIVER.id}>: the CRM names a new owner" in acme.words
    assert f"*Owner*\n<@{OLIVER.id}>" in acme.words
    assert "Take it" in acme.buttons

    (gained,), (lost,) = world.direct(OLIVER), world.direct(JANA)
    assert "3 alerts are yours now" in gained
    assert f"before it was <@{JANA.id}>" in gained
    assert "€10,000" in gained
    assert f"3 alerts of yours moved to <@{OLIVER.id}>" in lost
    assert "€" not in lost
    assert await world.duty() == {}
    assert len(world.direct(OLIVER)) == len(world.direct(JANA)) == 1


@on_sqlite
async def test_the_next_move_is_told_anew(open_world: OpenWorld) -> None:
    world = await open_world(accounts=three)
    await give(world, OLIVER.email, "Acme")
    await give(world, JANA.email, "Acme")
    await give(world, OLIVER.email, "Acme")
    assert (len(world.direct(OLIVER)), len(world.direct(JANA))) == (3, 3)


@on_sqlite
async def test_with_nobody_in_slack_to_own_them_the_managers_are_told(open_world: OpenWorld) -> None:
    world = await open_world(accounts=three)
    await give(world, None, "Acme", "Borealis")
    (told,) = [Card(message).read for message in world.sandbox.messages("#cs-leads")]
    assert "2 alerts have no owner in Slack any more" in told
    await give(world, "nora@ours.example", "Cobalt")
    assert len(world.sandbox.messages("#cs-leads")) == 2
    assert (await world.alert("Acme")).owner_email is None


@on_sqlite
async def test_an_owner_who_left_the_company_is_told_nothing(open_world: OpenWorld) -> None:
    def gone(company: Company) -> None:
        company.account("Acme", owner_email="gwen@ours.example")

    world = await open_world(accounts=gone)
    await give(world, OLIVER.email, "Acme")
    assert len(world.direct(OLIVER)) == 1


@on_sqlite
async def test_what_was_handed_over_stays_with_whom_it_was_given_to(open_world: OpenWorld) -> None:
    world = await open_world(accounts=three)
    await world.open_and_submit(JANA, await world.card("Acme"), Action.ALERT_ASSIGN, teammate=WEI.id)
    await give(world, OLIVER.email, "Acme")
    alert = await world.alert("Acme")
    assert (alert.owner_email, alert.assigned_to) == (OLIVER.email, WEI.id)


@on_sqlite
async def test_a_new_owner_who_is_away_has_a_stand_in(open_world: OpenWorld) -> None:
    world = await open_world(accounts=three)
    await world.command(OLIVER, "away until 2026-12-01 @wei")
    await give(world, OLIVER.email, "Acme")
    assert (await world.alert("Acme")).assigned_to == WEI.id
    assert "1 alert is yours now" in world.direct(WEI)[-1]
    assert world.direct(OLIVER) == []


@on_sqlite
async def test_the_old_owners_stand_in_is_rid_of_it(open_world: OpenWorld) -> None:
    world = await open_world(accounts=three)
    await world.command(JANA, "away until 2026-12-01 @wei")
    assert (await world.alert("Acme")).assigned_to == WEI.id
    await give(world, OLIVER.email, "Acme")
    assert (await world.alert("Acme")).assigned_to is None


@on_sqlite
async def test_what_is_over_before_it_is_told_is_not_told(open_world: OpenWorld) -> None:
    world = await open_world(accounts=three)
    card = await world.card("Acme")
    await world.stop_worker()
    world.company.change("Acme", owner_email=OLIVER.email)
    await world.sweep()
    await world.open_and_submit(JANA, card, Action.ALERT_RESOLVE, outcome="saved")
    world.start_worker()
    await world.quiet()
    assert world.direct(OLIVER) == world.direct(JANA) == []
