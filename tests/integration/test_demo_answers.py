"""The demo's earlier answers: enough for a report, the same at every start, and in nobody's way."""

import asyncio
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.demo_answers import WATCHED, add_answers
from bot.demo_voices import comments
from bot.feedback.growth import to_tell
from bot.feedback.report import Reader, known_surveys, survey_report
from bot.sandbox.company import build_company, settings_yaml
from bot.settings import Settings, load_settings
from bot.sources import sweep_of
from bot.surveys.survey import Kind
from bot.surveys.throttle import Question, rest
from bot.team.roles import Actor, Role
from jobs.report import Report
from models import Account, Alert, Event, Invitation, OutboxMessage, Response, ThemeMark

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("demo")
    build_company(folder, NOW.date())
    file = folder / "staysail.yml"
    file.write_text(settings_yaml(folder, "smtp://127.0.0.1:1"))
    return load_settings(file, {})


@pytest.fixture(scope="module")
def past(settings: Settings, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Database]:
    """A demo with its earlier answers: nothing here adds to them."""
    file = tmp_path_factory.mktemp("past") / "staysail.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    asyncio.run(remember(database, settings))
    yield database
    database.close()


async def remember(database: Database, settings: Settings) -> int:
    await sweep_of(settings, database, lambda: NOW).poll(Report(), NOW)
    return await database.run(add_answers, settings, NOW)


async def rows(database: Database, table: Any) -> list[Any]:
    return await database.read(lambda session: list(session.scalars(select(table))))


async def test_a_year_of_answers_is_there_once(past: Database, settings: Settings) -> None:
    first = {(one.id, one.score, one.at) for one in await rows(past, Response)}
    assert 150 <= len(first) <= 250
    assert await remember(past, settings) == 0
    assert {(one.id, one.score, one.at) for one in await rows(past, Response)} == first
    assert all(NOW - timedelta(days=366) < one.at < NOW for one in await rows(past, Response))
    for table in (Alert, Event, OutboxMessage):
        assert not await rows(past, table), "nothing follows from what is long past"
    assert await past.read(to_tell, NOW) == []
    assert {one.theme_id for one in await rows(past, ThemeMark)} >= {1, 2, 3}


async def test_it_makes_a_real_report(past: Database, settings: Settings) -> None:
    reader = Reader(Actor("U0HELENA", "lead@ours.example", "Helena", None, frozenset({Role.CSM, Role.MANAGER})), settings, NOW)

    def nps(session: Session) -> Any:
        return survey_report(session, known_surveys(session)["nps"], None, reader)

    report = await past.read(nps)
    assert report.figure.value is not None
    assert sum(quarter.figure.value is not None for quarter in report.quarters) >= 4
    assert 0.4 < report.asked.answered / report.asked.asked < 0.8
    assert report.asked.open == 0
    assert 0 < report.loops.closed <= report.loops.low
    assert len(report.themes) >= 3
    assert len(report.csms.groups) >= 5
    assert len(report.quotes) == 3


async def test_whoever_is_watched_can_be_asked_at_once(past: Database, settings: Settings) -> None:
    owners = {account.id: account.owner_email for account in await rows(past, Account)}
    asked = defaultdict(list)
    for one in await rows(past, Invitation):
        if one.state == "asked":
            asked[one.account_id, one.person].append(Question(one.survey, Kind(one.kind), one.relational, one.asked_at))
    assert len(asked) > 50
    for (account_id, _), questions in asked.items():
        before = sorted(questions, key=lambda question: question.at)
        for at, one in enumerate(before):
            assert rest(one, before[:at], settings.surveys) is None, "nor was anybody asked too often"
        if owners[account_id] in WATCHED:
            for kind, relational in ((Kind.NPS, True), (Kind.CSAT, False), (Kind.CES, False)):
                assert rest(Question("new", kind, relational, NOW), before, settings.surveys) is None


def test_comments_are_told_for_every_band_and_language() -> None:
    assert {one.language for one in comments()} == {"en", "cs", "ru"}
    for language in ("en", "cs", "ru"):
        assert {one.band for one in comments() if one.language == language} == {"low", "middle", "high"}
