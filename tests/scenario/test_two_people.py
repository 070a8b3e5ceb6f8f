"""Two people at once, double clicks, and deliveries that come twice."""

import asyncio
from typing import Any

import pytest

from bot.messages.actions import Action
from tests.cast import ADMIN, JANA, LEAD, OLIVER, WEI
from tests.factories import World
from tests.scenario.conftest import OpenWorld, on_sqlite


@pytest.mark.parametrize(
    ("database_url", "transport"), [("sqlite", "socket"), ("sqlite", "http"), ("postgresql", "socket")], indirect=["database_url"]
)
async def test_the_first_of_two_takes_it_and_the_second_is_told_who(open_world: OpenWorld, transport: str) -> None:
    world = await open_world(transport=transport)
    card = await world.card("Acme")
    await asyncio.gather(world.click(JANA, card, Action.ALERT_TAKE), world.click(OLIVER, card, Action.ALERT_TAKE))
    await world.quiet()
    first = (await world.alert("Acme")).taken_by
    second = OLIVER if first == JANA.id else JANA
    (told,) = world.told(second)
    assert told.startswith(f"Already taken by <@{first}>, <!date^1794992401^")
    assert [world.told(person) for person in (JANA, OLIVER) if person != second] == [[]]
    assert [what for what, _ in await world.did("Acme")] == ["opened", "taken"]
    assert f"<@{first}> took it" in card.words


async def test_five_people_at_once_make_one_owner(world: World) -> None:
    card = await world.card("Acme")
    people = (JANA, OLIVER, LEAD, ADMIN, WEI)
    await asyncio.gather(*(world.click(person, card, Action.ALERT_TAKE) for person in people))
    taken = (await world.alert("Acme")).taken_by
    assert sum(len(world.told(person)) for person in people) == 4
    assert all(f"Already taken by <@{taken}>" in world.told(person)[0] for person in people if person.id != taken)


async def test_two_forms_at_once_the_first_counts_and_the_second_is_told_who(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_RESOLVE)
    await world.click(OLIVER, card, Action.ALERT_DISMISS)
    await asyncio.gather(world.submit(JANA, outcome="saved"), world.submit(OLIVER, outcome="known"))
    alert = await world.alert("Acme")
    first, second = (JANA, OLIVER) if alert.closed_by == JANA.id else (OLIVER, JANA)
    assert world.sandbox.views(first.id) == []
    assert world.modal_words(second).startswith(f"Already {alert.state} by <@{first.id}>")
    assert len(await world.did("Acme")) == 2


@on_sqlite
async def test_on_a_card_that_lags_behind_a_click_tells_who_closed_it(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_RESOLVE)
    await world.stop_worker()
    await world.submit(JANA, outcome="saved")
    for number, action in enumerate((Action.ALERT_TAKE, Action.ALERT_SNOOZE, Action.ALERT_DISMISS, Action.ALERT_RESOLVE)):
        await world.click(OLIVER, card, action)
        assert world.told(OLIVER)[number].startswith(f"Already resolved by <@{JANA.id}>, <!date^"), action
        assert world.sandbox.views(OLIVER.id) == [], action


@on_sqlite
async def test_a_snoozed_one_is_woken_once_and_is_in_the_hand_that_had_it(world: World) -> None:
    card = await world.card("Acme")
    await world.click(OLIVER, card, Action.ALERT_TAKE)
    await world.open_and_submit(LEAD, card, Action.ALERT_SNOOZE, snooze_for="2w")
    await world.quiet()
    assert "Wake now" in card.buttons
    await asyncio.gather(*(world.click(person, card, Action.ALERT_WAKE) for person in (JANA, JANA, WEI)))
    await world.quiet()
    assert [what for what, _ in await world.did("Acme")] == ["opened", "taken", "snoozed", "woken"]
    first, second = (JANA, WEI) if (await world.did("Acme"))[-1][1] == JANA.id else (WEI, JANA)
    assert {told.split(",")[0] for told in world.told(second)} == {f"Already woken by <@{first.id}>"}
    assert world.told(first) == []
    alert = await world.alert("Acme")
    assert (alert.state, alert.taken_by, alert.snoozed_until) == ("taken", OLIVER.id, None)
    assert f"<@{first.id}> woke it" in card.words
    assert "Wake now" not in card.buttons


async def test_a_double_click_is_one_click(world: World) -> None:
    card = await world.card("Acme")
    await asyncio.gather(*(world.click(JANA, card, Action.ALERT_TAKE) for _ in range(3)))
    await world.quiet()
    assert world.told(JANA) == []
    assert [what for what, _ in await world.did("Acme")] == ["opened", "taken"]
    assert (await world.alert("Acme")).version == 2


DEEDS: list[tuple[str, Action, dict[str, Any], list[str]]] = [
    ("Cobalt", Action.ALERT_TAKE, {}, ["opened", "taken"]),
    ("Cobalt", Action.ALERT_ASSIGN, {"teammate": OLIVER.id}, ["opened", "taken", "assigned"]),
    ("Dynamo", Action.ALERT_SNOOZE, {"snooze_for": "3d"}, ["opened", "snoozed"]),
    ("Acme", Action.ALERT_DISMISS, {"outcome": "known"}, ["opened", "dismissed"]),
    ("Borealis", Action.ALERT_RESOLVE, {"outcome": "saved"}, ["opened", "resolved"]),
]


@on_sqlite
async def test_a_delivery_that_comes_twice_changes_nothing_twice(world: World) -> None:
    for account, action, values, done in DEEDS:
        card = await world.card(account)
        if values:
            await world.click(JANA, card, action)
        world.sandbox.faults.add("interactive", "duplicate")
        outcome = await (world.submit(JANA, **values) if values else world.click(JANA, card, action))
        await world.sandbox.settled()
        await world.quiet()
        assert outcome.ok, action
        assert [what for what, _ in await world.did(account)] == done
        assert (await world.alert(account)).version == len(done)
        assert world.told(JANA) == [], action
        assert world.sandbox.views(JANA.id) == [], action


async def test_ten_clicks_in_a_second_need_few_updates(world: World) -> None:
    card = await world.card("Acme")
    world.sandbox.faults.add("chat.update", "slow", times=99, seconds=0.15)
    await world.click(JANA, card, Action.ALERT_TAKE)
    for number in range(9):
        await world.open_and_submit(OLIVER, card, Action.ALERT_SNOOZE, snooze_for="3d" if number % 2 else "1w")
    await world.quiet()
    assert (await world.alert("Acme")).version == 11
    assert card.versions <= 8
    assert "25 Nov 2026 09:00 UTC" in card.words  # nine o'clock in London
    assert len(world.calls("chat.update")) == card.versions - 1
