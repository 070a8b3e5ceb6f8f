"""The library's playbooks that ask: each on its day, for whom its page says."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.database import Database
from models import Alert, Dispatch, Invitation
from tests.conftest import on_sqlite
from tests.integration.questions import NOW, Questions, account, person

DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Questions:
    (tmp_path / "playbooks").mkdir()
    return Questions(tmp_path, database)


async def by_survey(house: Questions) -> set[tuple[str, str]]:
    return {(one.survey, one.contact_id) for one in await house.rows(Invitation) if one.state == "asked"}


async def test_before_the_renewal_and_after_the_onboarding(house: Questions) -> None:
    house.enable = ["nps-renewal", "csat-onboarding"]
    rows = {
        "due": {"renewal_on": TODAY + 120 * DAY},
        "early": {"renewal_on": TODAY + 121 * DAY},
        "trial": {"renewal_on": TODAY + 120 * DAY, "stage": "trial"},
        "begun": {"started_on": TODAY - 20 * DAY},
        "fresh": {"started_on": TODAY - 13 * DAY},
        "activating": {"started_on": TODAY - 20 * DAY, "stage": "activation"},
        "old": {"started_on": TODAY - 121 * DAY},
    }
    nothing = {"renewal_on": None, "started_on": None}
    await house.add([account(id_, **(nothing | more)) for id_, more in rows.items()], [person(id_, "ada") for id_ in rows])
    await house.sweep()
    assert await by_survey(house) == {("nps-renewal", "due-ada"), ("csat-onboarding", "begun-ada")}
    await house.sweep(NOW + DAY)
    assert await by_survey(house) == {("nps-renewal", f"{id_}-ada") for id_ in ("due", "early")} | {
        ("csat-onboarding", f"{id_}-ada") for id_ in ("begun", "fresh")
    }


@on_sqlite
async def test_twice_a_year(house: Questions) -> None:
    house.enable = ["nps-half-yearly"]
    await house.add(
        [account("a-6", started_on=TODAY - 400 * DAY), account("new", started_on=TODAY)], [person("a-6", "ada"), person("new", "bo")]
    )
    for days in range(0, 364, 13):
        await house.sweep(NOW + days * DAY)
    asked = [one for one in await house.rows(Invitation) if one.state == "asked"]
    assert len([one for one in asked if one.account_id == "a-6"]) == 2
    first, second = (one.asked_at for one in asked if one.account_id == "a-6")
    assert timedelta(days=168) < second - first < timedelta(days=196)
    assert all(one.asked_at > NOW + 60 * DAY for one in asked if one.account_id == "new")


@on_sqlite
async def test_after_a_ticket_and_an_integration(house: Questions) -> None:
    house.enable = ["ces-ticket", "ces-integration"]
    await house.add([account("acme"), account("bolt")], [person("acme", "ada"), person("acme", "bo"), person("bolt", "cy")])
    await house.happens("ticket_solved", "acme", "acme-bo")
    await house.happens("ticket_solved", "acme")
    await house.happens("integration_connected", "bolt")
    await house.sweep()
    assert await by_survey(house) == {("ces-ticket", "acme-bo"), ("ces-integration", "bolt-cy")}
    await house.happens("integration_connected", "bolt", now=NOW + 100 * DAY)
    await house.sweep(NOW + 100 * DAY)
    assert len(await house.rows(Invitation)) == 2, "once"


@on_sqlite
@pytest.mark.parametrize("has_card", [False, True])
async def test_a_detractor_gets_a_card_of_the_playbook_only_if_there_is_none(house: Questions, has_card: bool) -> None:
    house.enable = ["detractor-follow-up"]
    await house.add([account("acme")], [person("acme", "ada")])
    if has_card:
        answers = Alert(account_id="acme", kind="survey", card="survey-answers", state="open", version=1, opened_at=NOW)
        await house.database.run(lambda session: session.add(answers))
    await house.happens("nps_detractor", "acme", "acme-ada")
    await house.sweep()
    cards = sorted(alert.card for alert in await house.rows(Alert))
    assert cards == (["survey-answers"] if has_card else ["unhappy-answer"])
    assert [one.content["letter"] for one in await house.rows(Dispatch)] == ["sorry-follow-up"]
