"""Segments, own fields, health and what Staysail knows of itself, as signals: on both databases."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.queries import signals_of
from bot.accounts.signals import Signals
from bot.database import Database
from bot.errors import InvalidInput
from bot.playbooks.condition import compile_condition
from bot.playbooks.known import doubts, known_signals
from bot.settings import Settings, load_settings
from models import Account, Alert, Field, Play, Reading, Source, Touch
from tests.conftest import on_sqlite

LEAST = 'channels: {alerts: "#cs-alerts"}\ncrm: {url: "sqlite:///crm.db", accounts: "SELECT 1"}\nworkspace: {timezone: Europe/Prague}\n'
METRIC = """\
usage:
  url: sqlite:///usage.db
  metrics: {active_users: {from: t, account: a, day: d, value: v}}
"""
DAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 10, tzinfo=UTC)
ONE = timedelta(days=1)


class Team:
    """A team's staysail.yml, and what its accounts' signals are."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.file = database, folder / "staysail.yml"

    def settings(self, more: str) -> Settings:
        self.file.write_text(LEAST + more)
        return load_settings(self.file, {})

    async def signals(self, more: str = "") -> Signals:
        return await self.database.read(known_signals, self.settings(more), DAY)

    async def refused(self, more: str) -> list[str]:
        try:
            found = (await self.signals(more)).mistakes
        except InvalidInput as error:
            found = error.findings
        return [str(finding).removeprefix(f"{self.file}:") for finding in found]

    async def add(self, *rows: Any) -> None:
        await self.database.run(Session.add_all, rows)

    async def values(self, name: str, more: str = "") -> dict[str, Any]:
        return await self.database.read(_values, await self.signals(more), name)

    async def holds(self, condition: str, more: str = "") -> set[str]:
        return await self.database.read(_holds, await self.signals(more), condition)


def _values(session: Session, signals: Signals, name: str) -> dict[str, Any]:
    statement = select(Account.id, signals.catalogue[name].expression).select_from(signals.table).params(as_of=DAY)
    return {row[0]: row[1] for row in session.execute(statement)}


def _holds(session: Session, signals: Signals, condition: str) -> set[str]:
    clause = compile_condition(condition, signals.catalogue).clause
    return set(session.scalars(select(Account.id).select_from(signals.table).where(clause).params(as_of=DAY)))


@pytest.fixture
def team(database: Database, tmp_path: Path) -> Team:
    return Team(database, tmp_path)


def account(id_: str, **values: Any) -> Account:
    return Account(id=id_, name=id_.title(), polled_at=NOON, **values)


SEGMENTS = """\
segments:
  vip-new: new_customers AND big
  new-customers: stage = 'activation' AND account_days <= 30
  big: arr > 50000
"""


async def test_a_segment_is_a_signal_that_is_true_false_or_unknown(team: Team) -> None:
    new = {"stage": "activation", "started_on": DAY - 10 * ONE}
    await team.add(
        account("both", arr=60_000, **new), account("new", arr=1, **new), account("big", arr=60_000, stage="growth"), account("none")
    )
    assert await team.values("big", SEGMENTS) == {"both": True, "new": False, "big": True, "none": None}
    assert await team.values("vip_new", SEGMENTS) == {"both": True, "new": False, "big": False, "none": None}
    assert await team.holds("vip_new", SEGMENTS) == {"both"}
    assert await team.holds("NOT vip_new AND stage = 'growth'", SEGMENTS) == {"big"}
    assert await team.holds("NOT big", SEGMENTS) == {"new"}
    assert await team.holds("big IS NULL OR new_customers = FALSE AND arr > 0", SEGMENTS) == {"none", "big"}
    assert await team.holds("big = new_customers", SEGMENTS) == {"both"}
    assert await team.holds("new", "segments: {new: TODAY - started_on <= 30d OR started_on = TODAY}\n") == {"both", "new"}


@on_sqlite
async def test_a_segment_stands_in_why_and_its_sources_are_those_beneath_it(team: Team) -> None:
    signals = await team.signals(METRIC + SEGMENTS + "  silent: active_users.ratio < 1 AND vip_new\n")
    condition = compile_condition("silent AND arr > 0", signals.catalogue)
    assert condition.signals == ("silent", "arr")
    assert signals.catalogue["silent"].about == "in the segment silent: active_users.ratio < 1 AND vip_new"
    assert signals.sources(condition.signals) == {"usage.active_users", "crm.accounts"}
    assert sorted(signals.catalogue.segments()) == ["big", "new-customers", "silent", "vip-new"]


@on_sqlite
@pytest.mark.parametrize(
    ("segments", "said"),
    [
        ("{a: b OR c, b: arr > 1 AND c, c: NOT a}", "5: segments.a: it is defined by itself: a → c → a (break the circle)"),
        ("{a: NOT a}", "5: segments.a: it is defined by itself: a → a (break the circle)"),
        ("{a: art > 1}", "5: segments.a: column 1: unknown signal `art` (nearest: arr)"),
        ("{a-b: bb, bb: arr}", "5: segments.bb: column 1: `arr` is a number; a condition is needed"),
        ("{plan: arr > 1}", "5: segments.plan: there is a signal `plan` already (choose another name)"),
        ("{a-b: arr > 1, a_b: arr > 2}", "5: segments.a_b: conditions could not tell it from the segment `a-b`"),
        ("{and: arr > 1}", "5: segments.and: the name is a word of the condition language"),
        ("{Big: arr > 1}", "5: segments.Big: the name cannot be used in a condition"),
        ("{a: [arr]}", "5: segments.a: found a list"),
        ("{a: }", "5: segments.a: found nothing"),
        ("[a]", "4: `segments`"),
    ],
)
async def test_a_wrong_segment_is_told_with_its_line(team: Team, segments: str, said: str) -> None:
    (finding,) = await team.refused(f"segments:\n  {segments}\n")
    assert finding.startswith(said)


@on_sqlite
async def test_every_mistake_of_every_section_is_told_at_once(team: Team) -> None:
    more = "segments:\n  a: art > 1\n  b: namee = 'x'\nhealth:\n  default:\n    - {when: seets > 1, points: 1}\n"
    found = await team.refused(more)
    assert [line.split(": column")[0] for line in found] == ["9: health.default", "5: segments.a", "6: segments.b"]


@on_sqlite
async def test_segments_may_build_on_one_another_but_not_without_end(team: Team) -> None:
    def chain(length: int) -> str:
        return "segments:\n  s0: arr > 1\n" + "".join(f"  s{at}: s{at - 1} OR NOT s{at - 1}\n" for at in range(1, length))

    await team.add(account("a", arr=5))
    assert await team.holds("s7", chain(8)) == {"a"}
    assert await team.refused(chain(9)) == ["13: segments.s8: it builds on too many others (allowed: 8 on one another)"]


FIELDS = "fields:\n  score: number\n  onboarded_by: text\n  first_value_on: date\n  asked: boolean\n"


async def test_an_own_field_comes_before_the_crm_column_of_its_name(team: Team) -> None:
    own = {"score": 7.5, "onboarded_by": "Jana", "first_value_on": "2026-03-01", "asked": True}
    await team.add(account("a", own=own, extra={"score": 1}), account("b", extra={"score": 2.5}), account("c"))
    assert await team.values("score", FIELDS) == {"a": 7.5, "b": None, "c": None}
    await team.add(Field(name="score", kind="number"))
    assert await team.values("score", FIELDS) == {"a": 7.5, "b": 2.5, "c": None}
    assert await team.holds("score > 7 AND first_value_on = '2026-03-01' AND asked AND onboarded_by LIKE 'jan%'", FIELDS) == {"a"}
    assert await team.holds("first_value_on IS NULL AND asked IS NULL", FIELDS) == {"b", "c"}


async def test_a_crm_column_that_comes_later_stops_nothing_and_is_told(team: Team) -> None:
    await team.add(account("a", arr=60_000, own={"score": 7.5}, extra={"score": "much", "big": "no"}), account("b", extra={"score": "1e"}))
    await team.add(Field(name="score", kind="text"), Field(name="big", kind="text"))
    assert await team.values("score", FIELDS) == {"a": 7.5, "b": None}
    assert await team.holds("big", SEGMENTS) == {"a"}
    settings = team.settings(FIELDS + SEGMENTS)
    found = doubts(settings, await team.database.read(known_signals, settings, DAY))
    assert [(str(finding).removeprefix(f"{team.file}:"), finding.fatal) for finding in found] == [
        (
            "5: fields.score: the CRM's column `score` holds values of another kind (text) and does not count "
            "(make it text, or choose another name)",
            False,
        ),
        ("12: segments.big: it hides the CRM's column `big` (choose another name)", False),
    ]


@on_sqlite
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("{arr: number}", "5: fields.arr: there is a signal `arr` already"),
        ("{tags: text}", "5: fields.tags: there is a signal `tags` already"),
        ("{score: numbr}", "5: fields.score: found `numbr` (allowed: boolean, date, number, text; nearest: number)"),
        ("{on-boarded: text}", "5: fields.on-boarded: the name cannot be used in a condition"),
        ("{like: text}", "5: fields.like: the name cannot be used in a condition"),
        ("{score: [number]}", "5: fields.score: found a list"),
    ],
)
async def test_a_wrong_field_is_told_with_its_line(team: Team, fields: str, said: str) -> None:
    (finding,) = await team.refused(f"fields:\n  {fields}\n")
    assert finding.startswith(said)


@on_sqlite
async def test_a_field_and_a_segment_cannot_share_a_name(team: Team) -> None:
    assert await team.refused(FIELDS + "segments: {score: arr > 1}\n") == [
        "9: segments.score: there is a signal `score` already (choose another name)"
    ]


async def test_tags_are_words_with_spaces_around_those_of_the_crm_first(team: Team) -> None:
    await team.add(account("a", tags=" beta vip "), account("b", tags=" vip2 ", extra={"tags": "old"}), account("c"))
    assert await team.holds("tags LIKE '% vip %'") == {"a"}
    await team.add(Field(name="tags", kind="text"))
    assert await team.values("tags") == {"a": " beta vip ", "b": " old  vip2 ", "c": ""}


async def test_what_staysail_itself_has_going_on_is_known(team: Team) -> None:
    await team.add(account("a"), account("b"))
    await team.add(*(Play(id=at, playbook=f"p{at}", version=1, account_id="a", started_at=NOON) for at in (1, 2, 3)))
    common = {"account_id": "a", "playbook_version": 1, "card": "churn-risk", "version": 1, "opened_at": NOON}
    await team.add(
        Alert(play_id=1, playbook="p1", kind="risk", state="open", **common),
        Alert(play_id=2, playbook="p2", kind="survey", state="open", **common),
        Alert(play_id=3, playbook="p3", kind="risk", state="resolved", closed_at=NOON, **common),
    )
    evening = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # already the 29th in Prague, by its time of the 31st
    letter = {"account_id": "a", "contact_id": "c", "channel": "email", "what": "letter"}
    await team.add(Touch(at=evening, **letter), Touch(at=NOON - 9 * ONE, **letter), Touch(at=NOON, **letter | {"channel": "slack"}))
    assert await team.values("alerts.open") == {"a": 2, "b": 0}
    assert await team.values("alerts.risk") == {"a": 1, "b": 0}
    assert await team.values("letters.days") == {"a": 2, "b": None}
    assert await team.holds("alerts.risk = 0 AND COALESCE(letters.days, 99) > 7") == {"b"}


@on_sqlite
async def test_what_nothing_feeds_yet_is_unknown_and_says_so(team: Team) -> None:
    await team.add(account("a"))
    signals = await team.signals()
    unfed = {name for name, signal in signals.catalogue.items() if not signal.connected}
    assert {name for name in unfed if not name.startswith("review.")} == {"tickets.open", "tickets.breached", "health"}
    assert await team.holds("tickets.breached > 0 OR NOT tickets.open > 8 OR health < 50") == set()
    shown = await team.database.read(signals_of, signals, "a")
    assert not unfed & {signal.name for signal in shown}
    await team.add(Field(name="health", kind="number"))
    assert (await team.signals(METRIC)).catalogue["health"].source == "crm.accounts"


async def test_a_computed_signal_is_as_old_as_the_oldest_source_beneath_it(team: Team) -> None:
    await team.add(account("a", arr=5, tags=" vip "), Source(name="crm.accounts", read_at=NOON, tried_at=NOON))
    segments = "segments:\n  big: arr > 1\n  quiet: active_users.ratio < 1 AND big\n  vip: tags LIKE '% vip %'\n"
    signals = await team.signals(METRIC + segments)
    shown = {one.name: one for one in await team.database.read(signals_of, signals, "a")}
    assert [(shown[name].value, shown[name].read_at, shown[name].live) for name in ("big", "quiet", "vip", "tags", "arr")] == [
        (True, NOON, False),
        (None, None, False),
        (True, None, True),
        (" vip ", None, True),
        (5, NOON, False),
    ]


async def used(team: Team, id_: str, recent: float, last_day: date, **values: Any) -> None:
    await team.add(account(id_, started_on=date(2020, 1, 1), **values))
    reading: Mapping[str, Any] = {"recent": recent * 14, "baseline": 10 * 56.0, "last_day": last_day}
    await team.add(Reading(metric="active_users", account_id=id_, measured_at=NOON, **reading))


async def test_health_is_the_share_of_known_points_by_stage(team: Team) -> None:
    source = Source(name="usage.active_users", read_at=NOON, measured_for=DAY, tried_at=NOON)
    await team.add(source)
    await used(team, "well", 10.0, DAY - ONE, seats=10)
    await used(team, "half", 7.0, DAY - ONE)
    await used(team, "gone", 0.0, DAY - 20 * ONE, seats=10)
    await used(team, "trial", 0.0, DAY - 20 * ONE, stage="trial", arr=5)
    await used(team, "other", 0.0, DAY - 20 * ONE, stage="odd")
    usual = await team.values("health", METRIC)
    assert usual == {"well": 100, "half": pytest.approx(100 * 55 / 85), "gone": 0, "trial": 0, "other": 0}
    own = METRIC + "health:\n  trial: [{when: arr > 1, points: 1}, {when: seats > 1, points: 9}, {when: arr > 9, points: 2}]\n"
    assert await team.values("health", own) == {"trial": pytest.approx(100 / 3), "well": None, "half": None, "gone": None, "other": None}
    own += "  default: [{when: seats > 1, points: 2.5}]\n"
    assert await team.values("health", own) == {"trial": pytest.approx(100 / 3), "well": 100, "half": None, "gone": 100, "other": None}
    assert (await team.signals(own)).catalogue.beneath(["health"]) == ("arr", "seats")


@on_sqlite
@pytest.mark.parametrize(
    ("health", "said"),
    [
        ("{trial: {when: arr > 1}}", "5: health.trial: found `when: …`"),
        ("{trial: [{when: arr > 1, points: 0}]}", "5: `points`: found `0`"),
        ("{trial: [{when: arr > 1}]}", "5: the key `points` is missing"),
        ("{trial: [{when: arr, points: 1}]}", "5: health.trial: column 1: `arr` is a number; a condition is needed"),
        ("{trial: []}", "5: health.trial: found nothing"),
    ],
)
async def test_a_wrong_rule_of_health_is_told_with_its_line(team: Team, health: str, said: str) -> None:
    (finding,) = await team.refused(f"health:\n  {health}\n")
    assert finding.startswith(said)
