"""A dry run names whom a playbook would touch now, and changes nothing."""

from pathlib import Path

from bot import clock
from bot.database import Database
from bot.playbooks.dry_run import dry_run_file
from models import Alert, Match, Play
from tests.integration.company import DAY, ONE, Company, fill


async def test_a_dry_run_names_exactly_those_whom_the_next_sweep_opens(database: Database, tmp_path: Path, same_source: str) -> None:
    company = Company(tmp_path, same_source, database, {"usage": None, "enable": []})
    company.make(crm="id TEXT, name TEXT, arr REAL, stage TEXT, churned_on TEXT, score INTEGER")
    rows = [("a", 1.0, "growth", 1), ("b", 2.0, "growth", 1), ("c", 3.0, "churned", 1), ("d", 4.0, "growth", 9), ("e", 5.0, None, None)]
    fill(company.url, "crm", "id, name, arr, stage, score", [(i, i, a, s, n) for i, a, s, n in rows])
    await company.sweep()
    company.playbook("low", when="score < 5", priority="arr")
    file = tmp_path / "playbooks" / "low.yml"

    async def tried(day: object) -> dict[str, object]:
        settings = company.load()
        now = clock.as_of(str(day), settings.zone)()
        return (await database.run(dry_run_file, settings, file, now)).as_dict()

    assert await tried(DAY) == {"playbook": "low", "matches": ["b", "a"], "held": {}}
    assert (await company.rows(Play), await company.rows(Alert), await company.rows(Match)) == ([], [], [])
    await company.sweep()
    assert await company.open() == {"a", "b"}
    company.sql("UPDATE crm SET score = 1 WHERE id = 'd'")
    await company.sweep(DAY + ONE, enable=[])
    assert await tried(DAY + ONE) == {"playbook": "low", "matches": ["d"], "held": {"b": "open", "a": "open"}}
