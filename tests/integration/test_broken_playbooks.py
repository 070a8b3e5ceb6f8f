"""What does not compile any more fails alone: the pass goes on, tells of it once, and takes it up again when it is mended."""

from pathlib import Path
from typing import Any

import pytest

from bot.database import Database
from models import Account, Dispatch, OutboxMessage, Play, PlaybookStatus
from tests.integration.company import DAY, ONE, Company

WAITS: dict[str, Any] = {"kind": "onboarding", "trigger": {"enters": "big"}, "steps": [{"wait": "1d"}, {"set": {"tag": "went-on"}}]}


@pytest.fixture
def company(tmp_path: Path, database: Database, sqlite_source: str) -> Company:
    return Company(tmp_path, sqlite_source, database)


async def told(company: Company) -> list[tuple[str, str, bool]]:
    """The playbook, what is wrong with it, and whether the message says that it is over."""
    rows = [d for d in await company.rows(Dispatch) if d.kind == "removed"]
    return [(d.content["playbook"], d.content["problem"].rpartition(": ")[2], "back_at" in d.content) for d in rows]


async def standing(company: Company) -> list[tuple[str, bool]]:
    return [(alert.playbook, alert.closed_at is None) for alert in await company.alerts()]


async def test_a_playbook_whose_column_changes_its_kind_stands_still_alone(company: Company) -> None:
    company.make(crm="id TEXT, name TEXT, arr REAL, score")
    company.sql("INSERT INTO crm VALUES ('a', 'A', 5000, 7), ('b', 'B', 90, 1)")
    company.settings["segments"] = {"big": "score > 5"}
    company.playbook("scored", when="score > 5", recovered_when="score < 2", once_per="always")
    company.playbook("grown", **WAITS)
    company.playbook("small", when="arr < 100")
    report = await company.sweep()
    assert (report.opened, report.mistakes, report.started) == (2, [], 3)

    company.sql("UPDATE crm SET score = 'seven'", "INSERT INTO crm VALUES ('c', 'C', 50, 'two')")
    for day in (1, 2):
        report = await company.sweep(DAY + day * ONE)
    assert [mistake.partition(": ")[2].partition(" (")[0] for mistake in report.mistakes] == [
        "segments.big: column 9: `>` compares different kinds: `score` is text, `5` is a number",
        "`enters`: the segment `big` cannot be used",
        "`when`, column 9: `>` compares different kinds: `score` is text, `5` is a number",
        "`recovered_when`, column 9: `<` compares different kinds: `score` is text, `2` is a number",
    ]
    assert await standing(company) == [("scored", True), ("small", True), ("small", True)]
    assert {(play.playbook, play.ended_at) for play in await company.rows(Play)} == {("grown", None), ("scored", None), ("small", None)}
    assert {account.tags for account in await company.rows(Account)} == {""}
    assert {status.name: status.paused_at for status in await company.rows(PlaybookStatus)} == dict.fromkeys(("grown", "scored", "small"))
    wrong = "`score` is text, `5` is a number"
    assert sorted(await told(company)) == [("grown", "the segment `big` cannot be used", False), ("scored", wrong, False)]

    company.sql("UPDATE crm SET score = 1")
    report = await company.sweep(DAY + 3 * ONE)
    assert (report.mistakes, report.resolved) == ([], 1)
    assert {account.id: account.tags.strip() for account in await company.rows(Account)} == {"a": "went-on", "b": "", "c": ""}
    assert [over for *_, over in await told(company)] == [True, True]
    assert {(row.channel, row.wanted_version) for row in await company.rows(OutboxMessage) if row.dedup_key.startswith("removed:")} == {
        ("#cs-admins", 2)
    }
