"""What people answered, as signals of their account: on both databases."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.database import Database
from bot.playbooks.condition import compile_condition
from bot.playbooks.known import known_signals
from bot.settings import load_settings
from models import Account, Alert, Play
from tests.integration.answers import account, answer, asked

DAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 10, tzinfo=UTC)
ONE = timedelta(days=1)
SETTINGS = 'channels: {alerts: "#cs-alerts"}\ncrm: {url: "sqlite:///crm.db", accounts: "SELECT 1"}\nworkspace: {timezone: Europe/Prague}\n'


class Signalled:
    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        file = folder / "staysail.yml"
        file.write_text(SETTINGS + "segments:\n  unhappy: nps.last <= 6 OR csat.avg_90d < 3\n")
        self._settings = load_settings(file, {})

    async def add(self, *rows: Any) -> None:
        await self._database.run(Session.add_all, [account(id_, NOON) for id_ in "ab"])
        await self._database.run(Session.add_all, rows)

    async def happens(self, row: Any) -> None:
        await self._database.run(Session.add, row)

    async def values(self, name: str) -> dict[str, Any]:
        return await self._database.read(self._values, name)

    def _values(self, session: Session, name: str) -> dict[str, Any]:
        signals = self.signals(session)
        statement = select(Account.id, signals.catalogue[name].expression).select_from(signals.table).params(as_of=DAY)
        return {row[0]: row[1] for row in session.execute(statement)}

    async def holds(self, condition: str) -> set[str]:
        return await self._database.read(self._holds, condition)

    def _holds(self, session: Session, condition: str) -> set[str]:
        signals = self.signals(session)
        clause = compile_condition(condition, signals.catalogue).clause
        return set(session.scalars(select(Account.id).select_from(signals.table).where(clause).params(as_of=DAY)))

    def signals(self, session: Session) -> Signals:
        return known_signals(session, self._settings, DAY)


@pytest.fixture
def team(database: Database, tmp_path: Path) -> Signalled:
    return Signalled(database, tmp_path)


async def test_the_last_answer_of_each_kind_counts(team: Signalled) -> None:
    """23:30 UTC of the 28th is the 29th in Prague."""
    evening = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    await team.add(
        answer("a", 9, NOON - 40 * ONE, 1),
        answer("a", 3, evening, 2),
        answer("a", 5, NOON - ONE, 3, kind="csat"),
        answer("a", 7, NOON - 9 * ONE, 4, kind="ces"),
        answer("a", 2, NOON - 90 * ONE, 5, kind="ces"),
    )
    assert await team.values("nps.last") == {"a": 3, "b": None}
    assert await team.values("nps.days") == {"a": 2, "b": None}
    assert await team.values("ces.last") == {"a": 7, "b": None}
    assert await team.holds("nps.last <= 6 AND nps.days < 7") == {"a"}
    assert await team.holds("unhappy") == {"a"}
    assert await team.holds("nps.last > 6 OR NOT nps.last > 6") == {"a"}, "what nobody answered satisfies nothing"


async def test_satisfaction_is_the_mean_of_ninety_days(team: Signalled) -> None:
    scores = [(5, 1), (2, 20), (4, 90), (1, 91)]
    await team.add(*(answer("a", score, NOON - ago * ONE, at, kind="csat") for at, (score, ago) in enumerate(scores)))
    assert await team.values("csat.avg_90d") == {"a": pytest.approx(11 / 3), "b": None}


async def test_anonymous_answers_belong_to_no_account(team: Signalled) -> None:
    at = NOON - 60 * ONE
    await team.add(answer(None, 0, NOON, 1, anonymous=True), asked("a", "ann", at, anonymous=True))
    for name in ("nps.last", "nps.days", "csat.avg_90d", "ces.last"):
        assert await team.values(name) == {"a": None, "b": None}
    assert await team.values("survey.ignored") == {"a": 0, "b": 0}


async def test_waves_without_an_answer_are_counted_since_the_last_one(team: Signalled) -> None:
    long, short = NOON - 200 * ONE, NOON - 60 * ONE
    await team.add(
        asked("a", "ann", NOON - 300 * ONE),  # before the answer
        answer("a", 8, NOON - 250 * ONE, 1),
        asked("a", "ann", long),
        asked("a", "bob", long),  # of the same wave
        asked("a", "ann", short, kind="csat"),
        asked("a", "ann", NOON - 5 * ONE),  # still open
        asked("a", "cy", NOON - 40 * ONE, state="held", held="asked_lately"),
        asked("a", "dee", NOON - 40 * ONE, state="unsent"),
    )
    assert await team.values("survey.ignored") == {"a": 2, "b": 0}
    await team.happens(answer("a", 8, NOON - 30 * ONE, 2))
    assert await team.values("survey.ignored") == {"a": 0, "b": 0}


async def test_one_answer_is_the_waves_even_if_it_came_before_another_was_asked(team: Signalled) -> None:
    """The contacts of a wave are asked in their own mornings: the first may answer before the last has the letter."""
    at = NOON - 60 * ONE
    later = asked("a", "far", at + ONE / 3, wave="play:7")
    await team.add(asked("a", "near", at, wave="play:7", answered=True), later, answer("a", 9, at + ONE / 24, 1, wave="play:7"))
    assert await team.values("survey.ignored") == {"a": 0, "b": 0}


async def test_open_alerts_about_answers_are_counted(team: Signalled) -> None:
    common = {"account_id": "a", "playbook_version": 1, "card": "survey-answers", "version": 1, "opened_at": NOON, "playbook": "p"}
    plays = [Play(id=at, playbook=f"p{at}", version=1, account_id="a", started_at=NOON) for at in (1, 2)]
    await team.add(*plays)
    await team.happens(Alert(play_id=1, kind="survey", state="open", **common))
    await team.happens(Alert(play_id=2, kind="survey", state="resolved", closed_at=NOON, **common))
    assert await team.values("alerts.survey") == {"a": 1, "b": 0}


MANY = """
INSERT INTO responses (id, voter, survey, version, kind, account_id, wave, score, band, at, changed_at, groups)
SELECT 'r' || n, 'v' || n, 's', 1, (ARRAY['nps', 'csat', 'ces'])[1 + n % 3], (ARRAY['a', 'b'])[1 + n % 2], 'w' || n / 100, 5, 'low',
  now() - n * interval '1 hour', now(), '[]' FROM generate_series(1, 6000) AS n
"""
MANY_ASKED = """
INSERT INTO invitations (survey, version, kind, relational, wave, account_id, contact_id, person, state, created_at, asked_at)
SELECT 's', 1, (ARRAY['nps', 'csat', 'ces'])[1 + n % 3], true, 'w' || n / 100, (ARRAY['a', 'b'])[1 + n % 2], 'c' || n, 'p' || n, 'asked',
  now(), now() - n * interval '1 hour' FROM generate_series(1, 6000) AS n
"""


async def test_answers_are_looked_up_along_the_index(team: Signalled, database: Database) -> None:
    def plan(session: Session) -> str:
        signals = team.signals(session)
        names = ("nps.last", "nps.days", "csat.avg_90d", "ces.last", "survey.ignored")
        statement = select(Account.id, *(signals.catalogue[name].expression for name in names)).select_from(signals.table)
        written = str(statement.compile(session.connection(), compile_kwargs={"literal_binds": True}))
        if not database.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            return "\n".join(session.scalars(text(f"EXPLAIN {written}".replace(":", r"\:"))))
        return "\n".join(row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {written}".replace(":", r"\:"))))

    await team.add()
    if not database.is_sqlite:  # of empty tables every index is as good as any other
        await database.run(lambda session: [session.execute(text(one)) for one in (MANY, MANY_ASKED, "ANALYZE responses, invitations")])
    shown = await database.read(plan)
    assert shown.count("ix_responses_account") >= 4
    assert "ix_invitations_account" in shown
    assert "SCAN responses" not in shown
