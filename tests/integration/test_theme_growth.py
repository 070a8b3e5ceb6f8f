"""Themes: marks, what grows, what comes back; told once, whatever happens in between."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.errors import AlreadyDone, Refused
from bot.feedback.growth import Counts, counts_of, follow_themes, tell_growth, theme_aftermath, to_tell
from bot.feedback.theme_card import theme_composer
from bot.feedback.themes import Marking, close_theme, every_theme, known_texts, mark, open_again
from bot.settings import Settings, load_settings
from models import Account, Dispatch, OutboxMessage, Response, Theme, ThemeMark, Trace
from models.queries import themes_of
from tests.conftest import on_sqlite
from tests.integration.answers import account, answer
from tests.integration.crashing import Crash, Dying

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
ANNA, BEN = "U0ANNA", "U0BEN"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "staysail.yml"
    file.write_text(
        "channels: {alerts: '#cs-alerts', managers: '#cs-leads'}\n"
        "workspace: {business_hours: 'Mon-Sun 00:00-24:00'}\n"
        "crm: {url: 'sqlite:///nothing.db', accounts: 'SELECT id, name FROM accounts'}\n"
        "surveys: {themes: {Reports: [The monthly report is late], ' Price ': [Too expensive]}}\n"
    )
    return load_settings(file, {})


class Desk:
    """Answers, and what a person says that they are about."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings, self._answers = database, settings, 0

    async def run(self, work: Any, *args: Any) -> Any:
        return await self.database.run(work, *args)

    async def answers(self, *days: float, name: str = "Reports", **more: Any) -> list[str]:
        """Answers of so many days ago, all marked with the theme."""
        made = []
        for age in days:
            self._answers += 1
            values = {"account_id": "acme", "comment": f"Report {self._answers} is late"} | more
            row = answer(values.pop("account_id"), 3, ago(age), self._answers, **values)
            made.append(await self.run(_store, row))
            await self.mark(made[-1], name)
        return made

    async def mark(self, response: str, *names: str, now: datetime = NOW, **more: Any) -> bool:
        return bool(await self.run(mark, Marking(response, names, **more), ANNA, now))

    async def theme(self, name: str = "Reports") -> Theme:
        found: Theme = await self.run(lambda session: session.scalars(select(Theme).where(Theme.name == name)).one())
        return found

    async def follow(self, now: datetime = NOW) -> int:
        return await follow_themes(self.database, self.settings, now)

    async def cards(self) -> list[Dispatch]:
        return await self.database.read(lambda s: list(s.scalars(select(Dispatch).where(Dispatch.kind == "theme").order_by(Dispatch.id))))

    async def shown(self, card: Dispatch) -> Any:
        return (await self.database.read(theme_composer(self.settings.zone), [card.id]))[card.id]

    async def post(self) -> None:
        """Every card stands in Slack."""
        await self.run(_post)


def _store(session: Session, response: Response) -> str:
    if response.account_id and session.get(Account, response.account_id) is None:
        session.add(account(response.account_id, NOW, arr=48_000, currency="EUR"))
        session.flush()
    session.add(response)
    return response.id


def _post(session: Session) -> None:
    for row in session.scalars(select(OutboxMessage)):
        row.ts, row.channel_id, row.shown_version = "1.2", "C0LEADS", row.wanted_version


@pytest.fixture
def desk(database: Database, settings: Settings) -> Desk:
    return Desk(database, settings)


# --- marks


@on_sqlite
async def test_a_mark_is_written_once_and_taken_away_when_unticked(desk: Desk) -> None:
    (first,) = await desk.answers(1)
    assert not await desk.mark(first, "Reports", "REPORTS ", shown=[(await desk.theme()).id]), "the same again is nothing new"
    assert await desk.mark(first, "Speed", shown=[(await desk.theme()).id], suggested=["speed"])
    assert await desk.run(themes_of, [first, "other"]) == {first: ["Speed"]}
    marks = await desk.database.read(lambda session: [(one.by, one.suggested) for one in session.scalars(select(ThemeMark))])
    assert marks == [(ANNA, True)]
    traces = await desk.database.read(
        lambda s: [t.detail["themes"] for t in s.scalars(select(Trace).where(Trace.what == "themed").order_by(Trace.id))]
    )
    assert traces == [["Reports"], ["Speed"]]


@on_sqlite
async def test_what_somebody_else_has_marked_meanwhile_stays(desk: Desk) -> None:
    (first,) = await desk.answers(1)
    assert await desk.mark(first, "Price", shown=())
    assert await desk.run(themes_of, [first]) == {first: ["Price", "Reports"]}


async def test_a_new_theme_takes_the_name_of_one_that_is_there(desk: Desk) -> None:
    (first,) = await desk.answers(1, name="Отчёты")
    assert await desk.mark(first, new="  speed\u202e of  reports ")
    await desk.mark(first, "отчёты", new="SPEED OF REPORTS")
    await desk.mark(first, new="PRICE", named=desk.settings.surveys.themes)
    assert (await desk.theme("Price")).created_by == ANNA, "as settings write it"
    await desk.mark(first, shown=[(await desk.theme("Price")).id])
    assert [theme.name for theme in await desk.run(lambda s: list(s.scalars(select(Theme).order_by(Theme.id))))] == [
        "Отчёты",
        "speed of reports",
        "Price",
    ]
    assert not await desk.mark(first, new=" \u200b ")
    await desk.mark(first, new="x" * 99)
    assert (await desk.theme("x" * 59 + "…")).created_by == ANNA


@on_sqlite
async def test_an_answer_that_is_gone_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused):
        await desk.mark("nothing", "Reports")


@on_sqlite
async def test_themes_of_the_settings_are_known_without_a_row(desk: Desk) -> None:
    examples = desk.settings.surveys.themes
    assert [(name, theme is None) for name, theme in await desk.run(every_theme, examples)] == [("Price", True), ("Reports", True)]
    first, *_ = await desk.answers(2, 1, name="reports")
    known = await desk.run(known_texts, examples, first)
    assert known == {"Price": ["Too expensive"], "reports": ["The monthly report is late", "Report 2 is late"]}


# --- growth


@pytest.mark.parametrize(
    ("recent", "before", "grows"),
    [(2, 0, False), (3, 0, True), (3, 1, True), (3, 2, False), (4, 2, True), (5, 3, False), (0, 0, False)],
)
def test_a_theme_grows_from_three_answers_and_twice_as_many(recent: int, before: int, grows: bool) -> None:
    assert Counts(recent, before).grow is grows


async def test_the_months_end_to_the_moment(desk: Desk) -> None:
    second = 1 / 86400
    await desk.answers(0, 30 - second, 30, 60 - second, 60)
    theme = await desk.theme()
    assert await desk.run(counts_of, [theme.id], NOW) == {theme.id: Counts(2, 2)}


@on_sqlite
async def test_a_theme_that_grows_is_told_once_in_a_month(desk: Desk) -> None:
    await desk.answers(1, 2)
    assert await desk.follow() == 0
    await desk.answers(3)
    assert await desk.follow() == 1
    assert (await desk.theme()).told_at == NOW
    await desk.answers(0, 0)
    for days in (0, 1, 29):
        assert await desk.follow(NOW + timedelta(days=days)) == 0
    assert len(await desk.cards()) == 1


@on_sqlite
async def test_it_is_told_again_when_it_still_grows_after_a_month_and_the_card_before_says_so(desk: Desk) -> None:
    await desk.answers(1, 2, 3)
    assert await desk.follow() == 1
    await desk.post()
    later = NOW + timedelta(days=31)
    for number in range(8):
        row = answer("acme", 2, later - timedelta(days=number), 100 + number)
        await desk.mark(await desk.run(_store, row), "Reports", now=later)
    assert await desk.follow(later) == 1
    first, second = await desk.cards()
    assert (first.content["followed_at"], "followed_at" in second.content) == (later.isoformat(), False)
    assert "there is a newer card" in str((await desk.shown(first)).message.blocks)


@on_sqlite
async def test_without_a_channel_of_the_managers_it_comes_where_alerts_do(desk: Desk) -> None:
    desk.settings = replace(desk.settings, channels=desk.settings.channels.model_copy(update={"managers": None}))
    await desk.answers(1, 2, 3)
    await desk.follow()
    assert [card.recipient for card in await desk.cards()] == ["#cs-alerts"]


@on_sqlite
async def test_growth_comes_with_time_alone(desk: Desk) -> None:
    await desk.answers(1, 2, 3, 59, 58)
    assert await desk.follow() == 0
    assert await desk.follow(NOW + timedelta(days=3)) == 1


async def test_a_closed_theme_does_not_grow_but_comes_back(desk: Desk) -> None:
    await desk.answers(3, 4, 5)
    theme = await desk.theme()
    await desk.run(close_theme, theme.id, BEN, "Made it quicker", ago(2))
    assert await desk.follow() == 0
    await desk.answers(4)
    assert await desk.follow() == 0, "older than the closing"
    await desk.answers(1, comment="Late again")
    assert await desk.follow() == 1
    assert await desk.follow() == 0
    theme = await desk.theme()
    assert (theme.closed_at, theme.told_at) == (None, NOW)
    (card,) = await desk.cards()
    read = str((await desk.shown(card)).message.blocks)
    assert "is back: 1 answer since it was closed" in read
    assert "Made it quicker" in read
    assert "Late again" in read


@on_sqlite
async def test_a_theme_that_comes_back_within_the_month_has_a_new_card(desk: Desk) -> None:
    await desk.answers(3, 4, 5)
    assert await desk.follow(ago(2.5)) == 1
    await desk.post()
    await desk.run(close_theme, (await desk.theme()).id, BEN, "Made it quicker", ago(2))
    await desk.answers(1)
    assert await desk.follow() == 1
    first, second = await desk.cards()
    assert [one.content["why"] for one in (first, second)] == ["grows", "returned"]
    assert first.content["closed"]["done"] == "Made it quicker", "it stays closed as it was"


@on_sqlite
async def test_closing_twice(desk: Desk) -> None:
    await desk.answers(1)
    theme = await desk.theme()
    for _ in range(2):
        await desk.run(close_theme, theme.id, BEN, "Done", NOW)
    with pytest.raises(AlreadyDone):
        await desk.run(close_theme, theme.id, ANNA, "Done", NOW)
    for _ in range(2):
        await desk.run(open_again, theme.id, ANNA, NOW)
    what = await desk.database.read(lambda s: [t.what for t in s.scalars(select(Trace).order_by(Trace.id)) if "theme_" in t.what])
    assert what == ["theme_closed", "theme_opened"]


# --- the card


@on_sqlite
async def test_marks_change_the_card_that_stands(desk: Desk) -> None:
    ids = await desk.answers(1, 2, 3)
    await desk.follow()
    await desk.post()
    theme = await desk.theme()
    await desk.answers(0)
    (card,) = await desk.cards()
    assert "4 answers in the last 30 days" in str((await desk.shown(card)).message.blocks)
    (row,) = await desk.database.read(lambda session: list(session.scalars(select(OutboxMessage))))
    assert row.wanted_version == card.version > row.shown_version
    for response in ids:
        await desk.mark(response, shown=[theme.id])
    (card,) = await desk.cards()
    read = str((await desk.shown(card)).message.blocks)
    assert "1 answer in the last 30 days, 0 in the 30 before" in read
    assert "Report 1 is late" not in read


async def test_a_card_that_is_moot_before_it_leaves_is_not_sent_and_the_theme_counts_as_not_told(desk: Desk) -> None:
    (first, *_) = await desk.answers(1, 2, 3)
    await desk.follow()
    theme = await desk.theme()
    await desk.mark(first, shown=[theme.id])
    (card,) = await desk.cards()
    withheld = await desk.shown(card)
    assert withheld.why == "its answers were unmarked"
    await desk.run(theme_aftermath(), card.id, "withheld", withheld.why)
    assert (await desk.theme()).told_at is None
    await desk.mark(first, "Reports")
    assert await desk.follow() == 1
    assert len(await desk.cards()) == 2
    rows = await desk.database.read(lambda session: list(session.scalars(select(OutboxMessage.dedup_key))))
    assert len(rows) == 2


@on_sqlite
async def test_a_return_that_is_moot_leaves_the_theme_closed(desk: Desk) -> None:
    await desk.answers(5)
    await desk.run(close_theme, (await desk.theme()).id, BEN, "Made it quicker", ago(2))
    (late,) = await desk.answers(1)
    assert await desk.follow() == 1
    await desk.mark(late, shown=[(await desk.theme()).id])
    (card,) = await desk.cards()
    await desk.run(theme_aftermath(), card.id, "withheld", (await desk.shown(card)).why)
    theme = await desk.theme()
    assert (theme.closed_at, theme.closed_by, theme.done, theme.told_at) == (ago(2), BEN, "Made it quicker", None)
    assert await desk.follow() == 0


@on_sqlite
async def test_a_theme_that_was_closed_before_its_card_left_tells_nothing(desk: Desk) -> None:
    await desk.answers(1, 2, 3)
    await desk.follow()
    await desk.run(close_theme, (await desk.theme()).id, BEN, "Done", NOW)
    (card,) = await desk.cards()
    assert (await desk.shown(card)).why == "the theme was closed meanwhile"


@on_sqlite
async def test_anonymous_answers_are_quoted_only_when_they_are_not_a_few(desk: Desk) -> None:
    anonymous = {"account_id": None, "anonymous": True, "survey": "pulse", "comment": "Nobody answers"}
    await desk.answers(1, 2, 3, 4, **anonymous)
    await desk.follow()
    (card,) = await desk.cards()
    read = str((await desk.shown(card)).message.blocks)
    assert "Nobody answers" not in read
    assert "4 answers in the last 30 days" in read
    await desk.answers(5, **anonymous)
    read = str((await desk.shown((await desk.cards())[0])).message.blocks)
    assert "An anonymous answer" in read


@on_sqlite
async def test_segments_are_those_of_the_answers_and_none_of_anonymous_ones(desk: Desk) -> None:
    await desk.answers(1, 2, groups=["segment:enterprise", "stage:growth"])
    await desk.answers(3, groups=["segment:new"])
    await desk.answers(4, groups=["segment:secret"], account_id=None, anonymous=True, survey="pulse")
    await desk.follow()
    read = str((await desk.shown((await desk.cards())[0])).message.blocks)
    assert "By segment: enterprise 2, new 1" in read
    assert "secret" not in read
    assert "(3 times, €48,000)" in read


# --- told once


@pytest.fixture
def other(database: Database, request: pytest.FixtureRequest) -> Iterator[Database]:
    found = Database(database.url.render_as_string(hide_password=False))
    yield found
    found.close()


async def test_two_processes_tell_once(desk: Desk, other: Database) -> None:
    await desk.answers(1, 2, 3)
    told = await asyncio.gather(*(one.run(tell_growth, desk.settings, NOW) for one in (desk.database, other)))
    assert sorted(told) == [0, 1]
    assert len(await desk.cards()) == 1


async def test_a_process_that_dies_after_any_statement_has_told_nothing_or_all(desk: Desk) -> None:
    await desk.answers(1, 2, 3)
    await desk.answers(5, name="Price")
    await desk.run(close_theme, (await desk.theme("Price")).id, BEN, "Cheaper", ago(4))
    await desk.answers(1, name="Price")
    deaths = 0
    with Dying(desk.database).listening() as dying:
        for after in range(1, 99):
            dying.left = after
            try:
                await desk.run(tell_growth, desk.settings, NOW)
            except Crash:
                deaths += 1
                dying.left = None
                assert await desk.cards() == []
            else:
                break
        dying.left = None
    assert deaths > 5
    assert await desk.follow() == 0
    cards = await desk.cards()
    assert sorted(card.content["why"] for card in cards) == ["grows", "returned"]
    assert len({card.key for card in cards}) == 2


@on_sqlite
async def test_nothing_to_tell_costs_three_short_questions(desk: Desk) -> None:
    counted: list[str] = []
    await desk.answers(1)

    def count(*found: Any) -> None:
        counted.append(found[2])

    event.listen(desk.database.reader, "before_cursor_execute", count)
    try:
        assert await desk.database.read(to_tell, NOW) == []
    finally:
        event.remove(desk.database.reader, "before_cursor_execute", count)
    assert len([one for one in counted if one.lstrip().upper().startswith("SELECT")]) == 3
