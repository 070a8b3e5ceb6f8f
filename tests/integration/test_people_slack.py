"""What is known of people and channels stays when Slack, or what stands in for it, answers without a list."""

from typing import Any

import pytest

from bot import clock
from bot.connectors.people.slack import SlackPeople
from bot.database import Database
from bot.errors import SendFailed
from bot.team.channels import Channels
from bot.team.directory import Directory
from tests.scenario.conftest import on_sqlite


class Mute:
    """Says yes to everything, and nothing else."""

    def __getattr__(self, method: str) -> Any:
        async def answer(**_: Any) -> dict[str, Any]:
            return {"ok": True, "team_id": "T1"}

        return answer


@on_sqlite
async def test_an_answer_without_its_list_is_a_failure_that_stops_nothing(database: Database) -> None:
    people = SlackPeople(Mute())  # type: ignore[arg-type]
    for ask in (people.channels(), people.everyone(), people.groups(["cs"])):
        with pytest.raises(SendFailed, match="Slack answered without"):
            await ask
    await Channels(database, people).refresh_quietly(clock.now())
    await Directory(database, people, list).refresh_quietly(clock.now())
