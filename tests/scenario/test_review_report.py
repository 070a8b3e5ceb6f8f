"""`/stay reviews`: what a CSM reads, what a manager reads, what is overdue, and the address of one's own calendar."""

from datetime import timedelta
from typing import Any

import httpx
import vobject
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from bot.messages.actions import Action
from bot.sandbox.server import Person
from bot.serve import web_routes
from models import Participant
from tests.cast import ADMIN, GUEST, JANA, LEAD, OLIVER, WEI
from tests.factories import Card, Company, World, steady, until
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.test_review_due import DUE, past

ONE = timedelta(days=1)
WHERE = {"STAYSAIL_URL": "https://stay.ours.example", "STAYSAIL_SECRET": "a secret of tests"}
EVERY = {"usual": DUE, "none": {"enable": [], "reviews": []}}


def company(company: Company) -> None:
    """Today is Wednesday, 18 November: Acme is overdue by 10 days, Borealis by 40, Cobalt is not due yet."""
    company.account("Acme", steady, arr=120_000, started_on="2026-08-10", owner_email=JANA.email)
    company.account("Borealis", steady, arr=96_000, started_on="2026-07-11", owner_email=OLIVER.email)
    company.account("Cobalt <!channel>", steady, arr=60_000, started_on="2026-11-01", owner_email=JANA.email)
    company.account("Small", steady, arr=1_000, started_on="2026-08-10", owner_email=JANA.email)


async def opened(open_world: OpenWorld, rules: str = "usual", **plan: Any) -> World:
    return await open_world(**({"accounts": company, "settings": EVERY[rules], "variables": WHERE, "mail": True, "worker": False} | plan))


async def planned(world: World) -> None:
    """Jana meets Cobalt on Monday and Oliver comes along; nobody of Acme came on Sunday; of yesterday, with Small, she has not said."""
    now = world.clock.at
    ahead = past("a3", now + 5 * ONE, "scheduled", agenda="- Goals")
    await world.app.database.run(Session.add_all, [ahead, past("a1", now - 3 * ONE, "no_show"), past("a4", now - ONE, "scheduled")])
    people = [("marta@c.example", "Marta", "c1", "", "accepted"), ("jon@c.example", "Jon", "c2", "", "declined")]
    people.append((OLIVER.email, OLIVER.name, "", OLIVER.id, "needs-action"))
    rows = [
        Participant(review_id=1, email=email, name=name, contact_id=contact, slack_id=slack, answer=said)
        for email, name, contact, slack, said in people
    ]
    await world.app.database.run(Session.add_all, rows)


@on_sqlite
async def test_a_csm_reads_what_is_to_be_done_and_plans_it(open_world: OpenWorld) -> None:
    world = await opened(open_world, worker=True)
    await planned(world)
    shown = await world.command(JANA, "reviews")
    assert shown.text == "Your reviews: 50 % of 2 accounts covered, 1 overdue"
    for text in ("|Acme>*", "€120,000", "QBR overdue by 10 days, none planned", "1 of 2 come, 1 declined", "Cobalt &lt;!channel&gt;"):
        assert text in shown.read, text
    assert "Borealis" not in shown.read
    assert shown.buttons == ["Schedule…", "Held…", "All overdue"]
    assert (await world.click(JANA, shown, Action.REVIEW_SCHEDULE)).ok
    assert "Acme" in world.modal_words(JANA)
    await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)
    assert (await world.click(JANA, shown, Action.REVIEWS_SHOW)).ok
    assert "Acme" in (await _turned(world, JANA, shown, "1 review is overdue")).read


@on_sqlite
async def test_a_manager_reads_how_the_team_stands_and_sees_it_drawn(open_world: OpenWorld) -> None:
    world = await opened(open_world)
    await planned(world)
    shown = await world.command(LEAD, "reviews")
    assert shown.text == "Reviews of the team: 33 % of 3 accounts covered, 2 overdue"
    assert "1 no-show of 1 meeting (100 %)" in shown.read
    assert f"<@{JANA.id}>: *50 %* of 2 accounts covered · *1* overdue · 1 no-show of 1 meeting (100 %) · next " in shown.words
    assert f"<@{OLIVER.id}>: *0 %* of 1 account covered · *1* overdue · no meetings" in shown.words
    (table,) = [block for block in shown.message.blocks if block["type"] == "table"]
    week, when, account, meeting, organizer, answers = table["rows"][1]
    assert [cell["text"] for cell in (week, when, meeting, answers)] == ["23 Nov", "Mon 23 Nov 09:00", "QBR", "1 of 2 come, 1 declined"]
    assert account["text"] == "Cobalt <\u200b!channel>"
    assert organizer["elements"][0]["elements"][0]["user_id"] == JANA.id
    picture = await until(lambda: _picture(world), "the picture follows")
    assert picture["alt_text"].startswith("Coverage by month: Jul 2026 100 % (1 account); Aug 2026 100 % (2 accounts); Sep 2026 100 %")
    before = len(world.sandbox.ephemerals(LEAD.id))
    acknowledged = await world.sandbox.command(LEAD.id, "#cs-alerts", "/stay", "reviews team")
    assert (acknowledged.ok, acknowledged.body) == (True, None), "before anything is counted"
    again = Card((await until(lambda: world.sandbox.ephemerals(LEAD.id)[before:], "the answer comes after it"))[0])
    assert any(block["type"] == "image" for block in again.message.blocks), "the second time it stands in the answer"
    assert (await world.click(LEAD, again, Action.REVIEWS_SHOW)).ok
    overdue = await _turned(world, LEAD, again, "2 reviews are overdue")
    assert overdue.read.index("Borealis") < overdue.read.index("Acme"), "the oldest first"
    assert overdue.buttons == ["Schedule…", "Schedule…", "The team"]


async def _turned(world: World, person: Person, card: Card, text: str) -> Card:
    """What stands in place of that answer, once it says so."""

    def there() -> Card | None:
        found = [Card(one) for one in world.sandbox.ephemerals(person.id) if one.ts == card.ts]
        return next((one for one in found if one.text == text), None)

    found: Card = await until(there, text)
    return found


def _picture(world: World) -> Any:
    blocks = [one.blocks[0] for one in world.sandbox.ephemerals(LEAD.id) if one.blocks]
    return next((block for block in blocks if block["type"] == "image"), None)


@on_sqlite
async def test_the_address_of_ones_meetings_opens_for_a_calendar_program(open_world: OpenWorld) -> None:
    world = await opened(open_world)
    await planned(world)
    (address,) = [word.strip("`") for word in (await world.command(OLIVER, "reviews")).words.split() if ".ics" in word]
    assert address.startswith("https://stay.ours.example/reviews/")
    transport = httpx.ASGITransport(Starlette(routes=web_routes(world.app, world.schedule)))
    async with httpx.AsyncClient(transport=transport) as program:
        found = vobject.readOne((await program.get(address)).text)
    (event,) = found.contents["vevent"]
    assert event.dtstart.value == world.clock.at + 5 * ONE
    assert address not in (await world.command(JANA, "reviews mine")).words, "everybody has their own"


@on_sqlite
async def test_only_managers_see_the_team_and_guests_see_nothing(open_world: OpenWorld) -> None:
    world = await opened(open_world)
    refused = [
        (await world.command(person, text)).text for person, text in ((JANA, "reviews team"), (GUEST, "reviews"), (WEI, "reviews temas"))
    ]
    assert refused[0].startswith("Only managers may see how the team's reviews stand. Managers are: lead@ours.example.")
    assert "guest" in refused[1]
    assert refused[2] == "There are no reviews “temas”. Did you mean “team”?"
    assert "Borealis" not in (await world.command(JANA, "reviews overdue")).read
    assert "None of your accounts is to have reviews." in (await world.command(WEI, "reviews")).read
    assert "`/stay reviews [mine|overdue]`" in (await world.command(JANA, "help")).read
    assert "`/stay reviews [mine|overdue|team]`" in (await world.command(LEAD, "help")).read


@on_sqlite
async def test_without_cadences_or_an_address_it_says_how_to_begin(open_world: OpenWorld) -> None:
    world = await opened(open_world, "none", variables={"STAYSAIL_URL": WHERE["STAYSAIL_URL"]})
    for text in ("reviews mine", "reviews team", "reviews overdue"):
        assert "An admin adds the section `reviews`" in (await world.command(ADMIN, text)).read
    assert (
        "Your meetings have no address to subscribe to: `STAYSAIL_SECRET` is not set." in (await world.command(ADMIN, "reviews mine")).read
    )
    own = (await world.command(JANA, "reviews")).read
    assert "STAYSAIL" not in own
    assert ".ics" not in own
