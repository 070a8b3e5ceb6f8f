"""`staysail check` looks into somebody's calendar, and says what is wrong with it."""

import json
import shutil
from pathlib import Path

import pytest

from bot.check import check_all
from bot.errors import InvalidInput
from bot.settings import load_settings
from tests.calendars import CalendarServer

ADMIN = "petr@ours.example"


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copy(sqlite_template, tmp_path / "staysail.db")
    return tmp_path


async def found(folder: Path, url: str) -> list[str]:
    settings = {
        "channels": {"alerts": "#cs-alerts"},
        "crm": {"url": f"sqlite:///{folder}/crm.db", "accounts": "SELECT 'a1' AS id, 'Acme' AS name"},
        "roles": {"admins": ["@admins", ADMIN]},
        "meetings": {"calendar": {"url": url}},
        "enable": [],
    }
    (folder / "staysail.yml").write_text(json.dumps(settings))
    findings = await check_all(folder / "staysail.yml", {"DATABASE_URL": f"sqlite:///{folder}/staysail.db"})
    mine = [finding for finding in findings if "meetings.calendar" in finding.place]
    return [f"{finding.problem} ({finding.cure}){'' if finding.fatal else ' [can wait]'}" for finding in mine]


async def test_what_is_said_of_a_calendar(folder: Path, calendars: CalendarServer) -> None:
    address = calendars.address(ADMIN)
    missing = f"there is no calendar {address}: create it, or correct meetings.calendar.url in staysail.yml () [can wait]"
    assert await found(folder, calendars.url()) == [missing]
    calendars.create(ADMIN)
    assert await found(folder, calendars.url()) == []
    assert await found(folder, calendars.url("looker", "sees only spans")) == [
        f"looker may look into the calendar {address}, but not write to it (share it with the right to write) [can wait]"
    ]
    refused = "the calendar server refuses user and password: correct meetings.calendar.url in staysail.yml ()"
    assert await found(folder, calendars.url(password="secret")) == [refused]
    calendars.answers["PROPFIND"] = [("301 Moved", [("Location", "https://new.example/")])]
    assert "has moved to https://new.example/" in (await found(folder, calendars.url()))[0]
    (away,) = await found(folder, "http://user:secret@127.0.0.1:9/{user}/")
    assert away.startswith("the calendar server cannot be reached")
    assert "secret" not in away


def test_a_form_cannot_wait_for_longer_than_slack_does(tmp_path: Path) -> None:
    calendar = {"url": "https://a:b@calendars.example/{email}/", "timeout": "3s"}
    settings = {"channels": {"alerts": "#a"}, "crm": {"url": "sqlite:///x", "accounts": "SELECT 1"}, "meetings": {"calendar": calendar}}
    (tmp_path / "staysail.yml").write_text(json.dumps(settings))
    with pytest.raises(InvalidInput, match=r"`timeout`: found 3s \(allowed: 1s or 2s, because Slack gives a form three seconds to open\)"):
        load_settings(tmp_path / "staysail.yml", {})
