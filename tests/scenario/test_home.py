"""The Home tab: what each person sees there, how it is turned, and that it follows what is done."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.messages.actions import Action, HomeFilter
from bot.messages.catalog import RisksAnswer
from bot.sandbox.acts.outcome import Outcome
from bot.sandbox.server import Person
from models import Account, Alert, Trace
from tests.cast import ADMIN, GUEST, JANA, LEAD, OLIVER, STRANGER, WEI
from tests.factories import Company, World, silent, steady, until, words
from tests.scenario.conftest import OpenWorld, on_sqlite


def seen(world: World, person: Person) -> str:
    home = world.sandbox.home(person.id)
    return words(home.body["blocks"]).replace("\u200b", "") if home else ""


async def open_home(world: World, person: Person, shows: str = "") -> str:
    """What the person reads once the tab shows some words."""
    before = len(world.calls("views.publish"))
    assert (await world.sandbox.open_home(person.id)).ok
    await until(lambda: len(world.calls("views.publish")) > before, "the tab is published")
    return await shown(world, person, lambda text: shows in text)


async def shown(world: World, person: Person, holds: Callable[[str], bool]) -> str:
    await until(lambda: holds(seen(world, person)), f"the tab of {person.name} follows")
    return seen(world, person)


async def turn(world: World, person: Person, action: Action, value: Any = None) -> Outcome:
    home = world.sandbox.home(person.id)
    assert home
    return await world.sandbox.click_in_view(person.id, home.id, action.value, value)


def buttons(world: World, person: Person) -> list[str]:
    home = world.sandbox.home(person.id)
    assert home
    elements = [e for block in home.blocks for e in [*block.get("elements", []), block.get("accessory") or {}]]
    return [element["text"]["text"] for element in elements if element.get("type") == "button"]


def accounts_of(text: str) -> list[str]:
    """The names of the accounts that are listed, in order."""
    return re.findall(r"crm\.example/accounts/\d+\|([^>]+)>", text.partition("accounts\n")[2])


def many(company: Company) -> None:
    for number in range(1, 26):
        company.account(f"Account {number:02}", steady, arr=1000 * number)
    company.account("Of Oliver", steady, owner_email=OLIVER.email)


@on_sqlite
async def test_a_csm_sees_the_own_day_and_accounts(world: World) -> None:
    await world.card("Acme")
    text = await open_home(world, JANA)
    assert "Your day\n1 needs you" in text
    assert "*<https://crm.example/accounts/1|Acme>* · Usage drop · €120,000" in text
    assert "Active users 41 → 17 a day (−59 %)" in text
    assert buttons(world, JANA) == ["Take it", "Resolve…", "Details", "Open", "Open"]
    assert accounts_of(text) == ["Acme", "Evergreen"]
    assert "Health 40 · ↘ active users −59 % · renews in 224 days · *1 open alert*" in text
    assert "→ active users steady · renews in 224 days · no open alerts" in text
    for hidden in ("Borealis", "The team", "Set Staysail up"):
        assert hidden not in text


@on_sqlite
async def test_what_is_taken_and_resolved_there_shows_at_once_and_on_the_card(world: World) -> None:
    card = await world.card("Acme")
    await open_home(world, JANA)
    assert (await turn(world, JANA, Action.ALERT_TAKE)).ok
    await shown(world, JANA, lambda text: "Taken since" in text)
    assert "Take it" not in buttons(world, JANA)
    await world.quiet()
    assert f"*Taken by*\n<@{JANA.id}>" in card.words
    assert (await turn(world, JANA, Action.ALERT_RESOLVE)).ok
    assert (await world.submit(JANA, outcome="saved")).ok
    await shown(world, JANA, lambda text: "Nothing needs you now." in text and "*1 open alert*" not in text)
    assert (await world.alert("Acme")).state == "resolved"


@on_sqlite
async def test_what_a_colleague_took_no_longer_waits_and_a_late_one_comes_first(open_world: OpenWorld) -> None:
    def company(company: Company) -> None:
        company.account("Big", arr=900_000)
        company.account("Small", silent, arr=1_000)

    world = await open_world(accounts=company)
    big = await world.card("Big")
    small = (await world.alert("Small")).id
    text = await open_home(world, JANA)
    assert text.index("|Big>") < text.index("|Small>")
    await world.app.database.run(lambda session: session.execute(update_take_by(small, world.clock.at)))
    text = await open_home(world, JANA, "1 late")
    assert text.index("|Small>") < text.index("|Big>")
    assert ":warning: Late · Open since" in text
    await world.click(OLIVER, big, Action.ALERT_TAKE)
    text = await open_home(world, JANA, "1 needs you")
    assert "|Big>* · Usage drop" not in text


def update_take_by(alert_id: int, moment: Any) -> Any:
    return update(Alert).where(Alert.id == alert_id).values(take_by=moment)


@on_sqlite
async def test_twenty_five_accounts_in_pages_and_the_filter_and_search_kept_through_a_click(open_world: OpenWorld) -> None:
    world = await open_world(accounts=many, sweep=True)
    text = await open_home(world, JANA, "25 accounts")
    assert accounts_of(text) == [f"Account {n:02}" for n in range(25, 15, -1)]
    await turn(world, JANA, Action.HOME_NEXT)
    await turn(world, JANA, Action.HOME_NEXT)
    text = seen(world, JANA)
    assert "page 3 of 3" in text
    assert accounts_of(text) == [f"Account {n:02}" for n in range(5, 0, -1)]
    assert (await turn(world, JANA, Action.HOME_FILTER, HomeFilter.QUIET)).ok
    assert "25 accounts without an alert · page 1 of 3" in seen(world, JANA)
    assert (await turn(world, JANA, Action.HOME_SEARCH, "ACCOUNT 1")).ok
    assert "10 accounts without an alert matching “ACCOUNT 1”" in seen(world, JANA)
    assert (await turn(world, JANA, Action.HOME_ACCOUNT, "a12")).ok
    await shown(world, JANA, lambda text: "matching “ACCOUNT 1”" in text)
    assert "*<https://crm.example/accounts/12|Account 12>*" in world.modal_words(JANA)
    text = await open_home(world, JANA, "matching “ACCOUNT 1”")
    assert "without an alert" in text
    assert (await turn(world, JANA, Action.HOME_SEARCH, "clear")).ok
    assert "25 accounts without an alert" in seen(world, JANA)


@on_sqlite
async def test_each_filter_finds_its_accounts(open_world: OpenWorld) -> None:
    def company(company: Company) -> None:
        company.account("Acme", arr=90_000)
        company.account("Near", steady, arr=80_000, renewal_on="2027-01-10")
        company.account("Evergreen", steady, arr=70_000)

    world = await open_world(accounts=company)
    await open_home(world, JANA)
    for which, found in ((HomeFilter.AT_RISK, ["Acme"]), (HomeFilter.RENEWING, ["Near"]), (HomeFilter.QUIET, ["Near", "Evergreen"])):
        await turn(world, JANA, Action.HOME_FILTER, which)
        await until(lambda found=found: accounts_of(seen(world, JANA)) == found, f"the tab shows {which}")  # type: ignore[misc]


@on_sqlite
async def test_a_search_that_finds_nothing_and_a_hostile_one(world: World) -> None:
    await open_home(world, JANA)
    await turn(world, JANA, Action.HOME_SEARCH, "<!channel> 100%_")
    assert "No account has “&lt;!channel&gt; 100%_” in its name or domain." in seen(world, JANA)


@on_sqlite
async def test_a_page_that_is_gone_meanwhile_is_the_last_one(open_world: OpenWorld) -> None:
    world = await open_world(accounts=many)
    await open_home(world, JANA)
    await turn(world, JANA, Action.HOME_NEXT)
    await world.app.database.run(lambda session: session.execute(update(Account).where(Account.id > "a2").values(gone_at=world.clock.at)))
    await turn(world, JANA, Action.HOME_NEXT)
    assert "page 2 of 2" in seen(world, JANA)


async def test_a_manager_sees_everybodys_accounts_and_the_team_in_figures(world: World) -> None:
    await world.quiet()
    text = await open_home(world, LEAD)
    assert "*4* open · 0 taken · 1 without an owner · €218,000 of ARR at risk" in text
    assert "All accounts" in text
    assert accounts_of(text) == ["Acme", "Evergreen", "Borealis", "Cobalt", "Dynamo"]
    assert "Set Staysail up" not in text


@on_sqlite
async def test_a_manager_goes_on_from_the_figures_to_people_alerts_and_what_nobody_has_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RisksAnswer, "PAGE_SIZE", 3)
    cobalt = (await world.alert("Cobalt")).id
    await world.app.database.run(lambda session: session.execute(update_opened(cobalt, world.clock.at - timedelta(days=9))))
    text = await open_home(world, LEAD, "Nobody has taken these")
    waiting = text.partition("the oldest first")[2].partition("All accounts")[0]
    assert accounts_of("accounts\n" + waiting) == ["Cobalt", "Acme", "Borealis"]
    assert f"Open · owner <@{JANA.id}>" in waiting
    assert (await turn(world, LEAD, Action.HOME_TEAM)).ok
    assert f"*<@{JANA.id}>*: 1 open, 0 taken" in world.modal_words(LEAD)
    assert "*No owner in the CRM*: 1 open, 0 taken" in world.modal_words(LEAD)
    assert "oldest 9 days" in world.modal_words(LEAD)
    await world.sandbox.close(LEAD.id, world.modal(LEAD).id)
    assert (await turn(world, LEAD, Action.HOME_RISKS)).ok
    assert "4 open · €218,000 of ARR · page 1 of 2" in world.modal_words(LEAD)
    assert (await world.sandbox.click_in_view(LEAD.id, world.modal(LEAD).id, Action.RISKS_NEXT.value)).ok
    assert "page 2 of 2" in world.modal_words(LEAD)
    await world.sandbox.close(LEAD.id, world.modal(LEAD).id)
    assert (await turn(world, LEAD, Action.ALERT_ASSIGN, str(cobalt))).ok
    assert (await world.submit(LEAD, teammate=LEAD.id)).ok
    await shown(world, LEAD, lambda text: "1 taken" in text)
    await open_home(world, JANA, "1 needs you")
    assert not {"By teammate", "All open alerts"} & set(buttons(world, JANA))


def update_opened(alert_id: int, moment: Any) -> Any:
    return update(Alert).where(Alert.id == alert_id).values(opened_at=moment)


@on_sqlite
async def test_an_admin_sees_what_is_to_be_set_up_until_it_is_put_away(open_world: OpenWorld) -> None:
    world = await open_world(settings={"roles": {"managers": []}}, sweep=False)
    text = await open_home(world, ADMIN, "Set Staysail up")
    assert "○ *CRM*: no sweep has read it yet; this says what is wrong: `staysail check`" in text
    assert "○ *Managers*: name those who see the whole team: `roles.managers`" in text
    assert "○ *First playbook*" in text
    await world.sweep()
    await world.quiet()
    text = await open_home(world, ADMIN, "✓ CRM, 5 accounts · Usage · Channel #cs-alerts")
    assert "First playbook" in text.partition("✓")[2]
    for person in (JANA, LEAD):
        assert "Set Staysail up" not in await open_home(world, person)
    await turn(world, ADMIN, Action.HOME_DISMISS_SETUP)
    assert "Set Staysail up" not in seen(world, ADMIN)
    assert "Set Staysail up" not in await open_home(world, ADMIN)
    put_away = await world.app.database.read(
        lambda session: session.scalar(select(func.count()).select_from(Trace).where(Trace.what == "setup_dismissed"))
    )
    assert put_away == 1


@on_sqlite
async def test_the_list_is_gone_by_itself_once_all_is_done(open_world: OpenWorld) -> None:
    world = await open_world(settings={"crm": {"domains": ["crm.example"]}}, mail=True)
    await world.quiet()
    assert "○ *Signed links*" in await open_home(world, ADMIN)
    live = world.app.live
    signing = replace(live.current.environment, staysail_secret="s" * 32, staysail_url="https://stay.ours.example")
    live.current = replace(live.current, environment=signing)
    assert "Set Staysail up" not in await open_home(world, ADMIN)


@on_sqlite
async def test_outsiders_get_a_word_and_nothing_of_any_account(world: World) -> None:
    await world.card("Acme")
    for outsider, why in ((GUEST, "you are here as a guest"), (STRANGER, "from another organisation")):
        text = await open_home(world, outsider)
        assert why in text
        assert "Acme" not in str(world.sandbox.home(outsider.id).body)  # type: ignore[union-attr]
        assert buttons(world, outsider) == []


@on_sqlite
async def test_somebody_without_accounts_is_told_so(world: World) -> None:
    text = await open_home(world, WEI)
    assert "Nothing needs you now." in text
    assert "No account in the CRM bears your e-mail address as its owner's." in text


@on_sqlite
async def test_a_stolen_button_is_answered_as_anywhere(world: World) -> None:
    """Of money and of others' accounts the person sees what `/stay account` says."""
    await open_home(world, ADMIN)
    home = world.sandbox.home(ADMIN.id)
    assert home
    await world.sandbox.click_in_view(GUEST.id, home.id, Action.HOME_DISMISS_SETUP.value)
    await world.sandbox.click_in_view(JANA.id, home.id, Action.HOME_DISMISS_SETUP.value)
    assert world.modal_words(GUEST).startswith("Only full members")
    assert world.modal_words(JANA).startswith("Only admins")
    assert "Set Staysail up" in await open_home(world, ADMIN)


@on_sqlite
async def test_an_account_that_is_gone_meanwhile(world: World) -> None:
    await open_home(world, JANA)
    home = world.sandbox.home(JANA.id)
    assert home
    for block in home.blocks:
        if block.get("accessory", {}).get("value") == "a1":
            block["accessory"]["value"] = "none"
    assert (await turn(world, JANA, Action.HOME_ACCOUNT, "none")).ok
    assert world.modal_words(JANA) == "This account is no longer there."


@on_sqlite
async def test_money_is_for_those_who_look_after_the_account(open_world: OpenWorld) -> None:
    world = await open_world(settings={"roles": {"money": "owners"}})
    await world.card("Acme")
    assert "€120,000" in await open_home(world, JANA)
    await turn(world, JANA, Action.HOME_ACCOUNT, "a1")
    assert "€120,000" in world.modal_words(JANA)
    await open_home(world, LEAD)
    home = world.sandbox.home(LEAD.id)
    assert home
    await world.sandbox.click_in_view(OLIVER.id, home.id, Action.HOME_ACCOUNT.value, "a1")
    assert "Acme" in world.modal_words(OLIVER)
    assert "120,000" not in world.modal_words(OLIVER)


@on_sqlite
async def test_an_opening_that_is_told_twice_is_shown_once(world: World) -> None:
    world.sandbox.faults.add("events_api", "duplicate")
    await open_home(world, JANA)
    await world.sandbox.settled()
    assert len(world.calls("views.publish")) == 1


@on_sqlite
async def test_the_messages_tab_publishes_nothing(world: World) -> None:
    assert (await world.sandbox.open_messages(JANA.id)).ok
    await world.sandbox.settled()
    assert world.calls("views.publish") == []


@on_sqlite
async def test_tasks_and_reviews_stand_apart_and_snoozed_ones_are_counted(open_world: OpenWorld) -> None:
    def company(company: Company) -> None:
        for name in ("Acme", "Borealis", "Cobalt", "Dynamo"):
            company.account(name)

    def change(session: Session, alert: int, columns: dict[str, str]) -> None:
        session.execute(update(Alert).where(Alert.id == alert).values(**columns))

    world = await open_world(accounts=company)
    await world.app.database.run(change, (await world.alert("Borealis")).id, {"card": "task", "kind": "onboarding"})
    await world.app.database.run(change, (await world.alert("Cobalt")).id, {"kind": "review"})
    await world.open_and_submit(JANA, await world.card("Dynamo"), Action.ALERT_SNOOZE, snooze_for="3d")
    text = await open_home(world, JANA, "3 need you · 1 snoozed")
    day = text.partition("Your accounts")[0]
    assert day.index("|Acme>") < day.index("*Tasks*") < day.index("|Borealis>") < day.index("*Reviews due*") < day.index("|Cobalt>")
    assert "Done…" in buttons(world, JANA)
    assert "|Dynamo>" not in day


@on_sqlite
async def test_a_play_is_taken_over_in_the_account_that_was_opened(open_world: OpenWorld, tmp_path: Path) -> None:
    waits = {"playbook": "waits", "version": 1, "about": "Waits", "kind": "onboarding", "trigger": "manual", "steps": [{"wait": "9d"}]}
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "waits.yml").write_text(yaml.safe_dump(waits))
    world = await open_world(settings={"playbooks": "./playbooks", "enable": ["waits"]})
    question = await world.command(JANA, "start waits Acme")
    await world.click(JANA, question, Action.PLAY_START)
    await open_home(world, JANA)
    await turn(world, JANA, Action.HOME_ACCOUNT, "a1")
    assert "*Waits* is running" in world.modal_words(JANA)
    assert (await world.sandbox.click_in_view(JANA.id, world.modal(JANA).id, Action.PLAY_TAKE_OVER.value)).ok
    assert "is running" not in world.modal_words(JANA)
    assert "Acme" in world.modal_words(JANA)
