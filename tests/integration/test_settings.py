"""Wrong settings and playbooks: one clear line each, with the place, what was found and the cure; exit 1; never a traceback."""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot import cli

GOOD = """\
workspace:
  timezone: Europe/Prague
  business_hours: "Mon-Fri 09:00-18:00"
  holidays: CZ
channels:
  alerts: "#cs-alerts"
  managers: "#cs-leads"
  routes:
    - {when: "segment = 'enterprise'", to: "#cs-enterprise"}
crm:
  kind: sql
  url: sqlite:///crm.db
  accounts: SELECT id, name, arr, segment, stage FROM accounts
usage:
  url: sqlite:///usage.db
  metrics:
    active_users: {from: usage, account: account_id, day: day, value: n, aggregate: avg, recent: 14d, baseline: 56d}
limits:
  cards_a_day: 5
  posts_per_second: 1
roles:
  admins: [admin@ours.example]
playbooks: ./playbooks
enable: [usage-drop, own]
"""
PLAYBOOK = """\
playbook: own
version: 1
about: Something of our own
kind: risk
trigger: sweep
when: active_users.ratio < 0.6 AND arr > 1000
recovered_when: active_users.ratio > 0.9
priority: arr
once_per: 21d
steps:
  - card: churn-risk
"""

SETTINGS = {
    "an unknown key": ("  kind: sql", "  kind: sql\n  acounts: SELECT 1", 12, "unknown key `acounts`", "nearest: accounts"),
    "an unknown section": ("limits:", "limit:", 18, "unknown key `limit`", "nearest: limits"),
    "no alerts channel": ('  alerts: "#cs-alerts"\n', "", 5, "`alerts` is missing", "add `alerts"),
    "a channel without quotes": ('alerts: "#cs-alerts"', "alerts: #cs-alerts", 6, "`alerts`", 'in quotes'),
    "an optional channel without quotes": ('managers: "#cs-leads"', "managers: #cs-leads", 7, "`managers`", "in quotes"),
    "a channel with a capital": ('"#cs-leads"', '"#CS leads"', 7, "#CS leads", "#channel-name"),
    "an unknown zone": ("Europe/Prague", "Europe/Prag", 2, "Europe/Prag", "nearest: Europe/Prague"),
    "a list as a zone": ("Europe/Prague", "[Europe/Prague]", 2, "timezone", "IANA"),
    "odd business hours": ("09:00-18:00", "9am-6pm", 3, "9am-6pm", "Mon-Fri 09:00-18:00"),
    "hours that end before they start": ("09:00-18:00", "18:00-09:00", 3, "09:00", "24:00"),
    "an unknown country": ("holidays: CZ", "holidays: XQ", 4, "unknown country 'XQ'", "holidays"),
    "a country that YAML takes for a no": ("holidays: CZ", "holidays: NO", 4, "`false`", "text"),
    "an unknown kind of CRM": ("kind: sql", "kind: salesfarce", 11, "salesfarce", "sql"),
    "an unknown aggregate": ("aggregate: avg", "aggregate: median", 17, "median", "'avg', 'sum'"),
    "an unreadable length": ("recent: 14d", "recent: two weeks", 17, "two weeks", "21d"),
    "a length of hours": ("recent: 14d", "recent: 36h", 17, "`recent`", "days or weeks"),
    "a window of no days": ("recent: 14d", "recent: 0d", 17, "`recent`", "days or weeks"),
    "a metric of a bad name": ("active_users:", "Active-Users:", 17, "Active-Users", "a-z"),
    "a metric without its table": ("from: usage, ", "", 17, "`from` is missing", "add `from"),
    "a variable that is not set": ("sqlite:///crm.db", "${STAYSAIL_TEST_CRM}", 12, "STAYSAIL_TEST_CRM is not set", "set STAYSAIL_TEST_CRM"),
    "an unknown dialect": ("sqlite:///crm.db", "oracel://h/x", 12, "oracel", "sqlite"),
    "a dialect whose driver is missing": ("sqlite:///usage.db", "postgresql+pg8000://h/x", 15, "pg8000", "postgresql"),
    "no url at all": ("sqlite:///usage.db", "usage.db", 15, "`url`", "sqlite:///FILE"),
    "a limit of nothing": ("cards_a_day: 5", "cards_a_day: 0", 19, "`0`", "1 or more"),
    "a limit in words": ("cards_a_day: 5", "cards_a_day: five", 19, "five", "whole number"),
    "a speed of nothing": ("posts_per_second: 1", "posts_per_second: 0", 20, "posts_per_second", "greater than 0"),
    "a tab": ("  cards_a_day", "\tcards_a_day", 19, "tab", "spaces"),
    "an open quote": ('"#cs-leads"', '"#cs-leads', 9, "not readable as YAML", "quotes"),
    "a key twice": ("  kind: sql\n", "  kind: sql\n  kind: sql\n", 12, "`kind` stands twice", "remove one"),
    "an empty section": ("roles:\n  admins: [admin@ours.example]\n", "roles:\n", 21, "`roles` has no value", "leave the key out"),
    "a section of the wrong shape": ("roles:\n  admins: [admin@ours.example]", "roles: [admin@ours.example]", 21, "`roles`", "keys"),
    "a word where a list is needed": ("[usage-drop, own]", "usage-drop", 24, "`enable`: found `usage-drop`", "a list"),
    "an unknown playbook": ("[usage-drop, own]", "[usage-dorp]", "enable", "`usage-dorp`", "nearest: usage-drop"),
    "no folder of playbooks": ("./playbooks", "./playbook", "playbook", "no such folder", "create it"),
    "a wrong route": ("segment = 'enterprise'", "segmnt = 'enterprise'", "channels.routes[0].when", "segmnt", "nearest: segment"),
    "a route without a channel": (', to: "#cs-enterprise"', "", 9, "`to` is missing", "add `to"),
}  # fmt: skip

PLAYBOOKS = {
    "an unknown signal": ("arr > 1000", "art > 1000", 6, "art", "nearest: arr"),
    "a wrong type": ("arr > 1000", "arr > 'lots'", 6, "lots", "number"),
    "an unlisted function": ("arr > 1000", "load_extension('x') = 1", 6, "load_extension", "allowed"),
    "a subquery": ("arr > 1000", "arr > (SELECT 1)", 6, "SELECT", ""),
    "a semicolon": ("arr > 1000", "arr > 1000; DROP TABLE accounts", 6, ";", ""),
    "an unknown step": ("card: churn-risk", "crad: churn-risk", 11, "unknown step `crad`", "nearest: card"),
    "an unknown card": ("card: churn-risk", "card: churn-rsk", 11, "churn-rsk", "nearest: churn-risk"),
    "an unknown key": ("priority: arr", "priorty: arr", 8, "unknown key `priorty`", "nearest: priority"),
    "an unknown kind": ("kind: risk", "kind: risky", 4, "risky", "nearest: risk"),
    "an unknown trigger": ("trigger: sweep", "trigger: hourly", 5, "hourly", "sweep"),
    "no version": ("version: 1\n", "", 1, "`version` is missing", "add `version"),
    "an odd length": ("21d", "3 weeks ago", 9, "3 weeks ago", "21d"),
    "a tab": ("  - card", "\t- card", 11, "tab", "spaces"),
    "the name of another": ("playbook: own", "playbook: usage-drop", "enable", "`own`", "allowed"),
}  # fmt: skip


@pytest.fixture(scope="session")
def right(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A folder in which nothing is wrong."""
    folder = tmp_path_factory.mktemp("right")
    shutil.copy(sqlite_template, folder / "staysail.db")
    for file, script in {
        "crm.db": "CREATE TABLE accounts (id, name, arr, segment, stage); INSERT INTO accounts VALUES ('a', 'A', 1, 'smb', 'growth')",
        "usage.db": "CREATE TABLE usage (account_id, day, n); INSERT INTO usage VALUES ('a', date('now', '-1 day'), 4)",
    }.items():
        connection = sqlite3.connect(folder / file)
        connection.executescript(script)
        connection.close()
    (folder / "playbooks").mkdir()
    (folder / "playbooks" / "own.yml").write_text(PLAYBOOK)
    (folder / "staysail.yml").write_text(GOOD)
    return folder


@pytest.fixture
def folder(tmp_path: Path, right: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copytree(right, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "STAYSAIL_CONFIG", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL"):
        monkeypatch.delenv(name, raising=False)
    logs = structlog.get_config()
    yield tmp_path
    structlog.configure(**logs)


class Run:
    """`staysail …` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["staysail", *words])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self._capsys.readouterr()
        return int(ended.value.code or 0), out, err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(capsys, monkeypatch)


def one_line(run: Run, *said: str, verbs: tuple[str, ...] = ("sweep", "check")) -> None:
    for verb in verbs:
        code, out, err = run(verb)
        assert code == 1, (verb, out, err)
        (line,) = err.splitlines()
        for words in said:
            assert words in line, (verb, line)
        assert "Traceback" not in out + err


def verbs_for(place: int | str) -> tuple[str, ...]:
    """What has its line is found while the file is read, which is one way for all verbs; what two files say together, each asks itself."""
    return ("sweep",) if isinstance(place, int) else ("sweep", "check")


def test_what_is_right_passes_both(folder: Path, run: Run) -> None:
    code, out, err = run("sweep", "--json")
    assert (code, err) == (0, "")
    code, out, err = run("check")
    assert (code, err) == (0, ""), out


@pytest.mark.parametrize("mistake", SETTINGS)
def test_wrong_settings_get_one_clear_line(folder: Path, run: Run, mistake: str) -> None:
    right, wrong, place, *said = SETTINGS[mistake]
    assert right in GOOD
    (folder / "staysail.yml").write_text(GOOD.replace(right, wrong, 1))
    one_line(run, f"staysail.yml:{place}: " if isinstance(place, int) else place, *said, verbs=verbs_for(place))


@pytest.mark.parametrize("mistake", PLAYBOOKS)
def test_wrong_playbooks_get_one_clear_line(folder: Path, run: Run, mistake: str) -> None:
    right, wrong, place, *said = PLAYBOOKS[mistake]
    assert right in PLAYBOOK
    (folder / "playbooks" / "own.yml").write_text(PLAYBOOK.replace(right, wrong, 1))
    one_line(run, f"own.yml:{place}: " if isinstance(place, int) else place, *said, verbs=verbs_for(place))
    if isinstance(place, int):
        code, _, err = run("playbook", "lint", "playbooks/own.yml")
        assert (code, len(err.splitlines())) == (1, 1), err


def test_check_finds_what_is_wrong_while_a_file_is_read_too(folder: Path, run: Run) -> None:
    right, wrong, place, *said = PLAYBOOKS["an unknown signal"]
    (folder / "playbooks" / "own.yml").write_text(PLAYBOOK.replace(right, wrong, 1))
    one_line(run, f"own.yml:{place}: ", *said, verbs=("check",))
    right, wrong, place, *said = SETTINGS["an unknown key"]
    (folder / "staysail.yml").write_text(GOOD.replace(right, wrong, 1))
    one_line(run, f"staysail.yml:{place}: ", *said, verbs=("check",))


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list", "a: &x [*x]", "\x00", "{" * 500])
def test_a_file_that_is_no_settings_file_gets_one_line(folder: Path, run: Run, text: str) -> None:
    (folder / "staysail.yml").write_text(text)
    one_line(run, "staysail.yml:1: ")


def test_files_that_are_not_there_get_one_line(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAYSAIL_CONFIG", "other.yml")
    one_line(run, "other.yml: there is no such file", "--config")
    monkeypatch.delenv("STAYSAIL_CONFIG")
    assert run("playbook", "lint", "nothing.yml")[0] == 1
    (folder / "staysail.yml").write_bytes(b"channels: \xff\xfe")
    one_line(run, "staysail.yml:1: the file is not UTF-8")


def test_every_mistake_of_a_file_is_told_at_once(folder: Path, run: Run) -> None:
    (folder / "staysail.yml").write_text(
        GOOD.replace("Europe/Prague", "Mars").replace("cards_a_day: 5", "cards_a_day: 0").replace("kind: sql", "kin: x")
    )
    code, _, err = run("sweep")
    assert code == 1
    assert [line.split(":")[1] for line in err.splitlines()] == ["2", "11", "19"]


def test_a_secret_of_the_url_is_not_shown(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM", "oracel://user:hunter2@h/x")
    (folder / "staysail.yml").write_text(GOOD.replace("sqlite:///crm.db", "${CRM}"))
    one_line(run, "oracel")
    assert "hunter2" not in "".join(run("check")[1:])


@pytest.mark.parametrize("url", ["nonsense", "mysql://h/x", "postgresql+asyncpg://u:hunter2@127.0.0.1:1/x", "sqlite:////nowhere/at/all.db"])
def test_a_wrong_database_url_gets_one_line(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    for verb in ("sweep", "check", "migrate"):
        code, out, err = run(verb)
        assert (code, len(err.splitlines())) == (1, 1), (verb, out, err)
        assert "hunter2" not in out + err


def test_an_unmigrated_database_is_told_by_every_verb_that_needs_it(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///empty.db")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    for words in (["sweep"], ["deliver"], ["playbook", "lint", "playbooks/own.yml"], ["playbook", "dry-run", "playbooks/own.yml"]):
        code, _, err = run(*words)
        assert (code, len(err.splitlines())) == (1, 1), words
        assert "run `staysail migrate`" in err
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    code, _, err = run("check")
    assert (code, len(err.splitlines())) == (1, 1)
    assert run("migrate")[0] == 0
    assert run("sweep")[0] == 0


def test_playbooks_are_listed_even_beside_a_broken_file(folder: Path, run: Run) -> None:
    (folder / "playbooks" / "torn.yml").write_text("playbook: [torn\n\tx")
    (folder / "playbooks" / "words.yml").write_text("words")
    code, out, _ = run("playbook", "list")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines() if line.startswith("on")] == [["on", "usage-drop"], ["on", "own"]]
    assert "torn.yml" in out


def test_wrong_words_on_the_command_line_exit_2_or_1(folder: Path, run: Run) -> None:
    assert run("sweeep")[0] == 2
    assert run("sweep", "--as-off", "x")[0] == 2
    code, _, err = run("sweep", "--as-of", "tomorrow")
    assert (code, len(err.splitlines())) == (1, 1)
    assert "2026-03-31" in err
    code, _, err = run("deliver")
    assert code == 1
    assert "SLACK_BOT_TOKEN" in err
    code, _, err = run("run")
    assert (code, len(err.splitlines())) == (1, 1)
