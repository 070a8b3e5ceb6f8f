"""Meetings with a customer: from the card's button to the entry in everybody's calendar, moved, cancelled, and what can come in between."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import vobject
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.messages.actions import Action, Input, InputError
from bot.sandbox.acts.outcome import Outcome
from bot.sandbox.messages import Message
from bot.sandbox.server import Letter, Person
from models import Account, Contact, Dispatch, Event, Participant, Response, Review, Touch, Trace
from tests.cast import GUEST, JANA, LEAD, OLIVER, STRANGER, WEI
from tests.factories import Card, Company, World, few_accounts, until, words
from tests.scenario.conftest import OpenWorld, on_sqlite

MARTA, JON, EVA = "c91", "c92", "c93"
OFFICE = {"workspace": {"business_hours": "Mon-Fri 09:00-18:00", "holidays": "CZ"}}
FIRST = "2026-11-19T09:00:00+00:00"
"""Thursday at ten in Prague: the first proposal."""
FIRST_SECONDS = int(datetime.fromisoformat(FIRST).timestamp())
DATE, CLOCK = Action.REVIEW_DATE.value, Action.REVIEW_TIME.value


def company(company: Company) -> None:
    few_accounts(company)
    company.contact("a1", MARTA, "Marta Silva", "marta@acme.example", "Champion")
    company.contact("a1", JON, "Jon Low", "jon@acme.example", "User")
    company.contact("a1", EVA, "Eva Blank", None, "User")


PLAN: dict[str, Any] = {"accounts": company, "mail": True, "settings": OFFICE}


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_world(**PLAN)


async def stored(world: World, look: Callable[[Session], Any]) -> Any:
    return await world.app.database.read(look)


async def change(world: World, model: Any, *which: Any, **values: Any) -> None:
    await world.app.database.run(lambda session: session.execute(update(model).where(*which).values(**values)))


async def opened(world: World, person: Person = JANA, account: str = "Acme") -> Card:
    card = await world.card(account)
    if "Book a call…" not in card.buttons:
        assert (await world.click(person, card, Action.ALERT_TAKE)).ok
        card = await world.card(account)
    outcome = await world.click(person, card, Action.REVIEW_SCHEDULE)
    assert outcome.ok, outcome
    return card


async def planned(world: World, person: Person = JANA, **values: Any) -> Card:
    card = await opened(world, person)
    outcome = await world.submit(person, **values)
    assert outcome.ok, outcome
    await world.sandbox.close(person.id, world.modal(person).id, everything=True)
    return card


async def choose(world: World, action: Action, value: Any, **typed: Any) -> None:
    """Something chosen in the form; waits for the new form."""
    view = world.modal(JANA)
    versions = view.versions
    outcome = await world.sandbox.click_in_view(JANA.id, view.id, action.value, value, state=typed)
    assert outcome.ok, outcome
    await until(lambda: view.versions > versions, "the form has changed")


def errors(outcome: Outcome) -> dict[str, str]:
    return {block.partition(":")[0]: text for block, text in outcome.errors.items()}


def element(world: World, name: Input, person: Person = JANA) -> dict[str, Any]:
    blocks = world.modal(person).blocks
    (found,) = [one["element"] for one in blocks if one["type"] == "input" and one["block_id"].partition(":")[0] == name]
    return dict(found)


def own(day: str, clock: str) -> dict[str, Any]:
    """A time of one's own."""
    return {Input.REVIEW_WHEN.value: "own", DATE: day, CLOCK: clock}


def message(world: World, person: Person = JANA) -> Card:
    """The organizer's message."""
    *_, last = [one for one in world.sandbox.direct_messages(person.id) if one.from_bot]
    return Card(last)


async def letters(world: World) -> list[Letter]:
    await world.quiet()
    return list(world.sandbox.inbox.letters)


async def calendars(world: World, since: int = 0) -> dict[str, Any]:
    """The newest letters' entries for the calendar, by receiver."""
    return {one.recipients[0]: entry(one) for one in (await letters(world))[since:]}


def entry(letter: Letter) -> Any:
    assert letter.message.get_content_type() == "multipart/mixed"
    (part,) = [part for part in letter.message.walk() if part.get_content_type() == "text/calendar"]
    found = vobject.readOne(part.get_payload(decode=True).decode())
    assert part.get_param("method") == found.method.value
    return found


async def reviews(world: World) -> list[Review]:
    return list(await stored(world, lambda session: session.scalars(select(Review).order_by(Review.id)).all()))


async def test_a_csm_books_a_call_from_the_card(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=opened)
    seen = world.modal_words(JANA)
    assert "Acme" in seen
    assert "Thu 19 Nov at 10:00\nFri 20 Nov at 13:30\nMon 23 Nov at 11:00\nAnother time" in seen
    assert element(world, Input.REVIEW_TIME)["timezone"] == "Europe/Prague"
    agenda = element(world, Input.REVIEW_AGENDA)["initial_value"]
    assert agenda.startswith("- How your team uses the product, and what has changed of late\n- Your questions")
    people = {Action.REVIEW_CONTACTS.value: ["c1", MARTA], Action.REVIEW_TEAMMATES.value: [OLIVER.id]}
    outcome = await world.submit(JANA, **people, **{Input.REVIEW_PLACE.value: "https://meet.example/a;b"})
    assert outcome.ok, outcome
    assert f"3 people are invited by mail, for <!date^{FIRST_SECONDS}" in world.modal_words(JANA)
    (review,) = await reviews(world)
    assert (review.type, review.state, review.minutes, review.starts_at) == ("call", "scheduled", 30, datetime(2026, 11, 19, 9, tzinfo=UTC))
    found = await calendars(world)
    assert set(found) == {"contact@account1.example", "marta@acme.example", OLIVER.email, JANA.email}
    event = found["marta@acme.example"].vevent
    assert (event.dtstart.value.astimezone(UTC), event.sequence.value, event.uid.value) == (review.starts_at, "0", review.uid)
    assert event.summary.value == "Acme: call with Jana Nováková"
    assert event.organizer.value == f"mailto:{JANA.email}"
    assert event.description.value == agenda
    assert event.location.value == "https://meet.example/a;b"
    assert {one.value for one in event.attendee_list} == {f"mailto:{address}" for address in found}
    assert found[JANA.email].method.value == "PUBLISH", "her calendar is not to ask her whether she comes"
    letter = next(one for one in world.sandbox.inbox.letters if one.recipients == ("marta@acme.example",))
    assert (letter.message["From"], letter.message["Reply-To"]) == ("Jana Nováková <cs@ours.example>", JANA.email)
    assert letter.message["Subject"] == "Invitation: Acme: call with Jana Nováková, 19 November 2026"
    assert "When: Thursday 19 November 2026, 10:00–10:30 (Prague)" in letter.part("plain")
    assert '<a href="https://meet.example/a;b">' in letter.part("html")


@on_sqlite
async def test_what_is_known_of_it_afterwards(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=planned)
    card = await world.card("Acme")
    await letters(world)
    assert f"Call, <!date^{FIRST_SECONDS}" in card.words
    assert f"with Contact of Acme, planned by <@{JANA.id}>" in card.read
    own_message = message(world)
    assert own_message.buttons == ["Move…", "Cancel…"]
    assert "*Call* with *<https://crm.example/accounts/1|Acme>*" in own_message.words
    assert "Contact of Acme" in own_message.read
    answer = await world.command(WEI, "account Acme")
    assert f"*Next meeting* · Call with Contact of Acme · <!date^{FIRST_SECONDS}" in answer.words
    event = await stored(world, lambda session: session.scalars(select(Event).where(Event.name == "review_scheduled")).one())
    assert (event.account_id, event.data["type"]) == ("a1", "call")
    touch = await stored(world, lambda session: session.scalars(select(Touch)).one())
    assert (touch.contact_id, touch.what) == ("c1", "review-invitation")
    trace = await stored(world, lambda session: session.scalars(select(Trace).where(Trace.what == "scheduled")).one())
    assert (trace.actor, trace.account_id, trace.detail["meeting"]) == (JANA.id, "a1", "call")
    assert (await world.did("Acme"))[-1] == ("scheduled", JANA.id)


@on_sqlite
async def test_a_form_that_comes_in_several_times_is_one_review(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=opened)
    view = world.modal(JANA)
    await asyncio.gather(world.submit(JANA), world.sandbox.submit(JANA.id, view.id, {}))
    payload = world.sandbox.deliveries[-1].parcel.payload
    receipts = await asyncio.gather(*(world.sandbox.courier.interact(payload) for _ in range(3)))
    assert all("1 person is invited" in words(receipt.body["view"]["blocks"]) for receipt in receipts)
    assert len(await reviews(world)) == 1
    assert len(await letters(world)) == 2, "one to the customer, one to Jana's own calendar"
    assert [what for what, _ in await world.did("Acme")].count("scheduled") == 1


@on_sqlite
async def test_moved_with_other_people_and_cancelled(world: World) -> None:
    await planned(world, **{Action.REVIEW_CONTACTS.value: ["c1", MARTA]})
    first = await calendars(world)
    told = len(first)
    before = message(world)
    assert (await world.click(JANA, before, Action.REVIEW_MOVE)).ok
    assert (element(world, Input.REVIEW_DATE)["initial_date"], element(world, Input.REVIEW_TIME)["initial_time"]) == ("2026-11-19", "10:00")
    people = {Action.REVIEW_CONTACTS.value: ["c1", JON], Action.REVIEW_TEAMMATES.value: [OLIVER.id]}
    outcome = await world.submit(JANA, **people, **own("2026-11-20", "11:00"))
    assert outcome.ok, outcome
    assert "3 people are told by mail that it is now on" in world.modal_words(JANA)
    second = await calendars(world, told)
    assert {address: (one.method.value, one.vevent.sequence.value) for address, one in second.items()} == {
        "contact@account1.example": ("REQUEST", "1"),
        "jon@acme.example": ("REQUEST", "1"),
        OLIVER.email: ("REQUEST", "1"),
        "marta@acme.example": ("CANCEL", "1"),
        JANA.email: ("PUBLISH", "1"),
    }
    assert {one.vevent.uid.value for one in (*first.values(), *second.values())} == {(await reviews(world))[0].uid}
    assert second["jon@acme.example"].vevent.dtstart.value.astimezone(UTC) == datetime(2026, 11, 20, 10, tzinfo=UTC)
    subjects = {one.recipients[0]: one.message["Subject"] for one in world.sandbox.inbox.letters[told:]}
    assert subjects["contact@account1.example"].startswith("Moved: ")
    assert subjects["jon@acme.example"].startswith("Invitation: ")
    assert subjects["marta@acme.example"].startswith("Without you: ")
    after = message(world)
    assert (after.ts, after.versions) == (before.ts, 2), "the same message, brought up to date"
    assert f"<@{OLIVER.id}>" in after.words
    assert "Marta Silva" not in after.words
    assert "moved to" in (await world.card("Acme")).read
    await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)
    told = len(world.sandbox.inbox.letters)
    assert (await world.open_and_submit(JANA, after, Action.REVIEW_CANCEL, note="Jana is ill; we will write again.")).ok
    third = await calendars(world, told)
    assert set(third) == {"contact@account1.example", "jon@acme.example", OLIVER.email, JANA.email}
    for one in third.values():
        assert (one.method.value, one.vevent.sequence.value, one.vevent.status.value) == ("CANCEL", "2", "CANCELLED")
        assert one.vevent.comment.value == "Jana is ill; we will write again."
    assert "Jana is ill; we will write again." in world.sandbox.inbox.letters[-1].part("plain")
    assert message(world).buttons == []
    assert f"Cancelled by <@{JANA.id}>" in message(world).words
    assert "cancelled by" in (await world.card("Acme")).read
    assert [what for what, _ in await world.did("Acme")][-3:] == ["scheduled", "review_moved", "review_cancelled"]
    event = await stored(world, lambda session: session.scalars(select(Event).where(Event.name == "review_cancelled")).one())
    assert event.account_id == "a1"


@on_sqlite
async def test_every_choice_shows_what_follows_from_it(world: World) -> None:
    await change(world, Contact, Contact.id == MARTA, timezone="America/New_York", locale="en-US")
    await opened(world)
    await choose(world, Action.REVIEW_CONTACTS, [MARTA])
    assert "Thu 19 Nov at 15:00\n09:00 in New York" in world.modal_words(JANA)
    await choose(world, Action.REVIEW_LENGTH, "60")
    assert "Thu 19 Nov at 15:00" in world.modal_words(JANA)
    assert "Fri 20 Nov" not in world.modal_words(JANA), "an hour that both work would end after two on a Friday"
    await choose(world, Action.REVIEW_LANGUAGE, "cs")
    assert "- Jak Váš tým produkt používá" in element(world, Input.REVIEW_AGENDA)["initial_value"]
    await choose(world, Action.REVIEW_TYPE, "kick_off")
    assert element(world, Input.REVIEW_AGENDA)["initial_value"].startswith("- Kdo jsme")
    await choose(world, Action.REVIEW_TYPE, "qbr", **{Input.REVIEW_AGENDA.value: "My own"})
    assert world.modal(JANA).values[world_block(world, Input.REVIEW_AGENDA)]["review.agenda"]["value"] == "My own"
    await choose(world, Action.REVIEW_DATE, "2026-11-24")
    assert element(world, Input.REVIEW_WHEN)["initial_option"]["value"] == "own"
    await choose(world, Action.REVIEW_TIME, "16:00")
    assert (await world.submit(JANA)).ok
    (review,) = await reviews(world)
    assert (review.type, review.minutes, review.agenda, review.starts_at) == ("qbr", 60, "My own", datetime(2026, 11, 24, 15, tzinfo=UTC))
    (letter,) = [one for one in await letters(world) if one.recipients == ("marta@acme.example",)]
    assert letter.message["Subject"] == "Pozvánka: Acme: čtvrtletní zhodnocení spolupráce, 24. listopadu 2026"
    assert "Kdy: úterý 24. listopadu 2026, 10:00–11:00 (New York), Praha 16:00" in letter.part("plain")


def world_block(world: World, name: Input) -> str:
    (found,) = [one["block_id"] for one in world.modal(JANA).blocks if one["block_id"].partition(":")[0] == name]
    return str(found)


@on_sqlite
async def test_mistakes_come_back_inside_the_form(world: World) -> None:
    await change(world, Contact, Contact.id == MARTA, opted_out=True)
    await change(world, Contact, Contact.id == JON, bounced_at=world.clock.at)
    await opened(world)
    when, contacts = Input.REVIEW_WHEN.value, Action.REVIEW_CONTACTS.value
    wrong: list[tuple[dict[str, Any], dict[str, str]]] = [
        (own("2026-11-17", "10:00"), {Input.REVIEW_DATE: InputError.TIME_PAST}),
        (own("2026-11-18", "09:59"), {Input.REVIEW_TIME: InputError.TIME_PAST}),
        (own("2028-11-18", "10:00"), {Input.REVIEW_TIME: InputError.DATE_FAR}),
        (own("2027-03-28", "02:30"), {Input.REVIEW_TIME: InputError.TIME_SKIPPED}),
        ({when: "own", DATE: None, CLOCK: None}, {Input.REVIEW_DATE: InputError.DATE_MISSING}),
        ({when: "own", DATE: "2026-11-20", CLOCK: None}, {Input.REVIEW_TIME: InputError.TIME_MISSING}),
        ({when: FIRST, DATE: "2026-11-20"}, {Input.REVIEW_WHEN: InputError.TIME_TWICE}),
        ({when: FIRST, DATE: None, contacts: []}, {Input.REVIEW_CONTACTS: "Please complete this required field."}),
        ({contacts: [EVA]}, {Input.REVIEW_CONTACTS: "They cannot be invited: Eva Blank: no e-mail address."}),
        (
            {contacts: [MARTA, JON]},
            {Input.REVIEW_CONTACTS: "They cannot be invited: Marta Silva: opted out in the CRM; Jon Low: mail to them bounced."},
        ),
        ({contacts: ["c1", "c2"]}, {Input.REVIEW_CONTACTS: "They cannot be invited: Contact of Borealis: with another account now."}),
        (
            {contacts: ["c1"], Action.REVIEW_TEAMMATES.value: [GUEST.id]},
            {Input.REVIEW_TEAMMATES: f"{InputError.TEAMMATE_NOT_OURS} Not: Greta Holm."},
        ),
    ]
    for values, expected in wrong:
        assert errors(await world.submit(JANA, **values)) == expected, values
    await change(world, Contact, Contact.id == EVA, gone_at=world.clock.at)
    unknown = {contacts: [EVA, "c1"], Action.REVIEW_TEAMMATES.value: []}
    assert errors(await world.submit(JANA, **unknown)) == {
        Input.REVIEW_CONTACTS: "They cannot be invited: Eva Blank: no longer in the CRM."
    }
    await change(world, Account, Account.id == "a1", gone_at=world.clock.at)
    gone = errors(await world.submit(JANA, **{Action.REVIEW_TEAMMATES.value: []}))
    assert gone[Input.REVIEW_AGENDA] == "Not sent. This account is no longer in the CRM. Copy your agenda if you need it."
    assert await reviews(world) == []
    assert await stored(world, lambda session: session.scalars(select(Dispatch)).all()) == []


@on_sqlite
async def test_an_unusual_time_is_sent_when_it_is_sent_again(world: World) -> None:
    await change(world, Contact, Contact.id == "c1", timezone="America/New_York", locale="en-US")
    await planned(world)
    await opened(world, OLIVER)
    unusual = own("2026-11-26", "08:00") | {Action.REVIEW_TEAMMATES.value: [JANA.id]}
    assert (await world.submit(OLIVER, **unusual)).ok
    seen = world.modal_words(OLIVER)
    assert "Not sent yet." in seen
    assert "08:00 is outside the business hours in London" in seen
    assert "Thursday 26 Nov is no business day in New York" in seen, "it is Thanksgiving"
    assert (await world.submit(OLIVER, **own("2026-11-26", "08:30"))).ok
    assert "08:30 is outside the business hours in London" in world.modal_words(OLIVER), "another time is another question"
    starts = (await reviews(world))[0].starts_at
    assert (await world.submit(OLIVER, **own("2026-11-19", f"{starts.hour:02}:00"))).ok  # London is on UTC
    assert "Contact of Acme, Jana Nováková have a meeting with" in world.modal_words(OLIVER)
    assert len(await reviews(world)) == 1
    assert (await world.submit(OLIVER)).ok
    assert "are invited by mail" in world.modal_words(OLIVER)
    assert len(await reviews(world)) == 2


@on_sqlite
async def test_whoever_answered_is_invited_and_the_agenda_names_the_score_but_nobodys_words(world: World) -> None:
    card, alert = await world.card("Acme"), (await world.alert("Acme")).id
    assert (await world.open_and_submit(JANA, card, Action.ALERT_TASK, what="Ask *product* about exports", due="2026-11-20")).ok
    what = {"survey": "nps", "version": 1, "kind": "nps", "account_id": "a1", "alert_id": alert, "at": world.clock.at}
    unhappy = {"contact_id": MARTA, "score": 3, "band": "low", "comment": "Your exports are awful"}
    answer = Response(id="r1", voter="v1", changed_at=world.clock.at, **what, **unhappy)
    await world.app.database.run(lambda session: session.add(answer))
    assert (await world.click(JANA, button(world, Action.REVIEW_SCHEDULE, str(alert)), Action.REVIEW_SCHEDULE)).ok
    assert [one["value"] for one in element(world, Input.REVIEW_CONTACTS)["initial_options"]] == [MARTA]
    agenda = element(world, Input.REVIEW_AGENDA)["initial_value"]
    assert agenda.startswith("- Your answer to our survey of 18 November 2026 (3): what lies behind it, and what would help\n")
    assert "awful" not in agenda
    assert "exports" not in agenda
    assert "Open tasks about them, which only we read:\n• Ask *\u200bproduct*\u200b about exports" in world.modal_words(JANA)


@on_sqlite
async def test_contacts_are_searched_as_one_types(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=opened)
    form = world.modal(JANA).id

    async def found(text: str) -> list[str]:
        outcome = await world.sandbox.suggest(JANA.id, Action.REVIEW_CONTACTS.value, text, view_id=form)
        return [option["text"]["text"] for option in outcome.body["options"]]

    assert await found("SIL") == ["Marta Silva, champion"]
    assert await found("eva") == ["Eva Blank, not to be invited: no e-mail address"]
    assert len(await found("")) == 4
    assert await found("100%") == []


@on_sqlite
async def test_whoever_is_second_to_move_it_is_told(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=planned)
    await letters(world)
    own_message = message(world)
    assert (await world.click(JANA, own_message, Action.REVIEW_MOVE)).ok
    assert (await world.click(LEAD, own_message, Action.REVIEW_MOVE)).ok
    assert (await world.submit(LEAD, **own("2026-11-20", "10:00"))).ok  # Helena is in London
    assert (await reviews(world))[0].starts_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    refused = errors(await world.submit(JANA, **own("2026-11-23", "11:00")))
    assert refused[Input.REVIEW_AGENDA].startswith("Somebody has changed this meeting")
    assert (await reviews(world))[0].sequence == 1
    last = (await letters(world))[-1]
    assert last.message["From"] == "Jana Nováková <cs@ours.example>", "she organizes it, whoever moves it"


@on_sqlite
async def test_nothing_is_sent_for_a_move_that_changes_nothing(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=planned)
    count = len(await letters(world))
    assert (await world.open_and_submit(JANA, message(world), Action.REVIEW_MOVE)).ok
    assert len(await letters(world)) == count
    assert (await reviews(world))[0].sequence == 0


@on_sqlite
async def test_an_invitation_that_has_not_left_gives_way_to_a_newer_one(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=opened)
    await world.stop_worker()
    assert (await world.submit(JANA, **{Action.REVIEW_CONTACTS.value: ["c1", MARTA]})).ok
    await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)
    (review,) = await reviews(world)
    assert (await world.click(JANA, button(world, Action.REVIEW_MOVE, str(review.id)), Action.REVIEW_MOVE)).ok
    assert (await world.submit(JANA, **own("2026-11-20", "10:00"))).ok
    world.start_worker()
    found = await letters(world)
    assert len(found) == 3, "each gets one letter, with the time that counts"
    assert {entry(one).vevent.sequence.value for one in found} == {"1"}
    assert not [text for text in world.direct(JANA) if "did not reach" in text]
    touches = await stored(world, lambda session: session.scalars(select(Touch.what)).all())
    assert touches == ["review-moved", "review-moved"]


def button(world: World, action: Action, value: str) -> Card:
    """A message with a button, where none stands yet."""
    workspace = world.sandbox.workspace
    found = {"type": "button", "action_id": action.value, "value": value, "text": {"type": "plain_text", "text": "?"}}
    block = {"type": "actions", "block_id": "b", "elements": [found]}
    return Card(workspace.store(Message("C0ALERTS", workspace.new_ts(), workspace.identity.bot_user, "?", [block])))


@on_sqlite
async def test_only_who_has_to_do_with_it_changes_it(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=planned)
    await letters(world)
    own_message = message(world)
    for action in (Action.REVIEW_MOVE, Action.REVIEW_CANCEL):
        assert (await world.click(WEI, own_message, action)).ok
        assert world.told(WEI)[-1].startswith("Only Jana Nováková, who invited,") or world.modal_words(WEI).startswith("Only Jana")
    for outsider in (GUEST, STRANGER):
        await world.click(outsider, await world.card("Acme"), Action.REVIEW_SCHEDULE)
        assert world.told(outsider)[-1].startswith("Only ")
        assert world.sandbox.views(outsider.id) == []
    world.clock.move(days=2)
    assert (await world.click(JANA, own_message, Action.REVIEW_CANCEL)).ok
    assert world.told(JANA)[-1] == "This meeting has begun, or is over. Staysail asks what came of it."
    assert (await world.click(JANA, own_message, Action.REVIEW_MOVE)).ok
    assert element(world, Input.REVIEW_WHEN)["initial_option"]["value"] != "own", "it can be moved all the same"


@on_sqlite
async def test_without_a_mail_server_the_button_says_how_to_get_one(open_world: OpenWorld) -> None:
    world = await open_world()
    card = await world.card("Acme")
    await world.click(JANA, card, Action.ALERT_TAKE)
    await world.click(JANA, await world.card("Acme"), Action.REVIEW_SCHEDULE)
    assert "section `email`" in world.told(JANA)[-1].replace("\u200b", "")


@on_sqlite
async def test_who_wants_no_more_mail_is_withheld_and_the_organizer_hears_of_it(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=opened)
    await world.stop_worker()
    assert (await world.submit(JANA)).ok
    await change(world, Contact, Contact.id == "c1", opted_out=True)
    world.start_worker()
    assert [one.recipients for one in await letters(world)] == [(JANA.email,)]
    await until(lambda: any("did not reach them: the contact opted out" in text for text in world.direct(JANA)), "Jana is told")
    people = await stored(world, lambda session: session.scalars(select(Participant)).all())
    assert [(one.contact_id, one.told) for one in people] == [("c1", 0)]
