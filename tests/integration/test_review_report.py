"""How many accounts have their reviews, today and at the ends of months: counted by hand, and against a plain reading of the definition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.messages import catalog as m
from bot.reviews.coverage import COUNTING, MonthEnd, Standing, cadences_of, last_ends, month_ends, standings
from bot.reviews.report import Reader, coverage_chart, mine, overdue, team
from bot.settings import Settings, load_settings
from bot.team.roles import Actor, Role
from models import Account, Participant, Review, Teammate
from tests.conftest import empty, on_sqlite
from tests.integration.test_known_signals import LEAST

PRAGUE = ZoneInfo("Europe/Prague")
NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)
DAY = NOON.date()
ONE = timedelta(days=1)
ANN, BEN = "ann@ours.example", "ben@ours.example"
QBR = "reviews:\n  - {type: QBR, when: arr >= 50000, every: 90d}\n"
BOTH = QBR + "  - {type: EBR, when: stage = 'growth', every: 180d, sooner_when: seats < 10}\n"


def account(id_: str, days: int | None = 500, **values: Any) -> Account:
    started = None if days is None else DAY - days * ONE
    return Account(id=id_, name=id_.title(), polled_at=NOON, **({"started_on": started, "arr": 60_000.0, "owner_email": ANN} | values))


def review(account_id: str, on: int | datetime, state: str = "held", type_: str = "qbr", **values: Any) -> Review:
    """`on`: a moment, or days before now."""
    at = on if isinstance(on, datetime) else NOON - on * ONE
    key = f"{account_id}:{type_}:{at}:{state}"
    people = {"organizer": "U0ANN", "organizer_email": ANN, "organizer_name": "Ann", "created_by": "U0ANN"}
    times = {"starts_at": at, "created_at": at, "changed_at": at, "minutes": 30, "zone": "Europe/Prague"}
    return Review(**({"key": key, "uid": key, "account_id": account_id, "type": type_, "state": state} | people | times | values))


class Book:
    """Accounts with their reviews, and who asks about them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self._file = database, folder / "staysail.yml"

    def settings(self, more: str) -> Settings:
        self._file.write_text(LEAST + more)
        return load_settings(self._file, {})

    def reader(self, more: str = BOTH, email: str = ANN, manager: bool = True) -> Reader:
        roles = {Role.CSM, Role.MANAGER} if manager else {Role.CSM}
        return Reader(Actor("U0ANN", email, "Ann", "America/New_York", frozenset(roles)), self.settings(more), NOON)

    async def add(self, *rows: Any) -> None:
        await self.database.run(Session.add_all, [row for row in rows if isinstance(row, Account | Teammate)])
        await self.database.run(Session.add_all, [row for row in rows if not isinstance(row, Account | Teammate)])

    async def standing(self, more: str = BOTH) -> dict[str, Standing]:
        return {one.account_id: one for one in await self.database.read(_standings, self.settings(more))}

    async def months(self, more: str = QBR) -> dict[str, tuple[int, int]]:
        ends: list[MonthEnd] = await self.database.read(_months, self.settings(more))
        return {f"{one.on:%Y-%m-%d}": (one.accounts, one.covered) for one in ends}


def _standings(session: Session, settings: Settings) -> list[Standing]:
    return standings(session, cadences_of(session, settings, NOON), settings.zone)


def _months(session: Session, settings: Settings) -> list[MonthEnd]:
    return month_ends(session, cadences_of(session, settings, NOON), settings)


@pytest.fixture
def book(database: Database, tmp_path: Path) -> Book:
    return Book(database, tmp_path)


@on_sqlite
async def test_covered_are_those_of_which_no_review_is_overdue(book: Book) -> None:
    await book.add(
        *(account("young", 60), account("old"), account("held"), account("late"), account("planned"), account("skipped")),
        *(account("nobody-came"), account("small", arr=1.0), account("unknown", arr=None), account("dateless", None)),
        *(account("left", stage="churned"), account("leaves", churned_on=DAY), account("gone", gone_at=NOON)),
        account("both", stage="growth"),
        *(
            review("held", 90),
            review("late", 91),
            review("planned", 100),
            review("planned", -3, "scheduled"),
            review("skipped", 20, "skipped"),
        ),
        *(review("nobody-came", 100), review("nobody-came", 5, "no_show"), review("old", 3, type_="call")),
        *(review("both", 10), review("both", 200, type_="ebr")),
    )
    found = await book.standing()
    assert {id_: (one.due_in, one.type) for id_, one in found.items()} == {
        "young": (30, "qbr"),
        "old": (-410, "qbr"),
        "held": (0, "qbr"),
        "late": (-1, "qbr"),
        "planned": (None, None),
        "skipped": (None, None),
        "nobody-came": (-10, "qbr"),
        "dateless": (None, None),
        "both": (-20, "ebr"),
    }
    assert [id_ for id_, one in found.items() if not one.counts] == ["dateless"]
    assert (await book.database.read(team, book.reader())).coverage == m.Coverage(accounts=8, covered=4, uncounted=1)


async def test_an_account_is_covered_at_the_end_of_a_month_until_every_day_of_the_cadence_has_passed(book: Book) -> None:
    await book.add(
        account("began", (DAY - date(2026, 6, 15)).days),  # 90 days later is 13 September
        account("again", None),
        review("began", datetime(2026, 10, 20, 8, tzinfo=UTC)),
        review("again", datetime(2026, 7, 2, 8, tzinfo=UTC), "skipped"),
        review("again", NOON + ONE, "scheduled"),
    )
    months = await book.months()
    assert list(months) == [f"{on}" for on in last_ends(DAY)]
    assert (min(months), max(months)) == ("2025-11-30", "2026-10-31")
    assert {on: found for on, found in months.items() if found[0]} == {
        "2026-06-30": (1, 1),
        "2026-07-31": (2, 2),
        "2026-08-31": (2, 2),
        "2026-09-30": (2, 1),
        "2026-10-31": (2, 1),
    }


async def test_days_are_those_of_the_workspace_whatever_its_clocks_do(book: Book) -> None:
    """90 days before 31 October are 2 August; in Prague that day begins at 22:00 UTC, and the day after October at 23:00."""
    await book.add(
        *(account("on-the-day"), account("a-day-before"), account("in-october"), account("in-november")),
        *(review("on-the-day", datetime(2026, 8, 1, 22, tzinfo=UTC)), review("a-day-before", datetime(2026, 8, 1, 21, 59, tzinfo=UTC))),
        review("in-october", datetime(2026, 10, 31, 22, 59, tzinfo=UTC)),
        review("in-november", datetime(2026, 10, 31, 23, tzinfo=UTC)),
    )
    assert (await book.months())["2026-10-31"] == (4, 2)
    await book.add(*(account(f"began-{on}", (DAY - date(2026, 8, on)).days) for on in (1, 2)))
    assert (await book.months())["2026-10-31"] == (6, 3)


async def test_of_two_cadences_the_worse_counts_and_none_makes_no_months(book: Book) -> None:
    await book.add(account("both", stage="growth"), review("both", 30), review("both", 60, type_="ebr"), account("one"), review("one", 60))
    assert (await book.months(BOTH))["2026-10-31"] == (2, 2)
    await book.add(account("half", stage="growth"), review("half", 30))
    assert (await book.months(BOTH))["2026-10-31"] == (3, 2)
    assert await book.months("") == {}
    shown = await book.database.read(team, book.reader(""))
    assert (shown.coverage, shown.months) == (None, ())


# --- against a plain reading of the definition


@dataclass(frozen=True)
class Past:
    """`started`: days before now. `held`: days before now (negative: ahead), hours of that day, state, type."""

    started: int | None
    rich: bool
    growing: bool
    seats: int
    held: tuple[tuple[int, int, str, str], ...]


STATES = ("held", "held", "skipped", "scheduled", "no_show", "cancelled")
REVIEWS = st.tuples(
    st.integers(-20, 600), st.sampled_from((0, 11, 22, 23)), st.sampled_from(STATES), st.sampled_from(("qbr", "ebr", "call"))
)
PASTS = st.builds(
    Past,
    started=st.none() | st.integers(0, 700),
    rich=st.booleans(),
    growing=st.booleans(),
    seats=st.sampled_from((5, 50)),
    held=st.lists(REVIEWS, max_size=6, unique_by=lambda one: one[:2]).map(tuple),
)


def rows_of(id_: str, past: Past) -> list[Any]:
    seen = account(id_, past.started, arr=60_000.0 if past.rich else 1.0, stage="growth" if past.growing else "adoption", seats=past.seats)
    reviews = [review(id_, datetime.combine(DAY - ago * ONE, time(hour, 30), UTC), state, type_) for ago, hour, state, type_ in past.held]
    return [seen, *reviews]


def plainly(pasts: Sequence[Past], on: date) -> MonthEnd:
    """What the documentation says, account by account."""
    there = covered = 0
    for past in pasts:
        every = ({"qbr": 90} if past.rich else {}) | ({"ebr": 180} if past.growing else {})
        days: dict[str, list[date]] = {type_: [] for type_ in every}
        for ago, hour, state, type_ in past.held:
            day = datetime.combine(DAY - ago * ONE, time(hour, 30), UTC).astimezone(PRAGUE).date()
            if type_ in every and state in COUNTING and day <= on:
                days[type_].append(day)
        start = None if past.started is None else DAY - past.started * ONE
        if not every or (start > on if start else not any(days.values())):
            continue
        there += 1
        since = {type_: max(found) if found else start for type_, found in days.items()}
        covered += all(last is None or (on - last).days <= every[type_] for type_, last in since.items())
    return MonthEnd(on, there, covered)


@pytest.mark.parametrize("kept", ["sqlite_database", "postgres_database"])
@settings(max_examples=6, deadline=None, derandomize=True, database=None)
@given(pasts=st.lists(PASTS, min_size=1, max_size=40))
def test_what_the_database_counts_is_what_the_definition_says(
    pasts: list[Past], kept: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    database: Database = request.getfixturevalue(kept)
    rules = Book(database, tmp_path_factory.getbasetemp()).settings(BOTH)
    with Session(database.writer) as session:
        for number, past in enumerate(pasts):
            seen, *reviews = rows_of(f"a{number}", past)
            session.add(seen)
            session.flush()
            session.add_all(reviews)
        session.flush()
        cadences = cadences_of(session, rules, NOON)
        months, today = month_ends(session, cadences, rules), standings(session, cadences, rules.zone)
        signal = cadences.signals.catalogue["review.overdue"].expression
        prompted: dict[str, int | None] = dict(
            session.execute(select(Account.id, signal).select_from(cadences.signals.table).params(as_of=DAY)).all()
        )
        session.rollback()
    empty(database)  # for its ids: they are not given back
    assert months == [plainly(pasts, on) for on in last_ends(DAY)]
    assert {one.account_id for one in today} == {f"a{number}" for number, past in enumerate(pasts) if past.rich or past.growing}
    assert {one.account_id: one.overdue for one in today} == {one.account_id: prompted[one.account_id] or 0 for one in today}


# --- what is told


async def test_no_shows_are_counted_of_the_meetings_that_were_to_take_place(book: Book) -> None:
    await book.add(
        *(account("a"), account("b", owner_email=BEN, arr=1.0), account("c", owner_email=None)),
        Teammate(slack_id="U0BEN", email=BEN, name="Ben", read_at=NOON),
        *(review("a", 1, "no_show"), review("a", 80), review("a", 91, "no_show"), review("a", 2, "cancelled"), review("a", 3, "skipped")),
        *(review("b", 5, "no_show", "call"), review("a", 4, "scheduled"), review("b", -2, "scheduled"), review("b", -1, "scheduled")),
    )
    shown = await book.database.read(team, book.reader())
    assert shown.no_shows == m.NoShows(2, 3)
    assert [(line.person, line.coverage.accounts, line.no_shows) for line in shown.csms] == [
        (m.Person(email=ANN), 1, m.NoShows(1, 2)),
        (m.Person("U0BEN", "Ben", BEN), 0, m.NoShows(1, 1)),
        (None, 1, m.NoShows(0, 0)),
    ]
    assert [line.next_at for line in shown.csms] == [None, NOON + ONE, None]


async def test_the_next_four_weeks_stand_by_the_readers_clocks_with_who_answered(book: Book) -> None:
    late = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)  # Sunday evening in New York
    await book.add(account("a"), *(review("a", at, "scheduled") for at in (late, NOON + 27 * ONE, NOON + 29 * ONE, NOON - ONE)))
    answers = [
        ("m@a.example", "c1", "accepted"),
        ("j@a.example", "c2", "declined"),
        ("k@a.example", "c3", "needs-action"),
        ("o@o", "", "accepted"),
    ]
    await book.add(*(Participant(review_id=1, email=email, name="", contact_id=who, answer=said) for email, who, said in answers))
    await book.add(Participant(review_id=1, email="g@a.example", name="", contact_id="c4", answer="accepted", gone_at=NOON))
    first, second = (await book.database.read(team, book.reader())).planned
    assert (first.when, first.week, f"{second.at:%d %H:%M}") == ("Sun 22 Nov 22:30", date(2026, 11, 16), "15 06:00")
    assert (first.invited, first.accepted, first.declined) == (3, 1, 1)


async def test_what_is_overdue_stands_by_csm_the_oldest_first_and_a_csm_sees_the_own(book: Book) -> None:
    await book.add(
        *(account("a", 100), account("b", 120), account("c", 300, owner_email=BEN), account("d", 900, owner_email=None)),
        *(account(f"e{number}", 95, owner_email=BEN) for number in range(m.ReviewsOverdue.PAGE_SIZE)),
    )
    reader = book.reader()
    first, second = await book.database.read(overdue, reader), await book.database.read(overdue, reader, 2)
    ids = [line.account.id for line in (*first.lines, *second.lines)]
    assert (first.total, first.pages, second.page) == (len(ids), 2, 2)
    assert (ids[0], ids[-3:]) == ("c", ["b", "a", "d"])
    assert (first.lines[0].due_in, first.lines[0].type, first.lines[0].arr) == (-210, "qbr", m.Money(60_000))
    assert (await book.database.read(overdue, reader, 99)).page == 2
    own = await book.database.read(overdue, book.reader(email=BEN.upper(), manager=False))
    assert (own.own, own.total) == (True, 1 + m.ReviewsOverdue.PAGE_SIZE)
    hers = await book.database.read(mine, book.reader(), m.Feed())
    assert ([line.account.id for line in hers.due], hers.coverage) == (["b", "a"], m.Coverage(2, 0))


@on_sqlite
async def test_money_is_for_those_who_look_after_the_account(book: Book) -> None:
    await book.add(account("a", 100), account("b", 100, owner_email=BEN))
    private = BOTH + "roles: {money: owners}\n"
    own = await book.database.read(overdue, book.reader(private, manager=False))
    assert [line.arr for line in own.lines] == [m.Money(60_000)]
    assert [line.arr for line in (await book.database.read(overdue, book.reader(private))).lines] == [m.Money(60_000)] * 2


def test_the_chart_tells_its_months_in_words() -> None:
    facts = [m.MonthFact(date(2025, 12, 31), 1, 1.0), m.MonthFact(date(2026, 1, 31), 1200, 0.344), m.MonthFact(date(2026, 2, 28), 0, None)]
    chart = coverage_chart(facts)
    assert (
        chart.alt == "Coverage by month: Dec 2025 100 % (1 account); Jan 2026 34 % (1,200 accounts); Feb 2026 too few to say (0 accounts)."
    )
    assert [point.short for point in chart.points] == ["Dec\n2025", "Jan\n2026", "Feb"]
