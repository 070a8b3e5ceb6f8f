"""The audit trail: searched by words and by a form, turned over, and taken as a file that no spreadsheet calculates."""

import csv
import io
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.messages.actions import Action
from models import Trace
from tests.cast import ADMIN, JANA, LEAD, OLIVER
from tests.factories import WEDNESDAY, Company, World, until
from tests.scenario.conftest import OpenWorld, on_sqlite


def hostile_names(company: Company) -> None:
    company.account("=HYPERLINK(1)", owner_email=JANA.email)
    company.account("+1 <!channel> *Co*", owner_email=OLIVER.email)
    company.account('Acme, "Inc"\nLtd', owner_email=JANA.email)


async def test_it_is_searched_by_words(world: World) -> None:
    await world.click(JANA, await world.card("Acme"), Action.ALERT_TAKE)
    world.clock.move(days=9)
    await world.open_and_submit(OLIVER, await world.card("Borealis"), Action.ALERT_DISMISS, outcome="known", note="We *know* <!here>")
    every = (await world.command(ADMIN, "audit")).read
    assert every.index(f"<@{OLIVER.id}> dismissed an alert") < every.index(f"<@{JANA.id}> took an alert") < every.index("Staysail opened")
    assert "“We *know* &lt;!here&gt;”" in every
    await world.open_and_submit(LEAD, await world.card("Acme"), Action.ALERT_ASSIGN, teammate=OLIVER.id)
    assert f"<@{LEAD.id}> gave an alert to <@{OLIVER.id}> · " in (await world.command(ADMIN, "audit")).read
    for text, (inside, outside) in {
        "acme": ("took an alert", "dismissed"),
        "jana": ("took an alert", "opened an alert"),
        f"<@{OLIVER.id}|oliver>": ("dismissed an alert", "took an alert"),
        "staysail": ("opened an alert", "took an alert"),
        "taken": ("took an alert", "opened an alert"),
        "3d": ("dismissed an alert", "took an alert"),
        "2026-11-25": ("dismissed an alert", "took an alert"),
        "usage-drop": ("took an alert", "Nothing was found"),
        "alerts oliver borealis": ("dismissed an alert", "Acme"),
        "nothing-like-it": ("Nothing was found.", "alert"),
    }.items():
        answer = (await world.command(ADMIN, f"audit {text}")).read
        assert inside in answer.partition("Newest first")[2], text
        assert outside not in answer.partition("Newest first")[2].replace("held alerts", ""), text


@on_sqlite
async def test_it_is_searched_by_a_form_in_place(world: World) -> None:
    await world.click(JANA, await world.card("Acme"), Action.ALERT_TAKE)
    answer = await world.command(ADMIN, "audit")
    await world.click(ADMIN, answer, Action.AUDIT_SEARCH)
    assert (await world.submit(ADMIN, teammate=JANA.id, what="alerts", query="acm", due="2026-11-01")).ok
    assert f"By <@{JANA.id}> · Alerts · About acm · Since 1 Nov 2026 · Newest first" in answer.read
    assert f"<@{JANA.id}> took an alert" in answer.words
    assert "opened" not in answer.words
    assert len(world.told(ADMIN)) == 1
    await world.click(ADMIN, answer, Action.AUDIT_SEARCH)
    assert (await world.submit(ADMIN, teammate=LEAD.id)).ok
    assert "Nothing was found." in answer.words


@on_sqlite
async def test_it_comes_in_pages(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    await world.app.database.run(_many, 45)
    answer = await world.command(ADMIN, f"audit <@{LEAD.id}>")
    assert answer.buttons == ["Search…", "Next", "As a file (CSV)"]
    for page, last in ((2, False), (3, True)):
        await world.click(ADMIN, answer, Action.AUDIT_NEXT)
        assert f"page {page}" in answer.words
        assert ("Next" in answer.buttons) is not last
    assert answer.words.count("paused a playbook") == 5
    await world.click(ADMIN, answer, Action.AUDIT_PREVIOUS)
    assert answer.words.count("paused a playbook") == 20
    assert len(world.told(ADMIN)) == 1


def _many(session: Session, count: int, actor: str = LEAD.id, what: str = "paused") -> None:
    for number in range(count):
        session.add(Trace(at=WEDNESDAY - timedelta(minutes=number), actor=actor, what=what, playbook="usage-drop"))


@on_sqlite
async def test_a_person_is_looked_for_no_further_back_than_said(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    await world.app.database.run(lambda session: session.add(Trace(at=WEDNESDAY - timedelta(days=200), actor=LEAD.id, what="promoted")))
    answer = await world.command(ADMIN, f"audit <@{LEAD.id}>")
    assert "Since 20 Aug 2026" in answer.read
    assert "promoted a playbook" not in answer.words
    assert "promoted a playbook" in (await world.command(ADMIN, f"audit <@{LEAD.id}> 300d")).words
    assert "promoted a playbook" in (await world.command(ADMIN, "audit")).words


@on_sqlite
async def test_as_a_file_it_comes_as_a_direct_message_and_calculates_nothing(open_world: OpenWorld) -> None:
    world = await open_world(accounts=hostile_names)
    await world.quiet()
    card = await world.card("+1 <!channel> *Co*")
    await world.open_and_submit(OLIVER, card, Action.ALERT_DISMISS, outcome="known", note="@SUM(1)")
    answer = await world.command(ADMIN, "audit")
    await world.click(ADMIN, answer, Action.AUDIT_CSV)
    said = await until(lambda: "direct messages" in world.modal_words(ADMIN) and world.modal_words(ADMIN), "the file is there")
    (file,) = world.sandbox.workspace.contents.uploads.values()
    assert file.name == "audit-2026-11-18.csv"
    direct = world.sandbox.workspace.direct_message(ADMIN.id)
    (message,) = [message for message in direct.messages.values() if message.files]
    assert message.files[0]["id"] == file.id
    assert file.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert f"{len(rows)} rows" in said
    names = {row["account"] for row in rows}
    assert {"'" + "=HYPERLINK(1)", "'+1 <!channel> *Co*"} <= names
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    (dismissed,) = [row for row in rows if row["deed"] == "dismissed"]
    assert (dismissed["who"], dismissed["who (id)"], dismissed["did"]) == ("Oliver Grant", OLIVER.id, "dismissed an alert")
    assert "took the audit trail as a file" in (await world.command(ADMIN, "audit settings")).words


@on_sqlite
async def test_a_file_that_slack_does_not_take_is_said(world: World) -> None:
    world.sandbox.faults.add("files.getUploadURLExternal", "error", error="file_uploads_disabled")
    answer = await world.command(ADMIN, "audit")
    await world.click(ADMIN, answer, Action.AUDIT_CSV)
    await until(lambda: "could not be sent to you" in world.modal_words(ADMIN), "it is said")
