"""`staysail check` and `staysail playbook lint` on surveys."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.check import check_all
from bot.database import Database
from bot.errors import InvalidInput
from bot.playbooks.lint import Linted, lint_files
from bot.settings import load_settings

VARIABLES = {"STAYSAIL_URL": "https://us.example", "STAYSAIL_SECRET": "x" * 32}
EMAIL = {"url": "smtp://127.0.0.1:1", "from": "Ours <cs@ours.example>"}
GOOD: dict[str, Any] = {
    "survey": "mood",
    "version": 1,
    "about": "Mood",
    "kind": "csat",
    "words": {"en": {"question": "How are you?", "low": "Bad", "high": "Good"}},
}
ASKS = {"playbook": "ask-mood", "version": 1, "about": "Asks", "kind": "survey", "trigger": "manual", "steps": [{"survey": "mood"}]}
ASKED = {"playbooks": "./playbooks", "enable": ["ask-mood"]}


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copy(sqlite_template, tmp_path / "staysail.db")
    with closing(sqlite3.connect(tmp_path / "crm.db")) as crm, crm:
        crm.execute("CREATE TABLE accounts (id, name)")
    with closing(sqlite3.connect(tmp_path / "staysail.db")) as ours, ours:
        ours.execute("INSERT INTO accounts (id, name, polled_at, extra) VALUES ('a1', 'Acme', '2026-03-31 09:00:00', '{}')")
        columns = "id, account_id, name, role, opted_out, polled_at"
        ours.execute(f"INSERT INTO contacts ({columns}) VALUES ('c1', 'a1', 'Ann', 'Champion', 0, '2026-03-31')")
    for name in ("surveys", "playbooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "playbooks" / "ask-mood.yml").write_text(json.dumps(ASKS))
    return tmp_path


def survey(folder: Path, **keys: Any) -> Path:
    file = folder / "surveys" / "mood.yml"
    file.write_text(yaml.safe_dump(GOOD | keys, sort_keys=False, allow_unicode=True))
    return file


def settings(folder: Path, **more: Any) -> Path:
    crm = {"url": f"sqlite:///{folder}/crm.db", "accounts": "SELECT id, name FROM accounts"}
    base = {"channels": {"alerts": "#cs-alerts"}, "crm": crm, "enable": [], "surveys": {"folder": "./surveys"}, "email": EMAIL}
    (folder / "staysail.yml").write_text(json.dumps({key: value for key, value in (base | more).items() if value is not None}))
    return folder / "staysail.yml"


async def found(folder: Path, without: str = "", **more: Any) -> list[str]:
    variables = {name: value for name, value in VARIABLES.items() if name != without}
    findings = await check_all(settings(folder, **more), variables | {"DATABASE_URL": f"sqlite:///{folder}/staysail.db"})
    shown = [f"{finding}{'' if finding.fatal else ' [can wait]'}".removeprefix(f"{folder}/") for finding in findings]
    return [finding for finding in shown if not finding.startswith("SLACK_BOT_TOKEN")]


async def test_surveys_in_order_are_not_spoken_of(folder: Path) -> None:
    survey(folder, roles=["champion"])
    assert await found(folder, **ASKED) == []


async def test_mistakes_are_told_once_with_their_place(folder: Path) -> None:
    survey(folder, kind="ncs", version=0)
    said = ["surveys/mood.yml:2: `version`: found `0` (allowed: 1 or more)", "surveys/mood.yml:4: `kind`: found `ncs` (allowed:"]
    for email in (EMAIL, None):
        about = [finding for finding in await found(folder, email=email) if finding.startswith("surveys/")]
        assert [finding[: len(start)] for finding, start in zip(about, said, strict=True)] == said


async def test_a_folder_that_is_not_there(folder: Path) -> None:
    (finding,) = await found(folder, surveys={"folder": "./nowhere"})
    assert finding == "nowhere: there is no such folder of surveys (create it, or change `surveys.folder` in staysail.yml)"


@pytest.mark.parametrize("missing", ["STAYSAIL_URL", "STAYSAIL_SECRET", "email"])
async def test_what_asking_needs(folder: Path, missing: str) -> None:
    survey(folder)
    (finding,) = await found(folder, without=missing, **({"email": None} if missing == "email" else {}))
    assert finding.startswith("staysail.yml: surveys.folder: nobody can be asked: ")
    assert missing in finding
    assert finding.endswith("[can wait]")


async def test_nothing_is_needed_as_long_as_nobody_asks(folder: Path) -> None:
    assert await found(folder, without="STAYSAIL_URL", surveys=None) == []


@pytest.mark.parametrize("missing", ["STAYSAIL_URL", "email"])
async def test_an_enabled_playbook_that_asks_needs_the_same(folder: Path, missing: str) -> None:
    asks = await found(folder, missing, surveys=None, **ASKED, **({"email": None} if missing == "email" else {}))
    assert any(finding.startswith("playbooks/ask-mood.yml:1: `ask`: nobody could answer a survey") for finding in asks), asks


async def test_what_is_unwise_can_wait(folder: Path) -> None:
    german = {"de": {"question": "Wie geht es?", "low": "Schlecht", "high": "Gut"}}
    survey(folder, roles=["champoin", "Champion"], words=GOOD["words"] | german)
    themes = {"Price": ["too dear"], "price": ["costs"]}
    said = await found(folder, surveys={"folder": "./surveys", "themes": themes}, email=EMAIL | {"from": "cs@ours.example"})
    assert said == [
        "staysail.yml: surveys.company: questions call the company `ours.example` "
        "(name it under `surveys.company`, or put a name before the address in `email.from`) [can wait]",
        "staysail.yml: surveys.themes: `Price` and `price` are one theme (take one of them away) [can wait]",
        "surveys/mood.yml:1: `mood`: no enabled playbook asks it (add a step `survey: mood` to one, or enable one that has it) [can wait]",
        "surveys/mood.yml:1: `mood` asks in `de`, and the letter `survey` around it is not written in that language "
        "(add survey/de to your letters) [can wait]",
        "surveys/mood.yml:1: `mood` asks in `de`, and the letter `survey-reminder` around it is not written in that language "
        "(add survey-reminder/de to your letters) [can wait]",
        "surveys/mood.yml:1: `mood`: no contact has the role `champoin` (nearest: champion) [can wait]",
    ]


async def lint(folder: Path, *files: Path) -> Linted:
    url = f"sqlite:///{folder}/staysail.db"
    database = Database(url)
    try:
        return await database.read(lint_files, load_settings(settings(folder, **ASKED), VARIABLES | {"DATABASE_URL": url}), files, {})
    finally:
        database.close()


async def test_lint_takes_surveys_and_playbooks(folder: Path) -> None:
    files = (survey(folder), folder / "playbooks" / "ask-mood.yml")
    assert await lint(folder, *files) == Linted(1, 1, [])
    assert (await lint(folder, *files)).in_words() == "1 playbook and 1 survey in order"
    assert (await lint(folder, files[0])).in_words() == "1 survey in order"
    assert (await lint(folder, files[1])).in_words() == "1 playbook in order"


async def test_lint_tells_what_is_unwise_in_a_survey(folder: Path) -> None:
    (warning,) = (await lint(folder, survey(folder, roles=["boss"]))).warnings
    assert warning.problem == "`mood`: no contact has the role `boss`"


async def test_lint_tells_the_mistakes_of_every_file(folder: Path) -> None:
    file, playbook = survey(folder, version=0), folder / "playbooks" / "other.yml"
    playbook.write_text(json.dumps(ASKS | {"kind": "x"}))
    with pytest.raises(InvalidInput) as caught:
        await lint(folder, file, playbook)
    said = str(caught.value)
    assert "mood.yml:2: `version`: found `0`" in said
    (folder / "surveys" / "mood.yml").unlink()
    file = folder / "mood.yml"
    file.write_text(yaml.safe_dump(GOOD | {"version": 0}))
    with pytest.raises(InvalidInput) as caught:
        await lint(folder, file, playbook)
    assert "`version`: found `0`" in str(caught.value)
    assert "`kind`: found `x`" in str(caught.value)
