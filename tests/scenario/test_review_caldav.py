"""Meetings in people's own calendars, on a real CalDAV server: written, moved, called off, answered; and when people are busy there."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.delivery import outbox
from bot.delivery.senders.caldav import CalDavSender
from bot.messages.actions import Action, Input
from bot.reviews import records
from models import OutboxMessage, Participant, Review
from tests.calendars import CalendarServer
from tests.cast import JANA, OLIVER
from tests.factories import World, until
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.test_killed import kill, start
from tests.scenario.test_reviews import MARTA, OFFICE, choose, company, errors, letters, message, opened, own, planned, reviews, stored

Open = Callable[..., Awaitable[World]]
PLAIN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//People//EN
BEGIN:VEVENT
UID:{0}
DTSTAMP:20261101T000000Z
{1}
SUMMARY:Dentist
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def with_calendars(open_world: OpenWorld, calendars: CalendarServer) -> Open:
    async def opens(url: str = "", waits: str = "2s", **more: Any) -> World:
        settings = OFFICE | {"meetings": {"calendar": {"url": url or calendars.url(), "timeout": waits}}}
        return await open_world(accounts=company, mail=True, settings=settings, **more)

    for person in (JANA, OLIVER):
        calendars.create(person.email)
    return opens


def event(calendars: CalendarServer) -> Any:
    """The only one in Jana's calendar, as another library reads it."""
    (text,) = calendars.texts(JANA.email).values()
    return vobject.readOne(text).vevent


def people(found: Any) -> dict[str, str]:
    return {one.value.removeprefix("mailto:"): one.params["PARTSTAT"][0] for one in found.attendee_list}


def engaged(calendars: CalendarServer, who: str, uid: str, *lines: str) -> None:
    calendars.write(who, uid, PLAIN.format(uid, "\n".join(lines)).replace("\n", "\r\n"))


async def row(world: World) -> OutboxMessage:
    found: OutboxMessage = await stored(
        world, lambda s: s.scalars(select(OutboxMessage).where(OutboxMessage.subject.like("review-event:%"))).one()
    )
    return found


async def answer(world: World, email: str, what: str) -> None:
    """As whoever takes answers in does it."""

    def work(session: Session) -> None:
        review = session.scalars(select(Review)).one()
        session.execute(update(Participant).where(Participant.email == email).values(answer=what))
        records.show(session, review)

    await world.app.database.run(work)
    world.app.worker.wake()
    await world.quiet()


async def moved(world: World, day: str, clock: str) -> None:
    assert (await world.click(JANA, message(world), Action.REVIEW_MOVE)).ok
    outcome = await world.submit(JANA, **own(day, clock))
    assert outcome.ok, outcome
    await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)
    await world.quiet()


async def test_written_answered_moved_and_called_off(with_calendars: Open, calendars: CalendarServer) -> None:
    world = await with_calendars()
    await opened(world)
    chosen = {Action.REVIEW_CONTACTS.value: ["c1", MARTA], Input.REVIEW_PLACE.value: "https://meet.example/a;b"}
    assert (await world.submit(JANA, **chosen)).ok
    assert "The organizer’s calendar gets it too." in world.modal_words(JANA)
    await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)
    assert {one.recipients[0] for one in await letters(world)} == {"contact@account1.example", "marta@acme.example"}, "none to Jana herself"
    (review,) = await reviews(world)
    found = event(calendars)
    assert (found.uid.value, found.sequence.value, found.status.value) == (review.uid, "0", "CONFIRMED")
    assert (found.dtstart.value.astimezone(UTC), found.dtend.value - found.dtstart.value) == (review.starts_at, timedelta(minutes=30))
    assert (found.summary.value, found.location.value) == ("Acme: call with Jana Nováková", "https://meet.example/a;b")
    assert found.description.value == review.agenda
    assert found.valarm.trigger.value == timedelta(minutes=-15)
    assert people(found) == {JANA.email: "ACCEPTED", "contact@account1.example": "NEEDS-ACTION", "marta@acme.example": "NEEDS-ACTION"}
    assert all(one.params["SCHEDULE-AGENT"] == ["CLIENT"] for one in (found.organizer, *found.attendee_list)), "no server invites once more"
    assert "METHOD" not in next(iter(calendars.texts(JANA.email).values()))
    await answer(world, "marta@acme.example", "declined")
    assert people(event(calendars))["marta@acme.example"] == "DECLINED"
    await moved(world, "2026-11-20", "11:00")
    found = event(calendars)
    assert (found.uid.value, found.sequence.value) == (review.uid, "1")
    assert found.dtstart.value.astimezone(UTC) == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert people(found)["marta@acme.example"] == "NEEDS-ACTION", "everybody is asked anew"
    assert (await world.open_and_submit(JANA, message(world), Action.REVIEW_CANCEL, note="")).ok
    await world.quiet()
    assert calendars.texts(JANA.email) == {}
    assert JANA.email not in {one.recipients[0] for one in world.sandbox.inbox.letters}


@on_sqlite
async def test_what_the_person_wrote_there_stays_and_what_they_deleted_is_gone(with_calendars: Open, calendars: CalendarServer) -> None:
    world = await with_calendars()
    await planned(world)
    await world.quiet()
    ((name, text),) = calendars.texts(JANA.email).items()
    theirs = Calendar.from_ical(text)
    (mine,) = theirs.events
    mine["description"] = "Bring the numbers"
    mine.add("categories", ["Customers"])
    mine.subcomponents.append(mine.subcomponents[0])
    calendars.write(JANA.email, name.removesuffix(".ics"), theirs.to_ical().decode())
    await moved(world, "2026-11-20", "11:00")
    (found,) = calendars.events(JANA.email)
    assert (str(found["description"]), found["categories"].cats, len(found.subcomponents)) == ("Bring the numbers", ["Customers"], 2)
    assert found.start == datetime(2026, 11, 20, 10, tzinfo=UTC)
    calendars.requests.clear()
    await answer(world, "contact@account1.example", "needs-action")
    assert [method for method, _ in calendars.requests] == ["GET"], "what changes nothing is not written"
    calendars.delete(JANA.email, name)
    await answer(world, "contact@account1.example", "accepted")
    assert calendars.texts(JANA.email) == {}, "an answer does not bring back what the person has deleted"
    await moved(world, "2026-11-23", "11:00")
    assert event(calendars).sequence.value == "2", "another time does"


@on_sqlite
async def test_kill_nine_after_the_server_has_it(with_calendars: Open, calendars: CalendarServer) -> None:
    """The process dies before it hears so: the next one finds the event there, and writes no second one."""
    world = await with_calendars()
    await opened(world)
    await world.stop_worker()
    assert (await world.submit(JANA)).ok
    calendars.after.add("PUT")
    process = await start(world, "deliver", "--as-of", world.clock.at.isoformat())
    await until(lambda: len(calendars.texts(JANA.email)) == 1, "the event stands", 30)
    await kill(process)
    calendars.after.clear()
    calendars.gate.set()
    left = await row(world)
    assert left.uncertain
    assert left.ts is None
    past = datetime(2026, 1, 1, tzinfo=UTC)
    await world.app.database.run(lambda session: session.execute(update(OutboxMessage).values(claimed_until=past)))
    world.start_worker()
    await world.quiet()
    assert event(calendars).uid.value == (await reviews(world))[0].uid
    assert [method for method, _ in calendars.requests].count("PUT") == 1


# --- what goes wrong


@on_sqlite
async def test_what_cannot_be_written_goes_by_mail(with_calendars: Open, calendars: CalendarServer) -> None:
    world = await with_calendars(calendars.url(password="wrong"))
    await planned(world)
    await world.quiet()
    dead = await row(world)
    assert dead.dead_at
    assert dead.problem == "the calendar server refuses user and password: correct meetings.calendar.url in staysail.yml"
    (own_letter,) = [one for one in await letters(world) if one.recipients == (JANA.email,)]
    assert "METHOD:PUBLISH" in own_letter.part("calendar")
    await moved(world, "2026-11-20", "11:00")
    assert [one.message["Subject"].partition(":")[0] for one in world.sandbox.inbox.letters if one.recipients == (JANA.email,)] == [
        "Invitation",
        "Changed",
    ]


@on_sqlite
async def test_what_a_server_that_stays_away_never_took_goes_by_mail(
    with_calendars: Open, calendars: CalendarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.worker.LONGEST_WAIT", 0.02)
    monkeypatch.setattr(CalDavSender, "terms", replace(CalDavSender.terms, tries=3))
    world = await with_calendars()
    await planned(world)
    await world.quiet()
    assert "your calendar has it too" in message(world).words
    calendars.answers |= {"GET": [("503 Away", [])] * 3}
    await moved(world, "2026-11-20", "11:00")
    assert (await row(world)).dead_at
    (own_letter,) = [one for one in await letters(world) if one.recipients == (JANA.email,)]
    assert "METHOD:PUBLISH" in own_letter.part("calendar")
    assert "SEQUENCE:1" in own_letter.part("calendar")
    assert "yours is among them" in message(world).words
    await world.app.database.run(outbox.resend, (await row(world)).id)
    world.app.worker.wake()
    await until(lambda: event(calendars).sequence.value == "1", "it is written after all")
    await answer(world, "contact@account1.example", "accepted")
    assert len([one for one in world.sandbox.inbox.letters if one.recipients == (JANA.email,)]) == 1


@on_sqlite
async def test_a_server_that_is_away_for_a_while(with_calendars: Open, calendars: CalendarServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.worker.LONGEST_WAIT", 0.05)
    world = await with_calendars()
    calendars.answers |= {"REPORT": [("503 Away", [])], "GET": [("502 Bad", []), ("429 Slowly", [("Retry-After", "0.1")])]}
    await opened(world)
    assert "The calendar of Jana Nováková could not be read: these times may clash" in world.modal_words(JANA)
    assert (await world.submit(JANA)).ok
    await world.quiet()
    assert event(calendars).sequence.value == "0"


@on_sqlite
async def test_a_server_that_does_not_answer_stops_no_form(with_calendars: Open, calendars: CalendarServer) -> None:
    """The local Slack lets a trigger live for three seconds, as Slack does."""
    world = await with_calendars(waits="1s")
    calendars.before.add("REPORT")
    await opened(world)
    seen = world.modal_words(JANA)
    assert "could not be read" in seen
    assert "Thu 19 Nov at 10:00" in seen
    calendars.gate.set()
    await choose(world, Action.REVIEW_LENGTH, "60")
    assert "could not be read" not in world.modal_words(JANA), "what came too late serves the next drawing"


# --- busy times


@on_sqlite
async def test_no_time_is_proposed_at_which_somebody_is_busy(with_calendars: Open, calendars: CalendarServer) -> None:
    world = await with_calendars()
    engaged(
        calendars,
        JANA.email,
        "daily",
        "DTSTART;TZID=Europe/Prague:20260901T090000",
        "DTEND;TZID=Europe/Prague:20260901T130000",
        "RRULE:FREQ=DAILY",
    )
    engaged(calendars, OLIVER.email, "holiday", "DTSTART;VALUE=DATE:20261120", "DTEND;VALUE=DATE:20261124")
    engaged(calendars, OLIVER.email, "free", "DTSTART:20261119T130000Z", "DTEND:20261119T140000Z", "TRANSP:TRANSPARENT")
    await opened(world)
    assert "Thu 19 Nov at 13:00\nFri 20 Nov at 13:30\nMon 23 Nov at 13:00" in world.modal_words(JANA)
    await choose(world, Action.REVIEW_TEAMMATES, [OLIVER.id])
    assert "Thu 19 Nov at 13:00\nTue 24 Nov at 14:00\nWed 25 Nov at 13:00" in world.modal_words(JANA)
    outcome = await world.submit(JANA, **own("2026-11-20", "10:30"))
    assert outcome.ok, outcome
    read = [path for method, path in calendars.requests if method == "REPORT"]
    assert [path.split("/")[2] for path in read] == [JANA.email, OLIVER.email], "each once, however often the form is drawn"
    assert "• Jana Nováková, Oliver Grant have something else in the calendar at 10:30" in world.modal_words(JANA)
    assert "Dentist" not in str(world.modal(JANA).body)
    assert (await world.submit(JANA)).ok
    assert len(await reviews(world)) == 1


@on_sqlite
async def test_a_meeting_that_is_moved_does_not_stand_in_its_own_way(with_calendars: Open, calendars: CalendarServer) -> None:
    world = await with_calendars()
    await planned(world)
    await world.quiet()
    assert (await world.click(JANA, message(world), Action.REVIEW_MOVE)).ok
    assert "Thu 19 Nov at 10:00" in world.modal_words(JANA)
    outcome = await world.submit(JANA, **own("2026-11-19", "10:15"))
    assert outcome.ok, outcome
    assert not errors(outcome)
    assert "is told by mail" in world.modal_words(JANA)
