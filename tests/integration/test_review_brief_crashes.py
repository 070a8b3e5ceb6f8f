"""A process that dies between any two steps of a brief: it is written once, and as if nothing had happened."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, cast

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.alerts.cards import World
from bot.connectors.ports import Metric, Usage
from bot.database import Database
from bot.reviews.brief import Briefs
from bot.settings import LiveSettings, load_settings
from models import Account, Base, Dispatch, OutboxMessage, Participant, Review, Teammate
from tests.integration.crashing import SETTINGS, Crash, Dying

NOW = datetime(2026, 11, 19, 9, tzinfo=UTC)
METRIC = {"from": "usage", "account": "a", "day": "d", "value": "v", "aggregate": "avg"}


def begin(session: Session) -> None:
    """Two meetings on the next day."""
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
    session.execute(insert(Account).values(id="a", name="Acme", owner_email="jana@ours.example", stage="adoption", polled_at=NOW))
    session.execute(insert(Teammate).values(slack_id="U1", name="Jana", email="jana@ours.example", timezone="Europe/Prague", read_at=NOW))
    whose = {
        "organizer": "U1",
        "organizer_email": "jana@ours.example",
        "organizer_name": "Jana",
        "created_by": "U1",
        "zone": "Europe/Prague",
    }
    about = {"account_id": "a", "type": "qbr", "state": "scheduled", "minutes": 30, "created_at": NOW, "changed_at": NOW}
    for number, hour in ((1, 9), (2, 14)):
        at = datetime(2026, 11, 20, hour, tzinfo=UTC)
        session.execute(insert(Review).values(id=number, key=str(number), uid=str(number), starts_at=at, **about, **whose))
        session.execute(insert(Participant).values(review_id=number, name="Ada", email="ada@acme.example", contact_id="ada"))


class Slack:
    """Takes files, and may die before it does or before it answers. Every file has an id of its own."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.dies: str | None = None

    async def files_upload_v2(self, file_uploads: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        if self.dies == "before":
            raise asyncio.CancelledError
        self.files.append(f"F{len(self.files)}")
        if self.dies == "after":
            raise asyncio.CancelledError
        return {"ok": True, "files": [{"id": self.files[-1]}]}


class Warehouse:
    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self.metrics = metrics

    def weekly(self, metric: str, accounts: Sequence[str], day: Any, weeks: int) -> dict[str, list[float]]:
        return {account: [41.0] * 11 + [17, 17] for account in accounts}


def outcome(session: Session) -> Any:
    """Everything that was decided, but for the ids of files."""
    dispatches = session.scalars(select(Dispatch).order_by(Dispatch.key)).all()
    rows = {
        "reviews": [(r.state, r.version, r.briefed_at) for r in session.scalars(select(Review).order_by(Review.id))],
        "briefs": [(d.kind, d.key, d.recipient, d.content["picture"], len(d.content["charts"])) for d in dispatches],
        "files": [all(chart["file"] for chart in d.content["charts"]) for d in dispatches],
        "outbox": sorted((o.dedup_key, o.channel) for o in session.scalars(select(OutboxMessage))),
        "subjects": sorted(o.subject for o in session.scalars(select(OutboxMessage))) == sorted(f"brief:{d.id}" for d in dispatches),
    }
    return json.loads(json.dumps(rows, default=str))


async def tell(database: Database, briefs: Briefs, slack: Slack, crashing: bool) -> tuple[Any, int]:
    """The outcome, and how often the process died: once after each statement, after every third where each takes a round trip."""
    step = 1 if database.is_sqlite else 3
    await database.run(begin)
    died = 0
    with Dying(database).listening() as dying:
        for turn in count(1):
            dying.left = 1 + (turn - 1) * step if crashing else None
            slack.dies = {1: "before", 2: "after"}.get(turn) if crashing else None
            try:
                await briefs.run()
            except (Crash, asyncio.CancelledError):
                died += 1
                continue
            break
        dying.left = slack.dies = None
        assert await briefs.run() == {"briefs": 0}
    return await database.read(outcome), died


def test_whoever_dies_in_between_writes_each_brief_once(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "staysail.yml"
    usage = {"usage": {"url": "sqlite:///none.db", "metrics": {"active_users": METRIC}}}
    file.write_text(json.dumps({**SETTINGS, **usage}))
    settings, slack = load_settings(file, {}), Slack()
    world = World(settings.metrics, settings.zone, lambda: NOW)
    client, warehouse = cast("AsyncWebClient", slack), cast("Usage", Warehouse(settings.metrics))
    briefs = Briefs(database, LiveSettings(settings, database), world, client, warehouse)
    calm, _ = asyncio.run(tell(database, briefs, slack, crashing=False))
    assert [row[1:3] for row in calm["briefs"]] == [["brief:1:0", "U1"], ["brief:2:0", "U1"]]
    assert (calm["files"], calm["subjects"], len(calm["outbox"])) == ([True, True], True, 2)
    crashed, died = asyncio.run(tell(database, briefs, slack, crashing=True))
    assert died >= 5, "it died in the middle of each, time after time"
    assert crashed == calm
