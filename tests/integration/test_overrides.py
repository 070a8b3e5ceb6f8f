"""What admins changed, laid over staysail.yml: the same reader checks it, every verb obeys it, and nothing broken stops a process."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.admin.change import ChangedMeanwhile, Wish, change, reset
from bot.check import check_all
from bot.database import Database
from bot.errors import InvalidInput, StaysailError
from bot.settings import LiveSettings, Settings, load_settings
from bot.settings.changeable import CHANGEABLE
from bot.settings.live import VALUE, with_changes
from bot.settings.overrides import Changed
from bot.settings.reading import laid_over
from jobs.schedule import Schedule, Scheduled
from models import Job, Override, Teammate, Trace

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
FILE = """\
channels:
  alerts: "#cs-alerts"
  managers: "#cs-leads"
crm: {kind: sql, url: "sqlite:///${FOLDER}/crm.db", accounts: SELECT id FROM accounts}
usage:
  url: sqlite:///usage.db
  metrics: {active_users: {from: t, account: a, day: d, value: v}}
limits:
  cards_a_day: 5
roles: {admins: [admin@ours.example]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "staysail.yml"
    path.write_text(FILE)
    return path


@pytest.fixture
def settings(file: Path, tmp_path: Path) -> Settings:
    return load_settings(file, {"FOLDER": str(tmp_path), "SLACK_BOT_TOKEN": "xoxb-secret"})


def changed(key: str, value: Any, at: datetime = NOW) -> Changed:
    return Changed(key, value, "U0PETR", "Petr", at)


@pytest.mark.parametrize("key", CHANGEABLE)
def test_what_is_typed_reads_back_as_it_was(settings: Settings, key: str) -> None:
    one = CHANGEABLE[key]
    after = laid_over(settings, [changed(key, one.read(one.typed(settings)))])
    assert after.ignored == ()
    assert one.typed(after) == one.typed(settings)


TYPED = {
    "limits.cards_a_day": ("12", 12),
    "limits.contact": ("2 per 30d", "2 per 30d"),
    "alerts.worse_by": ("35%", 0.35),
    "alerts.deadlines": ("50000: 4h\n1d", [{"priority": 50000, "within": "4h"}, {"within": "1d"}]),
    "roles.managers": ("a@x.example, @cs-leads\n\nb@x.example", ["a@x.example", "@cs-leads", "b@x.example"]),
    "channels.routes": ("arr > 1 -> #cs-x\nplan LIKE '%->%' -> C0NNNNNNN", [
        {"when": "arr > 1", "to": "#cs-x"}, {"when": "plan LIKE '%->%'", "to": "C0NNNNNNN"},
    ]),
    "channels.managers": ("", None),
    "rooms.private": ("false", False),
    "away.stand_ins": ("a@x.example: b@x.example", {"a@x.example": "b@x.example"}),
    "usage.stale_after": ("36h", "36h"),
    "limits.account": ("nan", "nan"),
}  # fmt: skip


@pytest.mark.parametrize("key", TYPED)
def test_what_is_typed_becomes_what_the_file_would_say(key: str) -> None:
    typed, value = TYPED[key]
    assert CHANGEABLE[key].read(typed) == value


def test_a_change_takes_the_place_of_the_file(file: Path, settings: Settings) -> None:
    after = laid_over(settings, [changed("limits.cards_a_day", 7), changed("digest.at", "07:45"), changed("channels.managers", None)])
    assert (after.limits.cards_a_day, after.digest.at, after.channels.managers) == (7, "07:45", None)
    assert after.channels.alerts == "#cs-alerts"
    assert set(after.changed) == {"limits.cards_a_day", "digest.at", "channels.managers"}
    assert settings.limits.cards_a_day == laid_over(after, []).limits.cards_a_day == 5


def test_the_reader_names_the_change_not_the_file(file: Path, tmp_path: Path) -> None:
    file.write_text(FILE.replace("cards_a_day: 5", "cards_a_day: five"))
    variables = {"FOLDER": str(tmp_path)}
    with pytest.raises(InvalidInput) as found:
        load_settings(file, variables)
    assert str(found.value).startswith(f"{file}:9: `cards_a_day`")
    with pytest.raises(InvalidInput) as found:
        load_settings(file, variables, [changed("limits.cards_a_day", 0)])
    assert str(found.value) == "limits.cards_a_day (changed in Slack by Petr): `cards_a_day`: found `0` (allowed: 1 or more)"
    assert load_settings(file, variables, [changed("limits.cards_a_day", 3)]).limits.cards_a_day == 3


def test_a_route_of_a_change_is_found_where_it_was_made(file: Path, settings: Settings, tmp_path: Path) -> None:
    file.write_text(FILE.replace('managers: "#cs-leads"', 'routes:\n    - {when: "a", to: "#b"}'))
    with pytest.raises(InvalidInput) as found:
        load_settings(file, {"FOLDER": str(tmp_path)}, [changed("channels.routes", [{"when": "arr > 1", "to": "B B"}])])
    assert found.value.findings[0].place == "channels.routes (changed in Slack by Petr)"


def test_nobody_reads_the_environment_from_slack(settings: Settings) -> None:
    after = laid_over(settings, [changed("roles.managers", ["${SLACK_BOT_TOKEN}"])])
    assert after.roles.managers == ("${SLACK_BOT_TOKEN}",)


def test_of_several_changes_only_the_one_that_does_not_fit_is_ignored(settings: Settings) -> None:
    later = NOW + timedelta(hours=1)
    broken = changed("limits.contact", "lots", NOW)
    after = laid_over(settings, [changed("limits.cards_a_day", 7, later), broken, changed("channels.nowhere", "x", later)])
    assert after.limits.cards_a_day == 7
    assert str(after.limits.contact) == "3 per 1w"
    assert [finding.place.partition(" ")[0] for finding in after.ignored] == ["limits.contact", "channels.nowhere"]
    assert not any(finding.fatal for finding in after.ignored)


def test_a_section_that_the_file_has_no_longer_is_no_crash(settings: Settings) -> None:
    settings.file.value.pop("usage")
    after = laid_over(settings, [changed("usage.stale_after", "1d")])
    assert after.usage is None
    assert len(after.ignored) == 1


# --- kept in the database


def _wish(settings: Settings, key: str, value: Any = None, by: str = "U0PETR", at: datetime = NOW) -> Wish:
    return Wish(key, CHANGEABLE[key].fingerprint(settings), by, at, value)


async def test_a_change_is_kept_and_another_process_sees_it(database: Database, settings: Settings) -> None:
    here, there = LiveSettings(settings, database), LiveSettings(settings, database)
    assert not await here.refresh()
    await database.run(change, settings, _wish(settings, "limits.cards_a_day", 7))
    for live in (here, there):
        assert await live.refresh()
        assert live.current.limits.cards_a_day == 7
        assert not await live.refresh()
    assert (await with_changes(settings, database)).limits.cards_a_day == 7
    await database.run(reset, settings, _wish(here.current, "limits.cards_a_day"))
    assert await there.refresh()
    assert there.current.limits.cards_a_day == 5
    assert there.current.changed == {}


async def test_who_saw_another_value_changes_nothing(database: Database, settings: Settings) -> None:
    old = _wish(settings, "limits.cards_a_day", 9, "U0HELENA")
    await database.run(change, settings, _wish(settings, "limits.cards_a_day", 7))
    for late in (change, reset):
        with pytest.raises(ChangedMeanwhile) as found:
            await database.run(late, settings, old)
        assert (found.value.now, found.value.who) == ("7", "U0PETR")
    assert await database.read(lambda session: session.scalars(select(Override.by)).all()) == ["U0PETR"]
    assert len(await database.read(lambda session: session.scalars(select(Trace.id)).all())) == 1


async def test_of_two_who_save_at_the_same_moment_one_wins(database: Database, settings: Settings) -> None:
    for round_ in range(3):
        current = await with_changes(settings, database)
        wishes = [_wish(current, "limits.cards_a_day", 100 + 10 * round_ + number, f"U{number}") for number in range(4)]
        done = await asyncio.gather(*(database.run(change, settings, wish) for wish in wishes), return_exceptions=True)
        assert sorted(map(str, done)) == ["Somebody else has changed this meanwhile."] * 3 + ["True"]
        winner = wishes[done.index(True)]
        assert (await with_changes(settings, database)).limits.cards_a_day == winner.value


async def test_every_process_looks_by_itself_and_a_failure_is_tried_again(database: Database) -> None:
    looks: list[int] = []

    async def look() -> dict[str, Any]:
        looks.append(1)
        if len(looks) == 1:
            raise StaysailError("the database does not answer")
        return {}

    schedules = [Schedule(database, [Scheduled("changes", timedelta(seconds=0.2), look, everywhere=True)]) for _ in range(2)]
    for schedule in schedules:
        schedule.start()
    async with asyncio.timeout(10):
        while len(looks) < 4:
            await asyncio.sleep(0.02)
    for schedule in schedules:
        await schedule.stop()
    assert await database.read(lambda session: session.scalars(select(Job.name)).all()) == []


async def test_check_says_which_change_is_ignored_and_by_whom(database: Database, file: Path, tmp_path: Path) -> None:
    def broken(session: Session) -> None:
        session.add(Teammate(slack_id="U0PETR", name="Petr Dvořák", read_at=NOW))
        session.add(Override(key="limits.cards_a_day", value={VALUE: -1}, by="U0PETR", at=NOW))

    await database.run(broken)
    variables = {"FOLDER": str(tmp_path), "DATABASE_URL": database.url.render_as_string(hide_password=False)}
    found = [finding for finding in await check_all(file, variables) if "ignored" in finding.problem]
    assert [(finding.place, finding.fatal) for finding in found] == [("limits.cards_a_day (changed in Slack by Petr Dvořák)", False)]
