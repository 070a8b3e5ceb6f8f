"""*Details*: the modal opens at once with what the database knows and fills in; what does not come is named."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.charts.chart import chart_of
from bot.charts.draw import draw
from bot.delivery import outbox
from bot.details import details as details_module
from bot.messages.actions import Action
from bot.sandbox.server import Person
from models import Dispatch, Note, OutboxMessage
from tests.cast import ADMIN, GUEST, JANA, LEAD, OLIVER, WEI
from tests.factories import SETTINGS, Card, Company, World, few_accounts, until, words
from tests.scenario.conftest import OpenWorld, on_sqlite

READ = "CRM and Usage: read just now"
WORDS = "Active users, by week from 19 Aug to 11 Nov: 41 a day at first, 17 at last; lowest 17 (4 Nov), highest 41 (19 Aug); usual: 41."
OWNERS = {"roles": {"money": "owners"}}
EVIL = "<!channel> *Evil* & `Co`"


@pytest.fixture(scope="session", autouse=True)
def drawn_once() -> None:
    """The first chart of a process loads what draws it, which takes its time."""
    draw(chart_of("Active users", "a day", [(date(2026, 11, 2), 4.0)]))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack needs a second for a new file; the sandbox none."""
    monkeypatch.setattr(details_module, "PROCESSING", 0.05)


def pictures(world: World, person: Person) -> list[dict[str, Any]]:
    return [block for block in world.modal(person).body["blocks"] if block["type"] == "image"]


async def shows(world: World, person: Person, text: str) -> str:
    """What the person's modal says, once it says this."""
    await until(lambda: world.sandbox.views(person.id) and text in world.modal_words(person), f"the modal says {text!r}")
    return world.modal_words(person).replace("\u200b", "")


async def opened(world: World, person: Person, account: str = "Acme") -> Card:
    card = await world.card(account)
    outcome = await world.click(person, card, Action.ALERT_DETAILS)
    assert outcome.ok
    return card


async def filled(world: World, person: Person) -> str:
    """The modal with its pictures."""
    await until(lambda: world.sandbox.views(person.id) and pictures(world, person), "there is a picture")
    return world.modal_words(person).replace("\u200b", "")


def uploads(world: World) -> int:
    return len([call for call in world.calls("files.completeUploadExternal") if call.result["ok"]])


async def test_it_opens_at_once_and_fills_in(world: World) -> None:
    await opened(world, OLIVER)
    (opening,) = world.calls("views.open")
    at_first = words(
        json.loads(opening.args["view"])["blocks"] if isinstance(opening.args["view"], str) else opening.args["view"]["blocks"]
    )
    for known in ("Acme", "Usage drop", "€120,000", "30 Jun 2027", "Asking CRM and Usage…", "Contact of Acme", "`active_users.ratio`"):
        assert known in at_first, known
    shown = await filled(world, OLIVER)
    assert READ in shown
    assert "Asking" not in shown
    (picture,) = pictures(world, OLIVER)
    assert picture["alt_text"] == WORDS
    assert picture["title"]["text"] == "Active users"
    assert world.sandbox.workspace.contents.uploads[picture["slack_file"]["id"]].content.startswith(b"\x89PNG")


@contextmanager
def standing_still(company: Company) -> Iterator[None]:
    """The usage table is there, and somebody else keeps it locked: whoever asks it waits."""
    with closing(sqlite3.connect(company.usage)) as usage:
        usage.execute("BEGIN EXCLUSIVE")
        yield


@on_sqlite
async def test_a_source_that_is_slow_is_named_and_holds_nobody_up(world: World) -> None:
    await world.quiet()
    with standing_still(world.company):
        await opened(world, JANA)
        assert "Asking CRM and Usage…" in world.modal_words(JANA)
        assert (await world.click(JANA, await world.card("Acme"), Action.ALERT_TAKE)).ok
        shown = await shows(world, JANA, "Usage did not answer within 2 s")
    assert "CRM: read just now" in shown
    assert "`active_users.ratio`" in shown, "what the last sweep read is still there"
    assert pictures(world, JANA) == []


@on_sqlite
async def test_a_source_that_is_down_says_why(world: World) -> None:
    await world.quiet()
    world.company.crm.unlink()
    world.company.usage.write_text("no database")
    await opened(world, JANA)
    shown = await shows(world, JANA, "Usage: file is not a database")
    assert "CRM: unable to open database file" in shown
    assert "€120,000" in shown


@on_sqlite
async def test_what_changed_in_the_crm_since_the_sweep_is_told(world: World) -> None:
    world.company.change("Acme", plan="Enterprise", seats=80, arr=130_000)
    await opened(world, JANA)
    shown = await filled(world, JANA)
    assert "Changed in the CRM since the last sweep" in shown
    assert "`plan`  Team → *Enterprise*" in shown
    assert "`arr`  120,000 → *130,000*" in shown
    assert "€130,000" in shown
    assert "Enterprise, 80 seats" in shown


def written(company: Company) -> None:
    few_accounts(company)
    crm = sqlite3.connect(company.crm)
    with crm:
        crm.executescript(
            "ALTER TABLE accounts ADD outcome TEXT; ALTER TABLE accounts ADD note TEXT; ALTER TABLE accounts ADD next_step TEXT;"
        )
        crm.execute("UPDATE accounts SET outcome = 'saved', note = ?", (f"They merge with {EVIL}",))
    crm.close()


WRITE = {
    "read": "SELECT outcome, note, next_step FROM accounts WHERE id = :id",
    "write": "UPDATE accounts SET outcome = :outcome, note = :note, next_step = :next_step WHERE id = :id",
}


@on_sqlite
async def test_what_is_written_in_the_crm_is_quoted_to_those_who_may_read_it(open_world: OpenWorld) -> None:
    world = await open_world(accounts=written, settings={**OWNERS, "crm": {"write": WRITE}})
    for person, sees in ((JANA, True), (OLIVER, False)):
        await opened(world, person)
        shown = await filled(world, person)
        assert "CRM, Usage and CRM notes: read just now" in shown
        assert ("*Written in the CRM*\nOutcome: saved\nNote: They merge with &lt;!channel&gt;" in shown) is sees


@on_sqlite
async def test_an_account_that_left_the_crm_is_said_to_be_gone(world: World) -> None:
    world.company.change("Acme", id="b1")
    await opened(world, JANA)
    shown = await filled(world, JANA)
    assert "The CRM no longer has this account." in shown
    assert "€120,000" in shown


@on_sqlite
async def test_several_clicks_upload_once(world: World) -> None:
    card = await world.card("Acme")
    people = (JANA, OLIVER, WEI)
    await asyncio.gather(*(world.click(person, card, Action.ALERT_DETAILS) for person in people))
    for person in people:
        await filled(world, person)
    assert uploads(world) == 1
    await opened(world, JANA, "Borealis")
    await filled(world, JANA)
    assert uploads(world) == 2


@on_sqlite
async def test_without_pictures_the_numbers_are_said(world: World) -> None:
    for method in ("files.getUploadURLExternal", "files.completeUploadExternal"):
        fault = world.sandbox.faults.add(method=method, kind="error", error="missing_scope")
        await opened(world, JANA)
        assert WORDS in await shows(world, JANA, READ)
        await until(lambda fault=fault: fault.hits, "the upload was tried")
        assert pictures(world, JANA) == []
    await world.click(JANA, await world.card("Acme"), Action.ALERT_DETAILS)
    await filled(world, JANA)


@on_sqlite
async def test_pictures_that_slack_does_not_know_yet_are_shown_a_little_later(world: World) -> None:
    world.sandbox.faults.add(method="views.update", kind="error", error="invalid_arguments", after=1)
    await opened(world, JANA)
    await filled(world, JANA)
    assert [call.result["ok"] for call in world.calls("views.update")] == [True, False, True]


@on_sqlite
async def test_pictures_that_slack_never_takes_leave_the_numbers(world: World) -> None:
    world.sandbox.faults.add(method="views.update", kind="error", error="invalid_arguments", after=1, times=2)
    await opened(world, JANA)
    await until(lambda: len(world.calls("views.update")) == 3, "three updates were tried")
    assert WORDS in world.modal_words(JANA)
    assert pictures(world, JANA) == []


@on_sqlite
async def test_a_modal_that_cannot_be_updated_keeps_what_it_has(world: World) -> None:
    world.sandbox.faults.add(method="views.update", kind="server_error", times=3)
    await opened(world, JANA)
    await until(lambda: len(world.calls("views.update")) == 3, "three updates were tried")
    assert "Contact of Acme" in world.modal_words(JANA)
    assert world.told(JANA) == []


@on_sqlite
async def test_a_modal_that_is_closed_meanwhile_troubles_nobody(world: World) -> None:
    await opened(world, JANA)
    await world.sandbox.close(JANA.id, world.modal(JANA).id)
    await until(lambda: len(world.calls("views.update")) == 3, "three updates were tried")
    await opened(world, JANA)
    await filled(world, JANA)
    assert world.told(JANA) == []


@on_sqlite
async def test_a_guest_sees_nothing(world: World) -> None:
    card = await world.card("Acme")
    await world.click(GUEST, card, Action.ALERT_DETAILS)
    assert world.told(GUEST)[-1].startswith("Only full members")
    assert world.sandbox.views(GUEST.id) == []
    assert world.calls("files.getUploadURLExternal") == []


def remember(session: Session, now: Any) -> None:
    """A note, and a letter that a person wrote, sent and waiting."""
    session.add(
        Note(key="n1", account_id="a1", by=LEAD.id, at=now, text=f"They merge with {EVIL}", link="https://ours.slack.com/archives/C1/p1")
    )
    content = {"subject": f"A word from {EVIL}", "to_name": "Contact of Acme", "by": JANA.id}
    letters = [
        Dispatch(kind="letter", account_id="a1", contact_id="c1", recipient="mailto:a@b.example", content=content, created_at=now),
        Dispatch(
            kind="letter",
            account_id="a1",
            contact_id="c1",
            recipient="mailto:a@b.example",
            content={"subject": "Later", "playbook": "trial-ending"},
            created_at=now,
        ),
        Dispatch(
            kind="letter", account_id="a1", contact_id="c1", recipient="mailto:a@b.example", content={"subject": "Never"}, created_at=now
        ),
        Dispatch(kind="notice", account_id="a1", recipient="#x", content={"subject": "No letter"}, created_at=now),
    ]
    session.add_all(letters)
    session.flush()
    later = now + timedelta(days=90)
    outbox.enqueue(session, [outbox.New(f"k{one.id}", f"dispatch:{one.id}", "mailto:a@b.example", later) for one in letters[1:3]], now)
    session.flush()
    held = session.query(OutboxMessage).filter_by(subject=f"dispatch:{letters[2].id}").one()
    held.shown_version, held.problem = held.wanted_version, "not sent: the contact unsubscribed"


@on_sqlite
async def test_it_tells_what_we_did_and_wrote(world: World) -> None:
    card = await world.card("Acme")
    await world.app.database.run(remember, world.clock.at)
    await world.open_and_submit(JANA, card, Action.ALERT_RESOLVE, outcome="saved", note="A new champion")
    world.clock.move(days=22)
    assert (await world.sweep()).opened == 1
    await opened(world, JANA)
    shown = await filled(world, JANA)
    assert "Earlier alerts" in shown
    assert f"resolved (saved) by <@{JANA.id}>" in shown
    assert "“A new champion”" in shown
    assert f"“A word from &lt;!channel&gt; *Evil* &amp; `Co`” to Contact of Acme, from <@{JANA.id}>, <!date^" in shown
    assert "“Later” to Contact of Acme, by `trial-ending`, leaves <!date^" in shown
    assert "“Never” to Contact of Acme, from Staysail, not sent: the contact unsubscribed" in shown
    assert "No letter" not in shown
    assert f"<@{LEAD.id}>: They merge with &lt;!channel&gt;" in shown
    assert "clicked" not in shown


@on_sqlite
async def test_money_and_comments_are_for_those_who_look_after_the_account(open_world: OpenWorld) -> None:
    world = await open_world(settings=OWNERS)
    card = await world.card("Acme")
    await world.app.database.run(remember, world.clock.at)
    await world.open_and_submit(LEAD, card, Action.ALERT_SNOOZE, reason="They move offices")
    world.company.change("Acme", arr=130_000, plan="Enterprise")
    secrets = ("120,000", "130,000", "They move offices", "They merge", "`arr`", "`currency`")
    for person, sees in ((OLIVER, False), (JANA, True), (LEAD, True), (ADMIN, True)):
        await opened(world, person)
        shown = await filled(world, person)
        assert [secret in shown for secret in secrets] == [(sees and secret != "120,000") or sees for secret in secrets], person.name
        assert ("Money and comments are shown to the account’s CSM and to managers." in shown) is not sees
        assert "`plan`  Team → *Enterprise*" in shown
    await world.open_and_submit(LEAD, card, Action.ALERT_ASSIGN, teammate=OLIVER.id)
    await opened(world, OLIVER)
    assert "€130,000" in await filled(world, OLIVER), "whoever has the alert in hand sees it"


METRIC = SETTINGS["usage"]["metrics"]["active_users"]


def hostile(company: Company) -> None:
    company.account(EVIL, plan=EVIL, domain=EVIL, stage="growth")


@on_sqlite
async def test_hostile_names_stay_text(open_world: OpenWorld) -> None:
    world = await open_world(accounts=hostile, settings={"usage": {"metrics": {"active_users": METRIC | {"label": f"{EVIL} $x^{{"}}}})
    await opened(world, JANA, EVIL)
    await filled(world, JANA)
    texts = [text for text in strings(world.modal(JANA).body["blocks"]) if "mrkdwn" in text]
    assert texts
    assert all("<!channel>" not in text for text in texts)


def strings(found: Any) -> list[str]:
    """Every text object, as JSON."""
    if isinstance(found, list):
        return [text for one in found for text in strings(one)]
    if isinstance(found, dict):
        inner = [text for value in found.values() for text in strings(value)]
        return [json.dumps(found), *inner] if isinstance(found.get("text"), str) else inner
    return []


@on_sqlite
async def test_the_account_answer_names_past_alerts_and_hides_money(open_world: OpenWorld) -> None:
    world = await open_world(settings=OWNERS)
    assert "Earlier alerts" not in (await world.command(JANA, "account Acme")).words
    card = await world.card("Acme")
    await world.open_and_submit(JANA, card, Action.ALERT_RESOLVE, outcome="saved", note="A new champion")
    mine, theirs, leads = [(await world.command(person, "account Acme")).read for person in (JANA, OLIVER, LEAD)]
    for shown in (mine, theirs, leads):
        assert "Earlier alerts" in shown
        assert f"resolved (saved) by <@{JANA.id}>" in shown
    for secret in ("€120,000", "`arr`", "A new champion"):
        assert secret in mine
        assert secret in leads
        assert secret not in theirs


BIG = """
playbook: big-and-quiet
version: 1
about: A big account uses us less
kind: risk
trigger: sweep
when: arr > 1000 AND active_users.ratio < 0.6
steps: [{card: churn-risk}]
"""


@on_sqlite
async def test_why_names_money_only_to_those_who_may_see_it(open_world: OpenWorld, tmp_path: Path) -> None:
    (tmp_path / "big-and-quiet.yml").write_text(BIG)
    world = await open_world(settings=OWNERS | {"playbooks": str(tmp_path), "enable": ["big-and-quiet"]})
    card = await world.card("Acme")
    for person, sees in ((JANA, True), (OLIVER, False), (LEAD, True)):
        answer = (await world.command(person, "why Acme big-and-quiet")).read
        await world.click(person, card, Action.ALERT_WHY)
        for said in (answer, world.modal_words(person).replace("\u200b", "")):
            assert "arr &gt; 1000" in said
            assert ("120,000" in said) is sees
            assert ("not shown to you" in said) is not sees
