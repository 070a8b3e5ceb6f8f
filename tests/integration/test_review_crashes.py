"""A process that dies while a review is planned, moved or cancelled: everybody is told once, of everything that was decided."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.alerts.cards import World
from bot.database import Database
from bot.reviews.form import Form, Ticket
from bot.reviews.means import Means, means_of
from bot.reviews.sending import Sent, cancel, send
from bot.settings import Settings, load_settings
from bot.team.roles import actor_of
from models import Account, Alert, Base, Contact, Dispatch, Event, OutboxMessage, Participant, Review, Teammate, Touch, Trace
from tests.integration.crashing import SETTINGS, Crash, Dying

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
Work = Callable[[Session], Any]


def begin(session: Session) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
    session.execute(insert(Account).values(id="a", name="Acme", owner_email="jana@ours.example", stage="adoption", polled_at=NOW))
    for name in ("ada", "bob", "cyd"):
        values = {"id": name, "name": name.title(), "email": f"{name}@acme.example", "account_id": "a", "polled_at": NOW}
        session.execute(insert(Contact).values(**values))
    session.execute(insert(Teammate).values(slack_id="U1", name="Jana", email="jana@ours.example", timezone="Europe/Prague", read_at=NOW))
    values = {"id": 1, "account_id": "a", "card": "check-in", "kind": "risk", "state": "taken", "version": 1, "opened_at": NOW}
    session.execute(insert(Alert).values(**values))


def means(session: Session, settings: Settings) -> Means:
    actor = actor_of(session.get_one(Teammate, "U1"), settings.roles)
    return means_of(session, settings, World(settings.metrics, settings.zone, lambda: NOW), actor, NOW)


def form(ticket: Ticket, day: str, *contacts: str) -> Form:
    return Form(ticket, "call", "own", day, "10:00", 30, "Room 5", contacts, (), "What comes next", "cs")


def plan(session: Session, settings: Settings) -> Any:
    return send(session, means(session, settings), form(Ticket("a", 1, "the-form"), "2026-11-20", "ada", "bob"))


def move(session: Session, settings: Settings) -> Any:
    review = session.scalars(select(Review)).one()
    ticket = Ticket("a", 1, "another-form", review.id, 1)
    return send(session, means(session, settings), form(ticket, "2026-11-24", "ada", "cyd"))


def call_off(session: Session, settings: Settings) -> Any:
    review = session.scalars(select(Review)).one()
    return cancel(session, means(session, settings), review.id, 2, "I am ill.")


def outcome(session: Session) -> dict[str, Any]:
    """Everything that was decided; without what is drawn by lot."""
    rows = {
        "review": [(r.state, r.sequence, r.version, r.starts_at) for r in session.scalars(select(Review))],
        "people": sorted((p.email, p.told, p.gone_at is None) for p in session.scalars(select(Participant))),
        "letters": sorted((d.key.partition(":")[2], d.content["calendar"]["text"]) for d in session.scalars(select(Dispatch)) if d.key),
        "outbox": sorted((o.dedup_key, o.channel, o.wanted_version) for o in session.scalars(select(OutboxMessage))),
        "touches": sorted((t.contact_id, t.what) for t in session.scalars(select(Touch))),
        "events": sorted(e.name for e in session.scalars(select(Event))),
        "traces": [t.what for t in session.scalars(select(Trace).order_by(Trace.id))],
        "card": [a.version for a in session.scalars(select(Alert))],
    }
    return json.loads(
        json.dumps(rows, default=str).replace(f'"{_first(session)}:', '"ID:').replace(f"review:{_first(session)}", "review:ID")
    )


def _first(session: Session) -> int:
    return session.scalars(select(Review.id)).one()


async def tell(database: Database, settings: Settings, crashing: bool) -> tuple[dict[str, Any], int]:
    """The outcome, and how often the process died."""
    await database.run(begin)
    died = 0
    with Dying(database).listening() as dying:
        for work in (plan, move, call_off):
            for turn in count(1):
                dying.left = turn * turn + 2 * turn if crashing else None
                try:
                    reply = await database.run(work, settings)
                except Crash:
                    died += 1
                    continue
                assert isinstance(reply, Sent), reply
                break
            dying.left = None
            assert isinstance(await database.run(work, settings), Sent), "it came in once more: the answer had been lost"
    return await database.read(outcome), died


def test_whoever_dies_in_between_tells_everybody_once(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "staysail.yml"
    file.write_text(json.dumps(SETTINGS))
    settings = load_settings(file, {})
    calm, _ = asyncio.run(tell(database, settings, crashing=False))
    assert [key for key, _ in calm["letters"]] == [
        *("ID:0:ada@acme.example", "ID:0:bob@acme.example", "ID:0:jana@ours.example"),
        *("ID:1:ada@acme.example", "ID:1:bob@acme.example", "ID:1:cyd@acme.example", "ID:1:jana@ours.example"),
        *("ID:2:ada@acme.example", "ID:2:cyd@acme.example", "ID:2:jana@ours.example"),
    ]
    assert calm["review"][0][:3] == ["cancelled", 2, 3]
    assert calm["events"] == ["review_cancelled", "review_scheduled"]
    crashed, died = asyncio.run(tell(database, settings, crashing=True))
    assert died > 12, "it died in the middle of each, time after time"
    assert crashed == calm
