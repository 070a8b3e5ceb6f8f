"""What `/stay survey` tells, counted from the tables: on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from bot.database import Database
from bot.feedback.groups import anonymous_groups, groups_of
from bot.feedback.report import Reader, known_surveys, survey_list, survey_report, trend_chart
from bot.messages import catalog as m
from bot.settings import Settings, load_settings
from bot.surveys.library import load_surveys
from bot.surveys.shelf import keep
from bot.surveys.survey import Kind, band_of
from bot.team.roles import Actor, Role
from models import Contact, Invitation, Response, Teammate, Theme, ThemeMark
from tests.conftest import on_sqlite
from tests.integration.answers import account, answer, answers, asked

NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)
ONE = timedelta(days=1)
ANN, BEN = "ann@ours.example", "ben@ours.example"
SETTINGS = """\
channels: {alerts: "#cs-alerts"}
crm: {url: "sqlite:///crm.db", accounts: "SELECT 1"}
workspace: {timezone: Europe/Prague}
segments: {big: arr > 100, new-customers: account_days < 30}
"""
ANONYMOUS = """\
survey: pulse
version: 1
about: A pulse without names
kind: nps
anonymous: true
words:
  en: {question: "How is it?", low: Bad, high: Good}
"""
NEITHER: list[str] = []


class Books:
    """Answers, and who asks about them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self._folder = database, folder

    async def open(self, *rows: Any) -> None:
        (self._folder / "surveys").mkdir()
        (self._folder / "surveys" / "pulse.yml").write_text(ANONYMOUS)
        await self.database.run(keep, load_surveys(self._folder / "surveys"), NOON)
        await self.database.run(
            Session.add_all, [account("a", NOON, owner_email=ANN, arr=500.0), account("b", NOON, owner_email=BEN, arr=1.0)]
        )
        await self.add(*rows)

    async def add(self, *rows: Any) -> None:
        await self.database.run(Session.add_all, rows)

    def settings(self, more: str = "", big: str = "arr > 100") -> Settings:
        file = self._folder / "staysail.yml"
        file.write_text(SETTINGS.replace("arr > 100", big) + more)
        return load_settings(file, {})

    def reader(self, email: str = ANN, manager: bool = False, more: str = "") -> Reader:
        roles = {Role.CSM, Role.MANAGER} if manager else {Role.CSM}
        return Reader(Actor("U0ANN", email, "Ann", None, frozenset(roles)), self.settings(more), NOON)

    async def report(self, name: str = "nps", segment: str | None = None, **of: Any) -> m.SurveyReport:
        return await self.database.read(_report, name, segment, self.reader(**of))


def _report(session: Session, name: str, segment: str | None, reader: Reader) -> m.SurveyReport:
    return survey_report(session, known_surveys(session)[name], segment, reader)


@pytest.fixture
def books(database: Database, tmp_path: Path) -> Books:
    return Books(database, tmp_path)


async def test_the_figure_is_that_of_the_last_twelve_months_and_the_line_goes_further_back(books: Books) -> None:
    await books.open(
        *answers("a", [10] * 8 + [8] * 2 + [0] * 2, NOON - 40 * ONE, 0),
        *answers("a", [0] * 30, NOON - 400 * ONE, 100),
        *answers("a", [5], NOON - 365 * ONE, 200),
        *answers("a", [5], NOON + ONE, 300),  # nobody has given it yet
    )
    report = await books.report()
    assert (report.figure.count, report.figure.value) == (13, pytest.approx(100 * (8 - 3) / 13))
    assert [(one.name, one.figure.count, one.figure.value) for one in report.quarters] == [
        ("Q4 2025", 31, -100.0),
        ("Q4 2026", 12, pytest.approx(50.0)),
    ]
    assert trend_chart(report).alt.startswith("nps by quarter: Q4 2025 −100 (")


async def test_a_day_belongs_to_the_quarter_that_it_is_in_where_the_workspace_is(books: Books) -> None:
    """22:30 UTC of the 30th of September is October in Prague."""
    at = datetime(2026, 9, 30, 22, 30, tzinfo=UTC)
    await books.open(*answers("a", [9], at, 0), *answers("a", [9], at - timedelta(hours=1), 10))
    assert [(one.name, one.figure.count) for one in (await books.report()).quarters] == [("Q3 2026", 1), ("Q4 2026", 1)]


async def test_under_ten_answers_nothing_is_said_but_how_many_they_are(books: Books) -> None:
    await books.open(*answers("a", [10] * 9, NOON - ONE, 0))
    report = await books.report()
    assert report.figure == m.SurveyFigure("nps", 9)
    assert not trend_chart(report).known


@on_sqlite
async def test_whoever_was_asked_is_counted_and_whoever_was_not_with_the_reason(books: Books) -> None:
    day = NOON - 10 * ONE
    await books.open(
        *(asked("a", f"p{at}", day, answered=at < 3) for at in range(5)),
        asked("a", "old", NOON - 60 * ONE),  # expired
        asked("a", "older", NOON - 400 * ONE, answered=True),  # not of these twelve months
        asked("a", "soon", NOON + ONE, wave="w"),
        asked("b", "gone", day, state="unsent"),
        *(asked("b", f"h{at}", day, state="held", held="asked_lately") for at in range(2)),
        asked("b", "h9", day, state="held", held="no_address"),
    )
    expected = m.AskedFacts(6, 3, 2, 1, 1, (m.HeldCount("asked_lately", 2), m.HeldCount("no_address", 1)))
    assert (await books.report()).asked == expected
    assert (await books.report(segment="big")).asked == m.AskedFacts(6, 3, 2, 1)


async def test_answers_count_in_the_groups_that_they_came_with(books: Books) -> None:
    big, both = ["segment:big", f"csm:{ANN}"], ["segment:big", "segment:new-customers", f"csm:{BEN}"]
    await books.open(
        *answers("a", [10] * 10, NOON - ONE, 0, groups=big),
        *answers("b", [0] * 5 + [10] * 5, NOON - ONE, 50, groups=both),
        *answers("b", [0] * 3, NOON - ONE, 90, groups=NEITHER),
        Teammate(slack_id="U0BEN", email=BEN, name="Ben", is_guest=False, is_foreign=False, is_active=True, groups=[], read_at=NOON),
    )
    report = await books.report(manager=True)
    assert report.segments
    assert report.csms
    assert [(one.name, one.figure.count, one.figure.value) for one in report.segments.groups] == [
        ("big", 20, 50.0),
        ("new-customers", 10, 0.0),
    ]
    assert [(one.name, one.person) for one in report.csms.groups] == [
        (ANN, m.Person(email=ANN)),
        (BEN, m.Person("U0BEN", "Ben", BEN)),
    ]
    narrow = await books.report(segment="new-customers", manager=True)
    assert (narrow.figure.count, narrow.figure.value, narrow.segments) == (10, 0.0, None)
    assert narrow.csms
    assert [one.name for one in narrow.csms.groups] == [BEN]
    assert (await books.report()).csms is None, "only managers see the team"


async def test_themes_and_loops(books: Books) -> None:
    def closed(number: int, days: int) -> Response:
        return answer("a", 2, NOON - 30 * ONE, number, closed_at=NOON - 30 * ONE + days * ONE, closed_by="U0ANN", agreed="A call")

    await books.open(closed(1, 1), closed(2, 2), closed(3, 9), answer("a", 3, NOON - ONE, 4), answer("a", 9, NOON - ONE, 5))
    await books.add(*(Theme(id=at, name=name, created_at=NOON, created_by="U0ANN") for at, name in ((1, "Billing"), (2, "Exports"))))
    marks = [("r1", 1), ("r2", 1), ("r5", 1), ("r5", 2)]
    await books.add(*(ThemeMark(response_id=response, theme_id=theme, by="U0ANN", at=NOON) for response, theme in marks))
    report = await books.report()
    assert report.loops == m.LoopFacts(low=4, closed=3, days=2.0)
    assert report.themes == (m.ThemeCount("Billing", 3, 2), m.ThemeCount("Exports", 1, 0))


@on_sqlite
async def test_words_are_for_those_who_may_read_them(books: Books) -> None:
    await books.open(
        answer("a", 2, NOON - 2 * ONE, 1, comment="Slow", contact_id="c1"),
        answer("b", 9, NOON - ONE, 2, comment="Fine"),
        *(answer("a", 9, NOON - (9 + at) * ONE, 10 + at, comment=f"Older {at}") for at in range(3)),
        answer("a", 9, NOON, 3),
        Contact(id="c1", account_id="a", name="Cy", polled_at=NOON),
    )
    everybody = [(one.text, one.who, one.account and one.account.id) for one in (await books.report()).quotes]
    assert everybody == [("Fine", "", "b"), ("Slow", "Cy", "a"), ("Older 0", "", "a")]
    owners = "roles: {money: owners}\n"
    assert [one.text for one in (await books.report(email=BEN, more=owners)).quotes] == ["Fine"]
    assert (await books.report(email="wei@ours.example", more=owners)).quotes == ()
    assert len((await books.report(email=BEN, manager=True, more=owners)).quotes) == 3


def nameless(scores: list[int], first: int, groups: list[str], **more: Any) -> list[Response]:
    return answers(None, scores, NOON - ONE, first, survey="pulse", anonymous=True, groups=groups, comment="Hm", **more)


async def test_of_four_anonymous_answers_nothing_is_told(books: Books) -> None:
    await books.open(
        *nameless([10] * 4, 0, ["segment:big"]), *(asked("a", f"p{at}", NOON - ONE, survey="pulse", answered=True) for at in range(4))
    )
    report = await books.report("pulse", manager=True)
    assert report.withheld
    assert report.figure.count == 0
    assert (report.quarters, report.segments, report.csms, report.themes, report.loops, report.quotes) == ((), None, None, (), None, ())
    assert report.asked.answered == 4


async def test_an_anonymous_group_is_told_only_when_it_and_the_rest_are_large_enough(books: Books) -> None:
    await books.open(
        *nameless([10] * 12, 0, ["segment:big", f"csm:{ANN}"]),
        *nameless([0] * 6, 50, ["segment:new-customers", f"csm:{BEN}"]),
        *nameless([0] * 3, 90, ["csm:cy@ours.example"]),
    )
    report = await books.report("pulse", manager=True)
    assert report.segments
    assert report.csms
    assert [one.name for one in report.segments.groups] == ["big", "new-customers"]
    assert not report.segments.hidden
    assert [one.name for one in report.csms.groups] == [ANN], "with Ben's told, the three of Cy could be reckoned"
    assert report.csms.hidden
    assert len(report.quotes) == 3
    assert all(one.account is None and not one.who for one in report.quotes)
    narrow = await books.report("pulse", segment="big", manager=True)
    assert (narrow.figure.count, narrow.withheld) == (12, False)
    assert (narrow.csms, narrow.themes, narrow.quotes) == (None, (), ())
    await books.add(*nameless([0] * 2, 200, ["segment:small"]))
    assert (await books.report("pulse", manager=True)).segments.hidden  # type: ignore[union-attr]


async def test_an_anonymous_segment_of_few_or_of_nearly_all_is_withheld(books: Books) -> None:
    await books.open(*nameless([10] * 9, 0, ["segment:big"]), *nameless([10] * 3, 50, ["segment:new-customers"]))
    for segment in ("big", "new-customers"):
        report = await books.report("pulse", segment=segment)
        assert report.withheld
        assert report.asked == m.AskedFacts()


async def test_the_list_names_every_survey(books: Books) -> None:
    await books.open(*answers("a", [9] * 12, NOON - 3 * ONE, 0), *nameless([3] * 2, 50, NEITHER))
    shown = await books.database.read(survey_list, books.reader())
    lines = {line.name: line for line in shown.lines}
    assert shown.lines[0].name == "nps"
    assert (lines["nps"].figure.value, lines["nps"].last_on) == (100.0, date(2026, 11, 15))
    assert (lines["pulse"].figure, lines["pulse"].anonymous) == (m.SurveyFigure("nps", 2), True)
    assert lines["csat-onboarding"].figure == m.SurveyFigure("csat", 0)
    assert shown.since == date(2025, 11, 18)


async def test_groups_are_those_of_the_moment(books: Books) -> None:
    await books.open(account("c", NOON, stage="trial", owner_email="Ann@Ours.example", arr=200.0, started_on=date(2026, 11, 1)))
    found = await books.database.read(groups_of, "c", books.settings(), NOON)
    assert found == ["segment:big", "segment:new-customers", "stage:trial", f"csm:{ANN}"]
    assert await books.database.read(groups_of, "nobody", books.settings(), NOON) == []
    broken = books.settings(big="a_column_that_left > 1")
    assert await books.database.read(groups_of, "c", broken, NOON) == ["segment:new-customers", "stage:trial", f"csm:{ANN}"], (
        "only the broken segment is left out"
    )


async def test_an_anonymous_answer_keeps_only_groups_that_many_were_asked_in(books: Books) -> None:
    """Five in each of two groups, but only four in both: the second is left out."""
    await books.open(
        *(account(f"x{at}", NOON, arr=500.0, stage="growth" if at < 4 else "trial") for at in range(5)),
        account("y", NOON, arr=1.0, stage="growth"),
    )
    day = NOON - 50 * ONE
    await books.add(*(asked(f"x{at}", "p", day, survey="pulse") for at in range(5)), asked("y", "p", day, survey="pulse"))
    await books.add(asked("x1", "late", NOON - 93 * ONE, survey="pulse"), asked("x1", "held", day, survey="pulse", state="held"))
    first = Invitation(survey="pulse", account_id="x1")
    assert await books.database.read(anonymous_groups, first, books.settings(), NOON) == ["segment:big"]
    await books.add(asked("x2", "other", NOON - 92 * ONE + timedelta(hours=1), survey="pulse"))
    assert await books.database.read(anonymous_groups, first, books.settings(), NOON) == ["segment:big", "stage:growth"]
    assert await books.database.read(anonymous_groups, Invitation(survey="nps", account_id="x1"), books.settings(), NOON) == []


MANY = 3_000


def many(session: Session, count: int) -> None:
    """Answers over two years, of fifty CSMs and five stages."""
    common = {"survey": "nps", "version": 1, "kind": "nps", "account_id": "a", "contact_id": "", "language": "en", "versions": 1}
    session.execute(insert(Response), [common | one(at, count) for at in range(count)])


def one(at: int, of: int) -> dict[str, Any]:
    score = at * 7 % 11
    return {
        "id": f"m{at}",
        "voter": f"m:{at}",
        "anonymous": False,
        "score": score,
        "band": band_of(Kind.NPS, score).value,
        "comment": "Words" if at % 3 else "",
        "at": NOON - timedelta(hours=at * 17_000 / of),
        "changed_at": NOON,
        "groups": ["segment:big", f"csm:c{at % 50}", f"stage:s{at % 5}"],
    }


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = database.reader
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@on_sqlite
async def test_many_answers_are_counted_by_a_few_statements(books: Books) -> None:
    await books.open()
    await books.database.run(many, MANY)
    with statements(books.database) as seen:
        report = await books.report(manager=True)
    assert report.figure.count > 1000
    assert len(report.quarters) == 8
    assert report.csms
    assert (len(report.csms.groups), report.csms.more) == (8, 42)
    assert len([one for one in seen if one.lstrip().upper().startswith("SELECT")]) <= 12
    assert not [one for one in seen if "responses.comment" in one and "LIMIT" not in one], "the answers themselves stay where they are"
