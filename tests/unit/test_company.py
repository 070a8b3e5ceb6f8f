"""The sample company, measured with SQL of its own: what the demo promises holds on any day."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.playbooks.definition import library
from bot.sandbox.company import CAST, ROOMS, build_company, settings_yaml
from bot.settings import load_settings

TODAYS = [
    "2026-11-22",  # a Sunday
    "2026-11-23",  # a Monday
    "2026-12-28",  # Boxing Day kept on a Monday
    "2027-01-01",
    "2027-01-02",  # four holidays among the last fortnight's working days
    "2027-03-30",  # the day after Easter Monday
    "2028-01-15",  # New Year inside both windows
    "2028-02-18",  # the piloted account started between the holidays
    "2028-02-28",
    "2028-02-29",
    "2028-03-01",
]

SIGNALS = """
CREATE TEMP TABLE signals AS
WITH today (day, recent, oldest) AS (SELECT :today, date(:today, '-14 days'), date(:today, '-70 days')),
span AS (
    SELECT accounts.*, max(started_on, oldest) AS since, recent, day AS today FROM accounts, today
),
counted AS (
    SELECT span.*,
        julianday(recent) - julianday(since) AS days,
        (SELECT coalesce(sum(active_users), 0) FROM product_usage u
            WHERE u.account_id = span.id AND u.day >= span.recent AND u.day < span.today) AS recent_users,
        (SELECT coalesce(sum(active_users), 0) FROM product_usage u
            WHERE u.account_id = span.id AND u.day >= span.since AND u.day < span.recent) AS earlier_users,
        (SELECT max(u.day) FROM product_usage u
            WHERE u.account_id = span.id AND active_users > 0 AND u.day < span.today) AS last_day
    FROM span
)
SELECT *, recent_users / 14.0 AS recent_avg, CASE WHEN days >= 28 THEN earlier_users / days END AS baseline,
    CASE WHEN days >= 28 THEN recent_users / 14.0 / nullif(earlier_users / days, 0) END AS ratio,
    julianday(today) - julianday(last_day) - 1 AS silent,
    julianday(renewal_on) - julianday(today) AS renewal_days,
    stage <> 'churned' AND coalesce(churned_on > today, 1) AS in_care
FROM counted
"""
RULES = {
    "usage-drop": "ratio < 0.6 AND baseline >= 5 AND stage IN ('adoption', 'growth')",
    "gone-silent": "silent >= 10 AND baseline >= 5 AND stage IN ('adoption', 'growth')",
    "renewal-risk": "renewal_days BETWEEN 0 AND 60 AND ratio < 0.9 AND stage <> 'trial'",
}
ALERTS = {
    "usage-drop": {"a-1001", "a-1101", "a-1102", "a-1103", "a-1202", "a-1301", "a-1501"},
    "gone-silent": {"a-1102", "a-1301", "a-1401"},
    "renewal-risk": {"a-1002", "a-1101", "a-1104", "a-1201", "a-1503"},
}
BUDGET = 5


class World:
    """One built company, with the signals of its accounts in a table."""

    def __init__(self, folder: Path, today: date) -> None:
        self.today = today
        build_company(folder, today)
        self.database = sqlite3.connect(folder / "usage.db")
        self.database.execute("ATTACH ? AS crm", (str(folder / "crm.db"),))
        self.database.execute(SIGNALS, {"today": today.isoformat()})

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self.database.execute(statement).fetchall()

    def one(self, statement: str) -> Any:
        return self.rows(statement)[0][0]

    def column(self, statement: str) -> list[Any]:
        return [row[0] for row in self.rows(statement)]

    def alerts(self, playbook: str, columns: str = "id") -> list[tuple[Any, ...]]:
        return self.rows(f"SELECT {columns} FROM signals WHERE in_care AND {RULES[playbook]}")

    def all_alerts(self, columns: str) -> list[tuple[Any, ...]]:
        return list(chain.from_iterable(self.alerts(playbook, columns) for playbook in RULES))


def made(folder: Path, today: date) -> Iterator[World]:
    world = World(folder, today)
    with closing(world.database):
        yield world


@pytest.fixture(scope="module", params=TODAYS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The company on each of these days."""
    yield from made(tmp_path_factory.mktemp("company"), date.fromisoformat(request.param))


@pytest.fixture(scope="module")
def sunday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The company on one day, for what does not depend on the day."""
    yield from made(tmp_path_factory.mktemp("sunday"), date(2026, 11, 22))


@pytest.mark.parametrize("playbook", RULES)
def test_each_playbook_finds_the_accounts_of_the_story_on_any_day(world: World, playbook: str) -> None:
    found = {account for (account,) in world.alerts(playbook)}
    assert found == ALERTS[playbook]
    known = world.one("SELECT count(*) FROM signals WHERE in_care AND ratio IS NOT NULL")
    assert len(found) <= 0.3 * known


def test_every_csm_has_alerts_and_one_has_one_more_than_a_day_allows(world: World) -> None:
    owners = Counter(owner for (owner,) in world.all_alerts("owner_email"))
    csms = {person.email for person in CAST if person.title == "CSM"}
    assert csms < set(owners)
    assert sorted(owners[csm] - BUDGET for csm in csms if owners[csm] > BUDGET) == [1]


def test_what_the_budget_holds_back_is_the_smallest_account(world: World) -> None:
    oliver = [row for row in world.all_alerts("arr, id, owner_email") if row[2] == "oliver@ours.example"]
    assert min(oliver)[1] == "a-1104"


def test_alerts_go_to_both_channels(world: World) -> None:
    segments = Counter(segment == "enterprise" for (segment,) in world.all_alerts("segment"))
    assert segments[True] >= 4
    assert segments[False] >= 4


def test_decisions_are_not_close_calls(world: World) -> None:
    close = "in_care AND (ratio BETWEEN 0.56 AND 0.61 OR renewal_days BETWEEN 0 AND 60 AND ratio BETWEEN 0.84 AND 0.92)"
    assert world.rows(f"SELECT id, ratio FROM signals WHERE {close}") == []


def test_near_misses_stay_quiet(world: World) -> None:
    def ids(condition: str) -> set[str]:
        return set(world.column(f"SELECT id FROM signals WHERE {condition}"))

    assert len(ids("ratio BETWEEN 0.61 AND 0.72 AND stage IN ('adoption', 'growth')")) >= 2, "just above the limit"
    assert ids("ratio < 0.6 AND baseline < 5 AND stage = 'adoption'"), "too few users"
    assert ids("ratio < 0.6 AND stage = 'trial'"), "a trial"
    assert ids("ratio < 0.9 AND renewal_days BETWEEN 61 AND 90 AND in_care"), "renews later"
    assert ids("ratio < 0.9 AND renewal_days < 0 AND in_care"), "has renewed"
    assert ids("renewal_days BETWEEN 0 AND 60 AND NOT in_care"), "churned before its renewal"
    assert ids("silent BETWEEN 5 AND 9 AND in_care AND baseline >= 5"), "silent for some days only"
    assert ids("baseline IS NULL AND in_care"), "too young"


def test_usage_from_before_the_start_would_mislead(world: World) -> None:
    [(start, ratio)] = world.rows("SELECT started_on, ratio FROM signals WHERE id = 'a-1207'")
    naive = world.one(
        "SELECT avg(active_users) FROM product_usage WHERE account_id = 'a-1207' AND day < (SELECT recent FROM signals)"
        " AND day >= (SELECT date(today, '-70 days') FROM signals)"
    )
    recent = world.one("SELECT recent_avg FROM signals WHERE id = 'a-1207'")
    assert world.one("SELECT min(day) FROM product_usage WHERE account_id = 'a-1207'") < start
    assert ratio > 0.9
    assert recent / naive < 0.6


def test_usage_is_of_the_120_days_before_today(world: World) -> None:
    first, last = (date.fromisoformat(day) for day in world.rows("SELECT min(day), max(day) FROM product_usage")[0])
    assert last == world.today - timedelta(days=1)
    assert first == world.today - timedelta(days=120)
    assert world.one("SELECT count(*) FROM product_usage WHERE active_users < 0 OR reports_run < 0") == 0


def test_usage_starts_with_the_account_but_for_the_piloted_one(world: World) -> None:
    early = "SELECT DISTINCT account_id FROM product_usage JOIN accounts ON id = account_id WHERE day < started_on"
    assert world.column(early) == ["a-1207"]


def test_accounts_span_all_stages_ages_and_renewals(world: World) -> None:
    stages = Counter(world.column("SELECT stage FROM accounts"))
    assert set(stages) == {"trial", "activation", "adoption", "growth", "churned"}
    assert 55 <= stages.total() <= 65
    assert world.one("SELECT count(*) FROM signals WHERE julianday(today) - julianday(started_on) < 60") >= 6
    assert world.one("SELECT count(*) FROM signals WHERE renewal_days BETWEEN 0 AND 60 AND in_care") >= 10
    assert world.one("SELECT count(*) FROM signals WHERE started_on >= today OR started_on >= renewal_on") == 0
    assert world.one("SELECT count(*) FROM signals WHERE (churned_on < today) IS NOT (stage = 'churned' OR NULL)") == 0


def test_the_same_day_gives_the_same_rows(tmp_path: Path) -> None:
    def dump(name: str) -> list[str]:
        build_company(tmp_path / name, date(2028, 2, 29))
        lines: list[str] = []
        for file in ("crm.db", "usage.db"):
            with closing(sqlite3.connect(tmp_path / name / file)) as database:
                lines += database.iterdump()
        return lines

    first = dump("one")
    assert first == dump("two")
    assert first == dump("one"), "built over an older one"


def test_it_is_built_within_a_second(tmp_path: Path) -> None:
    began = process_time()  # what others do on the machine meanwhile does not count
    build_company(tmp_path, date(2026, 11, 22))
    assert process_time() - began < 1


def test_names_come_in_many_scripts_and_lengths(sunday: World) -> None:
    names = sunday.column("SELECT name FROM accounts")
    assert len(set(names)) == len(names)
    assert "<!channel> & Co *bold* _x_" in names
    assert max(map(len, names)) > 150
    for letter in ("ř", "株", "ش"):
        assert any(letter in name for name in names)
    assert set(sunday.column("SELECT currency FROM accounts")) == {"EUR", "USD", "GBP", "CZK"}


def test_some_accounts_have_nobody_in_slack(sunday: World) -> None:
    owners = Counter(sunday.column("SELECT owner_email FROM accounts"))
    known = {person.email for person in CAST}
    assert owners.pop(None) == 2
    assert [count for owner, count in owners.items() if owner not in known] == [1]
    alerted = {owner for (owner,) in sunday.all_alerts("owner_email")}
    assert None in alerted
    assert alerted - known - {None}


def test_every_account_has_one_to_four_contacts(sunday: World) -> None:
    contacts = Counter(sunday.column("SELECT account_id FROM contacts"))
    assert set(contacts) == set(sunday.column("SELECT id FROM accounts"))
    assert set(contacts.values()) == {1, 2, 3, 4}
    assert set(sunday.column("SELECT role FROM contacts")) == {"admin", "champion", "billing", "user"}
    assert 3 <= sunday.one("SELECT sum(opted_out) FROM contacts") <= 30
    addresses = sunday.column("SELECT email FROM contacts")
    assert all(address.isascii() and not address.startswith("@") and ".@" not in address for address in addresses)
    assert len(set(addresses)) == len(addresses)


def test_zones_and_addresses_are_real_ones(sunday: World) -> None:
    assert all(ZoneInfo(zone) for zone in sunday.column("SELECT timezone FROM accounts"))
    assert sunday.one("SELECT url FROM accounts WHERE id = 'a-1001'") == "https://crm.example/accounts/a-1001"
    assert all(domain.endswith(".example") for domain in sunday.column("SELECT domain FROM accounts"))


def test_weekends_are_quiet_and_a_public_holiday_dips(sunday: World) -> None:
    users = dict(sunday.rows("SELECT day, sum(active_users) FROM product_usage GROUP BY day"))
    assert users["2026-08-29"] < 0.35 * users["2026-08-28"]
    assert users["2026-08-31"] < 0.35 * users["2026-08-24"], "the summer bank holiday"


def test_silence_is_missing_rows_for_some_and_zeros_for_others(sunday: World) -> None:
    def counted(account: str, since: str) -> tuple[int, int | None]:
        theirs = f"FROM product_usage WHERE account_id = '{account}' AND day >= '{since}'"
        [(rows, users)] = sunday.rows(f"SELECT count(*), sum(active_users) {theirs}")
        return rows, users

    assert counted("a-1102", "2026-11-10") == (0, None)
    assert counted("a-1308", "2026-11-17") == (5, 0)


def fortnights(world: World, account: str) -> list[int]:
    """Sums of the last five fortnights, the oldest first."""
    ago = "CAST((julianday((SELECT max(today) FROM signals)) - julianday(day) - 1) / 14 AS INTEGER)"
    usage = f"SELECT {ago} AS ago, active_users FROM product_usage WHERE account_id = '{account}'"
    return world.column(f"SELECT sum(active_users) FROM ({usage}) WHERE ago < 5 GROUP BY ago ORDER BY ago DESC")


def test_a_slide_is_gradual_and_a_cliff_is_sudden(world: World) -> None:
    sliding, cliff = fortnights(world, "a-1001"), fortnights(world, "a-1101")
    assert sliding[-1] < 0.7 * sliding[-2] < 0.7 * 0.9 * sliding[-3]
    assert cliff[-1] < 0.5 * cliff[-2]
    assert abs(cliff[-2] / cliff[-3] - 1) < 0.1


def test_a_recovering_account_has_turned_up(world: World) -> None:
    days = world.column("SELECT active_users FROM product_usage WHERE account_id = 'a-1202' ORDER BY day")
    assert sum(days[-7:]) > 1.5 * sum(days[-21:-14])
    assert max(days[-28:-7]) < 0.6 * max(days[:-42])


def test_the_settings_load_and_point_at_what_was_built(tmp_path: Path) -> None:
    folder = tmp_path / "Ukázka: 50 # demo"
    build_company(folder, date(2026, 11, 22))
    file = tmp_path / "staysail.yml"
    file.write_text(settings_yaml(folder), encoding="utf-8")
    settings = load_settings(file, {})
    assert set(settings.metrics) == {"active_users", "reports_run"}
    assert set(settings.segments) == {"new-customers", "enterprise"}
    assert settings.enable == ("usage-drop", "gone-silent", "renewal-risk", "health-drop")
    assert settings.crm.url == f"sqlite:///{folder / 'crm.db'}"
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        assert len(crm.execute(settings.crm.accounts).fetchall()) == 60
        assert crm.execute(settings.crm.contacts or "").fetchone()
    channels = {f"#{room.name}" for room in ROOMS if room.bot_in}
    assert {settings.channels.alerts, settings.channels.managers, *(route.to for route in settings.routes)} <= channels
    assert {*settings.roles.admins, *settings.roles.managers} <= {person.email for person in CAST}


def test_with_a_mail_server_the_whole_library_is_enabled(tmp_path: Path) -> None:
    file = tmp_path / "staysail.yml"
    file.write_text(settings_yaml(tmp_path, "smtp://127.0.0.1:1025"), encoding="utf-8")
    assert sorted(load_settings(file, {}).enable) == [shipped.name.removesuffix(".yml") for shipped in library()]


def test_the_cast_has_every_kind_of_person() -> None:
    csms = [person for person in CAST if person.title == "CSM"]
    assert {person.tz for person in csms} == {"Europe/Prague", "Europe/London", "America/New_York", "Asia/Singapore"}
    assert [person.name for person in CAST if person.is_restricted] == ["greta"]
    assert [person.name for person in CAST if person.is_stranger and person.team_id] == ["sam"]
    assert len({person.id for person in CAST}) == len({person.email for person in CAST}) == len(CAST)
    ids = {person.id for person in CAST}
    assert all(set(room.members) <= ids for room in ROOMS)
