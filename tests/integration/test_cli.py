"""The verbs with one's own settings and databases, against a Slack that is not the sandbox.

What a process alone can show is asked of processes, one of each kind; a verb's answers are the same from `main` in this process.
"""

import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
import structlog

from bot import cli
from tests.integration.company import drop, steady
from tests.standin import StandIn, slack_stand_in

HOUSE = Path(__file__).parents[2]
AS_OF = "2026-03-31"
SETTINGS = """\
workspace: {timezone: Europe/Prague, business_hours: "Mon-Sun 00:00-24:00"}
channels: {alerts: "#cs-alerts", managers: "#cs-leads"}
crm:
  url: sqlite:///crm.db
  accounts: SELECT id, name, owner_email, arr, stage FROM accounts
usage:
  url: sqlite:///usage.db
  metrics:
    active_users: {from: product_usage, account: account_id, day: day, value: active_users}
limits: {posts_per_second: 1000}
roles: {admins: [ann@ours.example]}
enable: [usage-drop]
"""
DRY = """\
playbook: dry
version: 1
about: Whoever uses little
kind: risk
trigger: sweep
when: active_users.recent < 15
steps: [{card: churn-risk}]
"""


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with slack_stand_in() as found:
        yield found


class Office:
    """A folder with settings and databases, and the verbs run in it."""

    def __init__(self, folder: Path, slack: StandIn) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "STAYSAIL", "DATABASE_URL"))}
        self.variables = kept | {
            "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "shh", "SLACK_API_URL": slack.url, "PYTHONPATH": str(HOUSE),
        }  # fmt: skip
        (folder / "staysail.yml").write_text(SETTINGS)
        (folder / "dry.yml").write_text(DRY)
        accounts = [("low", "<!channel> & Co", "ann@ours.example", 9000.0, "growth"), ("fine", "Fine", None, 1.0, "growth")]
        with sqlite3.connect(folder / "crm.db") as crm:
            crm.execute("CREATE TABLE accounts (id TEXT, name TEXT, owner_email TEXT, arr REAL, stage TEXT)")
            crm.executemany("INSERT INTO accounts VALUES (?, ?, ?, ?, ?)", accounts)
        crm.close()
        with sqlite3.connect(folder / "usage.db") as usage:
            usage.execute("CREATE TABLE product_usage (account_id TEXT, day TEXT, active_users INTEGER)")
            usage.executemany("INSERT INTO product_usage VALUES (?, ?, ?)", drop("low") + steady("fine", [20] * 70))
        usage.close()

    def start(self, *words: str, **variables: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "bot", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=self.variables | variables, stdout=pipe, stderr=pipe, text=True)

    def process(self, *words: str, **variables: str) -> tuple[int, str, str]:
        process = self.start(*words, **variables)
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in out + err, err
        return process.returncode, out, err

    def run(self, *words: str, **variables: str) -> tuple[int, str, str]:
        """What the process would say and end with; starting one takes a second and a half of work."""
        out, err, logs = StringIO(), StringIO(), structlog.get_config()
        asked = mock.patch.object(sys, "argv", ["staysail", *words])
        around = mock.patch.dict(os.environ, self.variables | variables, clear=True)
        try:
            with asked, around, chdir(self.folder), redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
                cli.main()
        finally:
            structlog.configure(**logs)
        return int(end.value.code or 0), out.getvalue(), err.getvalue()

    def json(self, *words: str, **variables: str) -> Any:
        code, out, err = self.run(*words, "--json", **variables)
        assert (code, err) == (0, ""), (words, err)
        return json.loads(out)


@pytest.fixture
def office(tmp_path: Path, slack: StandIn, sqlite_template: Path) -> Office:
    shutil.copy(sqlite_template, tmp_path / "staysail.db")
    return Office(tmp_path, slack)


def test_from_migrate_to_the_card_and_no_further(office: Office, slack: StandIn) -> None:
    (office.folder / "staysail.db").unlink()
    code, _, err = office.run("sweep", "--as-of", AS_OF)
    assert (code, len(err.splitlines())) == (1, 1)
    assert "staysail migrate" in err
    assert office.run("migrate")[0] == 0
    code, out, err = office.process("sweep", "--as-of", AS_OF, "--json")
    assert (code, err) == (0, "")
    swept = json.loads(out)
    assert {"accounts", "signals", "opened", "updated", "resolved", "suppressed", "seconds"} <= set(swept)
    assert (swept["accounts"], swept["signals"], swept["opened"], swept["suppressed"]) == (2, 10, 1, {})
    assert office.json("deliver", "--as-of", AS_OF) == {"posted": 1, "updated": 0, "failed": 0, "waiting": 0}
    ((channel, _), message) = next(iter(slack.messages.items()))
    assert channel == "C0ALERTS"
    assert "40 to 10" in json.dumps(message)
    assert "<!channel>" not in json.dumps(message)
    assert office.json("sweep", "--as-of", AS_OF)["opened"] == 0
    assert office.json("deliver", "--as-of", AS_OF) == {"posted": 0, "updated": 0, "failed": 0, "waiting": 0}
    assert slack.calls.count("chat.postMessage") == 1


def test_one_line_of_cron_sweeps_and_sends(office: Office, slack: StandIn) -> None:
    code, _, err = office.run("sweep", "--deliver", "--as-of", AS_OF, SLACK_BOT_TOKEN="")
    assert (code, err) == (1, "SLACK_BOT_TOKEN is not set: copy it from the app's page, OAuth & Permissions\n")
    code, out, err = office.run("sweep", "--deliver", "--as-of", AS_OF, "--json")
    assert (code, err) == (0, "")
    swept, sent = map(json.loads, out.splitlines())
    assert (swept["opened"], sent) == (1, {"posted": 1, "updated": 0, "failed": 0, "waiting": 0})
    code, out, _ = office.run("sweep", "--deliver", "--as-of", AS_OF)
    assert out.splitlines()[1] == "0 posted, 0 updated, 0 failed, 0 waiting"
    assert slack.calls.count("chat.postMessage") == 1


def test_a_stand_in_without_a_list_of_people_stops_no_delivery(tmp_path: Path, sqlite_template: Path) -> None:
    with slack_stand_in(frozenset({"users.list", "conversations.list"})) as slack:
        shutil.copy(sqlite_template, tmp_path / "other.db")
        office = Office(tmp_path, slack)
        (tmp_path / "staysail.yml").rename(tmp_path / "elsewhere.yml")
        where = {"DATABASE_URL": "sqlite:///other.db", "STAYSAIL_CONFIG": "elsewhere.yml"}
        assert office.json("sweep", "--as-of", AS_OF, **where)["opened"] == 1
        code, out, err = office.run(
            "deliver", "--config", "elsewhere.yml", "--as-of", AS_OF, "--json", **where | {"STAYSAIL_CONFIG": "none"}
        )
        assert (code, json.loads(out)["posted"]) == (0, 1), err
        assert not (tmp_path / "staysail.db").exists()


def test_looking_verbs_answer_and_change_nothing(office: Office, slack: StandIn) -> None:
    assert office.json("sweep", "--as-of", AS_OF)["opened"] == 1
    found = office.json("playbook", "dry-run", "dry.yml", "--as-of", AS_OF)
    assert found == {"playbook": "dry", "matches": ["low"], "held": {}}
    code, out, _ = office.run("manifest", "--http", "https://staysail.example")
    assert code == 0
    assert "https://staysail.example/slack/events" in out
    code, out, err = office.run("check")
    assert (code, err) == (0, ""), out
    assert slack.calls.count("chat.postMessage") == 0


def test_what_check_finds_in_slack_and_the_sources_comes_with_its_cure(office: Office) -> None:
    broken = SETTINGS.replace("#cs-leads", "#nowhere").replace("day: day", "day: dya").replace("FROM accounts", "FROM acounts")
    (office.folder / "staysail.yml").write_text(broken)
    code, _, err = office.run("check")
    assert code == 1
    lines = err.splitlines()
    assert len(lines) == 3
    for line, said in zip(lines, ("acounts", "dya", "#nowhere"), strict=True):
        assert said in line
        assert "staysail.yml" in line


def test_run_serves_signed_clicks_and_its_health_and_ends_on_sigterm(office: Office, slack: StandIn) -> None:
    office.json("sweep", "--as-of", AS_OF)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = office.start("run", "--port", str(port))
    try:
        base = f"http://127.0.0.1:{port}"
        assert until(lambda: fetch(base + "/healthz")[0] == 200)
        assert fetch(base + "/readyz") == (200, "ready")
        assert until(lambda: slack.calls.count("chat.postMessage") >= 1)
        status, text = fetch(base + "/metrics")
        assert status == 200
        assert "staysail_outbox_waiting" in text
        assert "staysail_survey_invitations" in text
        assert "staysail_survey_responses" in text
        assert post(base, "/stay", "help", "wrong secret")[0] == 401
        assert until(lambda: "risks" in post(base, "/stay", "help", "shh")[1])  # once the people have been read
        assert fetch(base + "/slack/events")[0] == 405
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert process.returncode in (0, 143, -signal.SIGTERM), err
    assert "Traceback" not in out + err


def until(what: Any, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def fetch(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}), timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def post(base: str, command: str, text: str, secret: str) -> tuple[int, str]:
    """A slash command, signed as Slack signs."""
    form = {"command": command, "text": text, "user_id": "UANN", "team_id": "T1", "channel_id": "C0ALERTS", "trigger_id": "1.2.3"}
    body = urlencode(form | {"response_url": "http://127.0.0.1:9/never", "api_app_id": "A1", "token": "x"})
    stamp = str(int(time.time()))
    signature = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return fetch(base + "/slack/events", body.encode(), headers)
