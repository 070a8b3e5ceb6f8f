"""`/reviews/TOKEN.ics`: somebody's meetings, read back by a library that shares no code with what wrote them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import vobject
from itsdangerous import URLSafeSerializer
from sqlalchemy import text, update
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from bot.database import Database
from bot.reviews.feed import FeedLinks, feed_links
from handlers.web.feed import feed_routes
from models import Account, Participant, Review, Teammate
from tests.scenario.conftest import on_sqlite

NOW = datetime(2026, 10, 14, 9, tzinfo=UTC)
ONE = timedelta(days=1)
SECRET = "a secret of this house"
LINKS = FeedLinks("https://stay.ours.example/", SECRET)
ANN, BEN = "U0ANN", "U0BEN"
HOSTILE = "Evil\r\nATTENDEE:mailto:x@y.example\u202e; \\n, Co"


def review(key: str, at: datetime, **values: Any) -> Review:
    people = {"organizer": ANN, "organizer_email": "ann@ours.example", "organizer_name": "Ann Lind", "created_by": ANN}
    usual = {"type": "qbr", "state": "scheduled", "minutes": 45, "zone": "Europe/Prague", "agenda": "- Goals\n- Next steps"}
    times = {"starts_at": at, "created_at": NOW, "changed_at": NOW - ONE}
    return Review(**({"key": key, "uid": f"{key}@ours.example", "account_id": "acme"} | usual | people | times | values))


def participant(review_id: int, email: str, **values: Any) -> Participant:
    return Participant(**({"review_id": review_id, "email": email, "name": "", "answer": "accepted"} | values))


class House:
    """A web door to a database with two people and an account."""

    def __init__(self, database: Database) -> None:
        self.database = database
        transport = httpx.ASGITransport(Starlette(routes=feed_routes(database, LINKS, lambda: NOW)))
        self.browser = httpx.AsyncClient(transport=transport, base_url="https://stay.ours.example")

    async def open(self, *reviews: Review) -> None:
        account = Account(id="acme", name="Acme; s. r. o.", polled_at=NOW, arr=120_000.0)
        people = [
            Teammate(slack_id=id_, name=name, email=f"{id_}@ours.example", read_at=NOW) for id_, name in ((ANN, "Ann Lind"), (BEN, "Ben"))
        ]
        await self.database.run(Session.add_all, [account, *people])
        await self.add(*reviews)

    async def add(self, *rows: Any) -> None:
        await self.database.run(Session.add_all, rows)

    async def change(self, model: Any, **values: Any) -> None:
        await self.database.run(lambda session: session.execute(update(model).values(**values)))

    async def get(self, slack_id: str = ANN, **headers: str) -> httpx.Response:
        return await self.browser.get(LINKS.address(slack_id), headers=headers)

    async def events(self, slack_id: str = ANN) -> dict[str, Any]:
        """By their uid's first part."""
        found = vobject.readOne((await self.get(slack_id)).text)
        return {event.uid.value.partition("@")[0]: event for event in found.contents.get("vevent", [])}


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@on_sqlite
async def test_a_calendar_reads_the_persons_own_meetings(house: House) -> None:
    await house.open(
        review("own", NOW + 3 * ONE, sequence=2, place="https://meet.example/x;y"),
        review("bens", NOW + 4 * ONE, organizer=BEN, organizer_name="Ben", type="kick_off"),
        review("not-mine", NOW + 5 * ONE, organizer=BEN),
    )
    await house.add(
        participant(1, "marta@acme.example", name="Marta Silva", contact_id="c1"),
        participant(1, "jon@acme.example", contact_id="c2"),
        participant(1, "ben@ours.example", name="Ben", slack_id=BEN),
        participant(2, "ann@ours.example", name="Ann Lind", slack_id=ANN),
        participant(2, "gone@acme.example", name="Gone Away", contact_id="c3", gone_at=NOW),
    )
    answer = await house.get()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["cache-control"].startswith("private")
    calendar = vobject.readOne(answer.text)
    assert (calendar.method.value, calendar.version.value, calendar.contents["x-wr-calname"][0].value) == (
        "PUBLISH",
        "2.0",
        "Meetings of Ann Lind",
    )
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n" in answer.text
    found = await house.events()
    assert set(found) == {"own", "bens"}
    own = found["own"]
    assert (own.dtstart.value, own.dtend.value) == (NOW + 3 * ONE, NOW + 3 * ONE + timedelta(minutes=45))
    assert (own.sequence.value, own.status.value, own.dtstamp.value) == ("2", "CONFIRMED", NOW - ONE)
    assert (own.summary.value, own.location.value) == ("QBR: Acme; s. r. o.", "https://meet.example/x;y")
    assert own.description.value == "Acme; s. r. o.: Marta Silva, jon\nWe: Ann Lind, Ben\n\n- Goals\n- Next steps"
    assert found["bens"].summary.value == "Kick-off: Acme; s. r. o."
    assert "Gone Away" not in answer.text
    assert set(await house.events(BEN)) == {"own", "bens", "not-mine"}


async def test_what_is_over_stays_for_a_season_and_what_is_off_until_its_time_has_passed(house: House) -> None:
    await house.open(
        *(
            review("held", NOW - 89 * ONE, state="held", note="They will leave", decisions="A discount"),
            review("old", NOW - 90 * ONE, state="held"),
        ),
        *(review("nobody-came", NOW - ONE, state="no_show"), review("skipped", NOW - ONE, state="skipped")),
        *(review("off", NOW + ONE, state="cancelled", sequence=3), review("off-before", NOW - ONE, state="cancelled")),
        *(review("without", NOW + ONE, organizer=BEN), review("without-before", NOW - ONE, organizer=BEN)),
    )
    await house.add(*(participant(number, "ann@ours.example", slack_id=ANN, gone_at=NOW) for number in (7, 8)))
    found = await house.events()
    assert {key: event.status.value for key, event in found.items()} == {
        "held": "CONFIRMED",
        "nobody-came": "CONFIRMED",
        "off": "CANCELLED",
        "without": "CANCELLED",
    }
    assert (found["off"].sequence.value, found["off"].transp.value) == ("3", "TRANSPARENT")
    said = (await house.get()).text
    for private in ("They will leave", "A discount", "120", "@acme"):
        assert private not in said


@on_sqlite
async def test_meetings_of_several_zones_keep_their_times_when_clocks_change(house: House) -> None:
    zones = ("Europe/Prague", "America/New_York", "Asia/Tokyo", "UTC", "Europe/London")
    moments = [datetime(2026, month, day, 14, 30, tzinfo=UTC) for month, day in ((10, 23), (10, 26), (11, 2), (12, 24))]
    moments.append(datetime(2027, 3, 29, 14, 30, tzinfo=UTC))
    rows = [review(f"{number}-{at}", moment, zone=zone) for at, zone in enumerate(zones) for number, moment in enumerate(moments)]
    await house.open(*rows, review("twice", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)))
    meant = {row.uid.partition("@")[0]: row.starts_at for row in [*rows, review("twice", datetime(2026, 10, 25, 1, 30, tzinfo=UTC))]}
    assert {key: event.dtstart.value.astimezone(UTC) for key, event in (await house.events()).items()} == meant
    said = (await house.get()).text
    named = [line.partition(":")[2] for line in said.split("\r\n") if line.startswith("TZID:")]
    assert sorted(named) == sorted(set(zones) - {"UTC"}), "each zone is explained once"
    assert said.count("DTSTART;TZID=America/New_York:20261102T093000") == 1, datetime(2026, 11, 2, 14, 30, tzinfo=UTC).astimezone(
        ZoneInfo(zones[1])
    )


@on_sqlite
async def test_the_same_meetings_are_not_loaded_twice(house: House) -> None:
    await house.open(review("own", NOW + ONE))
    first = await house.get()
    tag = first.headers["etag"]
    again = await house.get(**{"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await house.get(**{"If-None-Match": '"other"'})).status_code == 200
    await house.change(Review, starts_at=NOW + 2 * ONE, sequence=1)
    assert (await house.get(**{"If-None-Match": tag})).status_code == 200
    head = await house.browser.head(LINKS.address(ANN))
    assert (head.status_code, head.content) == (200, b"")
    assert (await house.browser.post(LINKS.address(ANN))).status_code == 405


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_guest": True}, {"is_foreign": True}])
@on_sqlite
async def test_whoever_has_left_reads_nothing_any_more(house: House, change: dict[str, bool]) -> None:
    await house.open(review("own", NOW + ONE))
    await house.change(Teammate, **change)
    gone, forged = await house.get(), await house.browser.get("/reviews/abc.def.ics")
    assert (
        (gone.status_code, gone.text, dict(gone.headers))
        == (forged.status_code, forged.text, dict(forged.headers))
        == (404, "Not found", dict(gone.headers))
    )


@on_sqlite
async def test_only_an_address_that_we_have_signed_opens(house: House) -> None:
    await house.open(review("own", NOW + ONE))
    token = LINKS.address(ANN).rpartition("/")[2].removesuffix(".ics")
    others = [URLSafeSerializer(SECRET, salt=salt).dumps(ANN) for salt in ("staysail.surveys", "itsdangerous")]
    strange = URLSafeSerializer(SECRET, salt="staysail.reviews.feed").dumps([ANN])
    unknown = LINKS.address("U0NOBODY").rpartition("/")[2].removesuffix(".ics")
    for wrong in (token[:-1], f"{token}x", ANN, "%00", "..", *others, strange, unknown):
        assert (await house.browser.get(f"/reviews/{wrong}.ics")).status_code == 404, wrong
    assert (await house.get()).status_code == 200
    assert (feed_links(None, SECRET), feed_links("https://x.example", None)) == (None, None)
    assert feed_routes(house.database, None, lambda: NOW) == []


@on_sqlite
async def test_hostile_names_stay_text(house: House) -> None:
    await house.open(review("own", NOW + ONE, agenda=HOSTILE, place=HOSTILE))
    await house.add(participant(1, "m@acme.example", name=HOSTILE, contact_id="c1"))
    await house.change(Account, name=HOSTILE)
    (event,) = (await house.events()).values()
    assert event.summary.value == "QBR: Evil ATTENDEE:mailto:x@y.example; \\n, Co"
    assert "attendee" not in event.contents
    assert event.description.value.startswith("Evil ATTENDEE:mailto:x@y.example; \\n, Co: Evil ATTENDEE")


@on_sqlite
async def test_a_flood_and_a_failure_are_told_without_a_word_of_the_meetings(house: House) -> None:
    await house.open(review("own", NOW + ONE))
    answers = [await house.get() for _ in range(61)]
    assert [one.status_code for one in answers] == [*[200] * 60, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await house.get(BEN)).status_code == 200, "others are not held up"
    await house.database.run(lambda session: session.execute(text("ALTER TABLE teammates RENAME TO away")))
    try:
        failed = await house.get(BEN)
    finally:
        await house.database.run(lambda session: session.execute(text("ALTER TABLE away RENAME TO teammates")))
    assert (failed.status_code, failed.text) == (503, "Not available")
