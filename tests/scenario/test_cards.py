"""A card through its life: every button and modal, and what the card shows afterwards."""

from datetime import timedelta

import pytest

from bot.messages.actions import Action, Input, InputError
from tests.cast import GUEST, JANA, LEAD, OLIVER, WEI
from tests.factories import Card, Company, World, better, silent, steady, worse
from tests.scenario.conftest import OpenWorld, on_sqlite

SEVERAL = ["Take it", "Write…", "Escalate…", "Hand over…", "Task…", "Snooze…", "Not a risk…", "Resolve…", "Details", "Why?"]
TAKEN = ["Write…", "Book a call…", *SEVERAL[2:]]
"""Once somebody has it, its row has room for one more."""


def quiet_line(card: Card) -> str:
    """The one line of a closed card."""
    assert [block["type"] for block in card.message.blocks] == ["context"]
    assert card.buttons == []
    assert "\n" not in card.words
    return card.words


@on_sqlite
async def test_a_drop_becomes_a_card_with_its_story(world: World) -> None:
    card = await world.card("Acme")
    assert "*<https://crm.example/accounts/1|Acme>* · Usage drop" in card.words
    assert "Active users fell from 41 to 17 a day (−59 %) against the 8 weeks before." in card.words
    assert "`███████████▄▄`  13 weeks of active users: 41 → 17 a day" in card.words
    for fact in ("€120,000", "30 Jun 2027, in 224 days", "Team, 50 seats", "Adoption", f"<@{JANA.id}>", "Usage up to 17 Nov", "Open since"):
        assert fact in card.words
    assert card.buttons == SEVERAL
    assert card.text == "Usage drop at Acme: active users 41 → 17 a day (−59 %)"
    assert len(world.posts()) == 4


@on_sqlite
async def test_an_account_that_is_well_has_no_card(world: World) -> None:
    await world.quiet()
    assert await world.alert("Evergreen") is None


@on_sqlite
async def test_a_csm_takes_it_waits_and_resolves_it_over_http(open_world: OpenWorld) -> None:
    world = await open_world(transport="http")
    card = await world.card("Acme")
    assert (await world.click(JANA, card, Action.ALERT_TAKE)).ok
    await world.quiet()
    assert f"*Taken by*\n<@{JANA.id}>" in card.words
    assert f"<@{JANA.id}> took it, <!date^" in card.words
    assert card.buttons == TAKEN
    assert (await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, reason="Holidays")).ok
    await world.quiet()
    assert f"<@{JANA.id}> snoozed it until" in card.words
    assert "“Holidays”" in card.words
    assert (await world.open_and_submit(JANA, card, Action.ALERT_RESOLVE, outcome="saved", note="New champion")).ok
    await world.quiet()
    line = quiet_line(card)
    assert "Resolved: saved" in line
    assert f"<@{JANA.id}>" in line
    assert "“New champion”" in line
    assert [what for what, _ in await world.did("Acme")] == ["opened", "taken", "snoozed", "resolved"]
    assert world.sandbox.views(JANA.id) == []
    assert (await world.command(JANA, "why Acme")).words.count("quiet after the last alert") == 1


@on_sqlite
async def test_a_teammate_who_acts_for_another_is_shown_as_such(world: World) -> None:
    card = await world.card("Acme")
    await world.click(OLIVER, card, Action.ALERT_TAKE)
    await world.quiet()
    assert f"<@{OLIVER.id}> took it for <@{JANA.id}>" in card.words
    assert card.text == f"Usage drop at Acme, taken by <@{OLIVER.id}>: active users 41 → 17 a day (−59 %)"
    await world.open_and_submit(LEAD, card, Action.ALERT_SNOOZE, snooze_for="tomorrow")
    await world.quiet()
    assert f"<@{LEAD.id}> snoozed it until" in card.words
    assert f"for <@{JANA.id}>" in card.words.split("snoozed it until")[1]


@on_sqlite
async def test_a_snooze_ends_at_nine_in_the_morning_there(world: World) -> None:
    for account, chosen, days in (("Acme", "tomorrow", 1), ("Borealis", "3d", 3), ("Cobalt", "1w", 7), ("Dynamo", "2w", 14)):
        await world.open_and_submit(JANA, await world.card(account), Action.ALERT_SNOOZE, snooze_for=chosen)
        alert = await world.alert(account)
        assert alert.state == "snoozed"
        assert alert.snoozed_until == (world.clock.at + timedelta(days=days)).replace(hour=8, minute=0, second=0), chosen


@on_sqlite
async def test_a_snooze_until_a_date(world: World) -> None:
    card = await world.card("Acme")
    await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="date", snooze_date="2026-12-01")
    await world.quiet()
    assert "*Snoozed until*\n<!date^" in card.words
    assert "1 Dec 2026 08:00 UTC" in card.words
    assert card.buttons == ["Wake now", *TAKEN]


@on_sqlite
async def test_the_first_day_offered_is_tomorrow_where_the_person_is(world: World) -> None:
    world.clock.move(hours=4)  # 14 o'clock in Prague, 2 in the morning of the next day in Auckland
    card = await world.card("Acme")
    await world.click(WEI, card, Action.ALERT_SNOOZE)
    assert "from 20 Nov 2026 on" in str(world.modal(WEI).body)
    outcome = await world.submit(WEI, snooze_for="date", snooze_date="2026-11-19")
    assert outcome.errors == {Input.SNOOZE_DATE: InputError.DATE_PAST}


@on_sqlite
async def test_a_snoozed_alert_comes_back_if_it_is_still_true_and_to_whom_had_taken_it(world: World) -> None:
    free, taken, better_now = [await world.card(account) for account in ("Acme", "Borealis", "Cobalt")]
    await world.click(OLIVER, taken, Action.ALERT_TAKE)
    for card in (free, taken, better_now):
        await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="3d")
    world.clock.move(days=2)
    await world.sweep()
    assert [(await world.alert(account)).state for account in ("Acme", "Borealis", "Cobalt")] == ["snoozed"] * 3
    world.company.tells("Cobalt", better)
    world.clock.move(days=1)
    await world.sweep()
    await world.quiet()
    assert (await world.alert("Acme")).state == "open"
    assert "Back from its snooze: still true" in free.words
    assert free.buttons == SEVERAL
    assert (await world.alert("Borealis")).state == "taken"
    assert taken.text.startswith(f"Usage drop at Borealis, taken by <@{OLIVER.id}>")
    assert "Recovered by itself" in quiet_line(better_now)
    assert (await world.did("Cobalt"))[-1] == ("recovered", "staysail")
    assert len(world.posts()) == 4


@on_sqlite
async def test_an_alert_ends_or_gets_worse_with_its_account_and_the_same_card_says_so(world: World) -> None:
    recovered, got_worse, left = [await world.card(account) for account in ("Acme", "Borealis", "Cobalt")]
    world.company.tells("Acme", steady)
    world.company.tells("Borealis", worse)
    world.company.change("Cobalt", stage="churned")
    report = await world.sweep()
    await world.quiet()
    assert report.resolved == 2
    assert "Recovered by itself" in quiet_line(recovered)
    assert "Worse since it opened: 17 → 8 a day" in got_worse.words
    assert "Got worse: active users 17 → 8 a day, <!date^" in got_worse.words
    assert "Ended: the customer left" in quiet_line(left)
    assert "no longer a customer" in (await world.command(JANA, "why Cobalt")).words
    assert len(world.posts()) == 4


@pytest.mark.parametrize(
    ("action", "outcomes"),
    [
        (Action.ALERT_DISMISS, {"seasonal": "Not a risk: seasonal", "known": "Not a risk: already known",
                                "wrong_data": "Not a risk: wrong data"}),
        (Action.ALERT_RESOLVE, {"saved": "Resolved: saved", "improved": "Resolved: better, not yet safe",
                                "churned": "Resolved: the customer left"}),
    ],
)  # fmt: skip
@on_sqlite
async def test_a_closed_card_is_one_quiet_line(world: World, action: Action, outcomes: dict[str, str]) -> None:
    for account, (chosen, told) in zip(("Acme", "Borealis", "Cobalt"), outcomes.items(), strict=True):
        card = await world.card(account)
        assert (await world.open_and_submit(OLIVER, card, action, outcome=chosen)).ok
        await world.quiet()
        line = quiet_line(card)
        assert told in line
        assert f"<@{OLIVER.id}>" in line
        assert account in line
        assert "<!date^" in line
        assert told.split(": ")[1] in card.text


@on_sqlite
async def test_other_needs_a_few_words_and_the_modal_says_so(world: World) -> None:
    for account, action in (("Acme", Action.ALERT_DISMISS), ("Borealis", Action.ALERT_RESOLVE)):
        card = await world.card(account)
        await world.click(JANA, card, action)
        assert (await world.submit(JANA)).status == "not_sent"
        refused = await world.submit(JANA, outcome="other", note="  ")
        assert refused.errors == {Input.NOTE: InputError.NOTE_MISSING}
        assert (await world.alert(account)).state == "open"
        assert (await world.submit(JANA, outcome="other", note="They merged with *Borealis*")).ok
        await world.quiet()
        assert "“They merged with *\u200bBorealis*\u200b”" in quiet_line(card)


@on_sqlite
async def test_a_wrong_date_is_told_inside_the_modal(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_SNOOZE)
    for date, mistake in {
        None: InputError.DATE_MISSING,
        "2026-11-18": InputError.DATE_PAST,
        "2020-01-01": InputError.DATE_PAST,
        "2027-12-01": InputError.DATE_FAR,
    }.items():
        assert (await world.submit(JANA, snooze_for="date", snooze_date=date)).errors == {Input.SNOOZE_DATE: mistake}, date
        assert (await world.alert("Acme")).state == "open"
    assert (await world.submit(JANA, snooze_for="date", snooze_date="2026-11-19")).ok
    assert (await world.alert("Acme")).state == "snoozed"


@on_sqlite
async def test_details_show_every_signal_and_the_history(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_TAKE)
    await world.click(OLIVER, card, Action.ALERT_DETAILS)
    shown = world.modal_words(OLIVER)
    signals = ("`active_users.ratio`", "0.41", "`renewal_days`", "crm.accounts", "usage.active")
    for text in (*signals, "Contact of Acme", f"<@{JANA.id}> took it"):
        assert text in shown
    assert world.modal(OLIVER).body["submit"] is None


@on_sqlite
async def test_why_shows_each_condition_with_its_value(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_WHY)
    shown = world.modal_words(JANA)
    assert "✓  `active_users.ratio &lt; 0.6`  is *0.4146*" in shown
    assert "✓  `active_users.baseline &gt;= 5`  is *41*" in shown
    assert "Playbook `usage-drop`, version 1" in shown


@on_sqlite
async def test_without_an_owner_the_card_says_so_and_can_be_assigned(world: World) -> None:
    card = await world.card("Cobalt")
    assert "No owner in the CRM" in card.words
    assert "Assign…" in card.buttons
    await world.open_and_submit(LEAD, card, Action.ALERT_ASSIGN, teammate=JANA.id, note="You know them")
    await world.quiet()
    assert f"*Owner*\n<@{JANA.id}>" in card.words
    assert f"<@{LEAD.id}> gave it to <@{JANA.id}>" in card.words
    assert "“You know them”" in card.words
    assert "Assign…" not in card.buttons
    assert "Cobalt" in (await world.command(JANA, "risks")).words


@on_sqlite
async def test_an_owner_who_is_not_in_slack_is_named_as_such(world: World) -> None:
    card = await world.card("Dynamo")
    assert "nora@ours.example (not in Slack)" in card.words
    await world.open_and_submit(OLIVER, card, Action.ALERT_ASSIGN, teammate=OLIVER.id)
    await world.quiet()
    assert (await world.alert("Dynamo")).taken_by == OLIVER.id
    assert card.buttons == TAKEN
    assert f"<@{OLIVER.id}> took it" in card.words
    for person, shown in ((OLIVER, False), (LEAD, True)):
        await world.click(person, card, Action.ALERT_ASSIGN)
        assert ("initial_user" in str(world.modal(person).body)) is shown, "whoever has it means somebody else"


@on_sqlite
async def test_only_full_members_can_be_assigned(world: World) -> None:
    card = await world.card("Cobalt")
    await world.click(LEAD, card, Action.ALERT_ASSIGN)
    assert (await world.submit(LEAD)).status == "not_sent"
    assert "full member" in (await world.submit(LEAD, teammate=GUEST.id)).errors[Input.TEAMMATE]
    assert (await world.alert("Cobalt")).assigned_to is None


@on_sqlite
async def test_a_card_of_long_ago_tells_that_it_is_over(world: World) -> None:
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_RESOLVE)
    await world.click(OLIVER, card, Action.ALERT_DISMISS)
    assert (await world.submit(OLIVER, outcome="known")).ok
    assert (await world.submit(JANA, outcome="saved")).ok
    assert f"Already dismissed by <@{OLIVER.id}>, <!date^" in world.modal_words(JANA)
    assert (await world.alert("Acme")).outcome == "known"


def three_playbooks(company: Company) -> None:
    company.account("Acme", renewal_on="2026-12-24")
    company.account("Silentium", silent)
    company.account("Renewia", better, renewal_on="2026-12-24")


@on_sqlite
async def test_every_builtin_playbook_tells_its_own_story(open_world: OpenWorld) -> None:
    world = await open_world(accounts=three_playbooks, settings={"enable": ["usage-drop", "gone-silent", "renewal-risk"]})
    card = await world.card("Renewia")
    assert "Renewal at risk" in card.words
    assert "Renews in 36 days" in card.words
    await world.quiet()
    stories = sorted(message.text.split(":")[0] for message in world.posts())
    assert stories == ["Renewal at risk at Renewia", "Usage drop at Acme", "Usage drop at Silentium"]
    world.company.tells("Acme", worse)
    await world.sweep()
    await world.quiet()
    told = (await world.card("Acme")).read
    assert "Also: Renewal at risk" in told.replace("*", "")
    assert told.count("Got worse: active users 17 → 8 a day") == 1, "both reasons saw it"


@on_sqlite
async def test_a_card_waits_for_the_owners_business_hours(open_world: OpenWorld) -> None:
    world = await open_world(settings={"workspace": {"business_hours": "Mon-Fri 09:00-18:00"}}, sweep=False)
    world.clock.move(hours=9)  # 19 o'clock in Prague, 18 in London
    await world.sweep()
    world.clock.move(hours=13)
    await world.app.worker.deliver()
    assert [message.text.split(":")[0] for message in world.posts()] == []
    world.clock.move(hours=1)
    for account in ("Acme", "Cobalt"):
        await world.card(account)
    assert len(world.posts()) == 3  # London opens an hour later
    world.clock.move(hours=1)
    await world.card("Borealis")
