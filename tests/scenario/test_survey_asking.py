"""A playbook asks: letters arrive, one reminder follows, the question expires; and Slack tells who was not asked, and why."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.sandbox.mail.inbox import Letter
from models import Invitation
from tests.cast import ADMIN, JANA
from tests.factories import Company, World, steady, until
from tests.scenario.conftest import OpenWorld, on_sqlite

WHERE = {"STAYSAIL_URL": "https://stay.ours.example", "STAYSAIL_SECRET": "a secret of tests"}
ASK = {"playbook": "ask", "version": 1, "about": "A test", "kind": "survey", "trigger": "sweep", "when": "true", "once_per": "once"}


def two_accounts(company: Company) -> None:
    """Ada is a contact of both."""
    for name in ("Acme", "Borealis"):
        account = company.account(name, steady, owner_email=JANA.email)
        company.contact(account, f"{account}-ada", "Ada Nováková", "ada@people.example", "Champion")


@pytest.fixture
async def world(open_world: OpenWorld, tmp_path: Path) -> World:
    folder = tmp_path / "playbooks"
    folder.mkdir()
    steps: list[Any] = [{"survey": {"ask": "nps", "roles": ["champion", "admin"], "at_most": 2}}, {"wait": "90d"}]
    (folder / "ask.yml").write_text(json.dumps(ASK | {"steps": steps, "exit_when": "stage = 'churned'"}))
    settings = {"playbooks": "./playbooks", "enable": ["ask"], "surveys": {"company": "Ours"}}
    return await open_world(accounts=two_accounts, settings=settings, mail=True, variables=WHERE)


async def arrived(world: World, count: int) -> list[Letter]:
    await until(lambda: len(world.sandbox.mail) == count, f"{count} letters")
    await world.quiet()
    return world.sandbox.mail


async def invitations(world: World) -> list[Invitation]:
    return await world.app.database.read(lambda session: list(session.scalars(select(Invitation).order_by(Invitation.contact_id))))


@on_sqlite
async def test_letters_a_reminder_and_the_end(world: World) -> None:
    first = {letter.recipients[0]: letter for letter in await arrived(world, 3)}
    assert sorted(first) == ["ada@people.example", "contact@account1.example", "contact@account2.example"]
    link = first["ada@people.example"].part("html").partition("https://stay.ours.example/s/")[2].partition("?")[0]
    world.clock.move(days=4)
    assert (await world.sweep()).surveys == {}
    ada = next(one for one in await invitations(world) if one.person == "ada@people.example" and one.state == "asked")

    def answer(session: Any) -> None:
        session.get_one(Invitation, ada.id).answered = True
        session.get_one(Invitation, ada.id).remind_at = None

    await world.app.database.run(answer)
    world.clock.move(days=1)
    assert (await world.sweep()).surveys == {"reminded": 2}
    reminders = (await arrived(world, 5))[3:]
    assert sorted(letter.recipients[0] for letter in reminders) == ["contact@account1.example", "contact@account2.example"]
    for letter in reminders:
        before = first[letter.recipients[0]].part("html").partition("https://stay.ours.example/s/")[2].partition("?")[0]
        assert before in letter.part("html")
        assert link not in letter.part("html")
        assert letter.message["Subject"] != first[letter.recipients[0]].message["Subject"]
    world.clock.move(days=30)
    assert (await world.sweep()).surveys == {}
    assert len(await arrived(world, 5)) == 5
    reminded = {one.person: one.reminded_at is not None for one in await invitations(world) if one.state == "asked"}
    assert reminded == {"ada@people.example": False, "contact@account1.example": True, "contact@account2.example": True}


async def test_slack_tells_who_was_not_asked_and_counts_them(world: World) -> None:
    await arrived(world, 3)
    why = (await world.command(JANA, "why Borealis ask")).read
    assert "Not asked: Ada Nováková (asked something not long ago, again" in why
    assert "Not asked" not in (await world.command(JANA, "why Acme ask")).read
    book = (await world.command(ADMIN, "playbook ask")).read
    assert "send the survey nps to the champion, the admin, at most 2 people · 2 reached · 3 asked, 1 held back" in book.replace("*", "")
    audit = (await world.command(ADMIN, "audit")).read
    assert "did not ask somebody" in audit


@on_sqlite
async def test_a_dry_run_asks_nobody(open_world: OpenWorld, tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "ask.yml").write_text(json.dumps(ASK | {"mode": "draft", "steps": [{"survey": "nps"}]}))
    settings = {"playbooks": "./playbooks", "enable": ["ask"]}
    world = await open_world(accounts=two_accounts, settings=settings, mail=True, variables=WHERE)
    answer = (await world.command(ADMIN, "playbook ask")).read
    assert "survey nps" in answer.replace("*", "")
    assert (world.sandbox.mail, await invitations(world)) == ([], [])
