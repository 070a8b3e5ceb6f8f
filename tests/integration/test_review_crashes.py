"""A process that dies while a review is planned, moved or cancelled, or while somebody says what came of it: everybody is told once, of
everything that was decided."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.alerts.cards import World
from bot.database import Database
from bot.reviews.form import Form, Ticket
from bot.reviews.held import hold
from bot.reviews.held_form import HeldForm, Row
from bot.reviews.held_question import look_after
from bot.reviews.means import Means, means_of
from bot.reviews.no_show import Absence, note_no_show
from bot.reviews.sending import Sent, cancel, send
from bot.settings import Settings, load_settings
from bot.team.roles import actor_of
from models import (
    Account,
    Alert,
    Base,
    Contact,
    Dispatch,
    Event,
    OutboxMessage,
    Participant,
    Reason,
    Review,
    Teammate,
    Touch,
    Trace,
    Writeback,
)
from tests.integration.crashing import SETTINGS, Crash, Dying

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
ALERT = 900
"""Beyond what the databases number by themselves."""
WRITABLE = {
    "read": "SELECT outcome, note, next_step FROM records WHERE account_id = :id",
    "write": "UPDATE records SET outcome = :outcome, note = :note, next_step = :next_step WHERE account_id = :id",
}
Work = Callable[[Session, Settings], Any]


def begin(session: Session) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
    session.execute(insert(Account).values(id="a", name="Acme", owner_email="jana@ours.example", stage="adoption", polled_at=NOW))
    for name in ("ada", "bob", "cyd"):
        values = {"id": name, "name": name.title(), "email": f"{name}@acme.example", "account_id": "a", "polled_at": NOW}
        session.execute(insert(Contact).values(**values))
    session.execute(insert(Teammate).values(slack_id="U1", name="Jana", email="jana@ours.example", timezone="Europe/Prague", read_at=NOW))
    alert: dict[str, Any] = {
        "id": ALERT,
        "account_id": "a",
        "card": "check-in",
        "kind": "risk",
        "state": "taken",
        "version": 1,
        "opened_at": NOW,
    }
    session.execute(insert(Alert).values(**alert))


def means(session: Session, settings: Settings) -> Means:
    actor = actor_of(session.get_one(Teammate, "U1"), settings.roles)
    return means_of(session, settings, World(settings.metrics, settings.zone, lambda: NOW), actor, NOW)


def form(ticket: Ticket, day: str, *contacts: str) -> Form:
    return Form(ticket, "call", "own", day, "10:00", 30, "Room 5", contacts, (), "What comes next", "cs")


def plan(session: Session, settings: Settings) -> Any:
    return send(session, means(session, settings), form(Ticket("a", ALERT, "the-form"), "2026-11-20", "ada", "bob"))


def move(session: Session, settings: Settings) -> Any:
    review = session.scalars(select(Review)).one()
    ticket = Ticket("a", ALERT, "another-form", review.id, 0)
    return send(session, means(session, settings), form(ticket, "2026-11-24", "ada", "cyd"))


def call_off(session: Session, settings: Settings) -> Any:
    review = session.scalars(select(Review)).one()
    return cancel(session, means(session, settings), review.id, 1, "I am ill.")


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
    first = _first(session)
    found: dict[str, Any] = json.loads(json.dumps(rows, default=str).replace(f'"{first}:', '"ID:').replace(f"review:{first}", "review:ID"))
    return found


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


# --- afterwards

AFTER = datetime(2026, 11, 20, 10, tzinfo=UTC)
"""The Friday on which it was, half an hour after its end in Prague."""


def ask(session: Session, settings: Settings) -> Any:
    return look_after(session, settings, _first(session), AFTER)


def write_down(session: Session, settings: Settings) -> Any:
    came = tuple(session.scalars(select(Participant.id).where(Participant.contact_id == "ada")))
    rows = (Row("Send the list", "U1", "2026-11-25"), Row(), Row("Call them", "U1", "2026-11-26"))
    form = HeldForm(_first(session), came, "They hesitate", "We begin in May", 3, rows, crm=True, minutes=True)
    return hold(session, settings, replace(means(session, settings), now=AFTER), form)


def nobody_came(session: Session, settings: Settings) -> Any:
    absent = tuple(session.scalars(select(Participant.id)))
    return note_no_show(session, settings, replace(means(session, settings), now=AFTER), Absence(_first(session), absent, "No word"))


def aftermath(session: Session) -> dict[str, Any]:
    """What the end of a review left behind."""
    tasks = select(Alert.card, Alert.state, Alert.assigned_to, Reason.cause["what"].as_string()).join(Reason, Reason.alert_id == Alert.id)
    review = session.scalars(select(Review)).one()
    return {
        "review": (review.state, review.version, review.asked_at, review.closed_by, review.note, review.decisions, review.mood),
        "people": [(one.email, one.came) for one in session.scalars(select(Participant).order_by(Participant.email))],
        "tasks": [tuple(row) for row in session.execute(tasks.order_by(Alert.id))],
        "letters": sorted(d.recipient for d in session.scalars(select(Dispatch)) if d.content.get("letter") == "review-minutes"),
        "crm": [(one.state, one.new) for one in session.scalars(select(Writeback))],
        "outbox": sorted(
            (one.subject.partition(":")[0], one.channel, one.wanted_version) for one in session.scalars(select(OutboxMessage))
        ),
        "touches": sorted((one.contact_id, one.what) for one in session.scalars(select(Touch))),
        "events": sorted(one.name for one in session.scalars(select(Event))),
        "traces": [one.what for one in session.scalars(select(Trace).order_by(Trace.id))],
    }


async def live(database: Database, settings: Settings, works: Sequence[Work], crashing: bool) -> tuple[dict[str, Any], int]:
    """The same of a review that was planned before: what its end left, and how often the process died.

    Once after each statement; after every fourth where each takes a round trip.
    """
    step = 1 if database.url.get_backend_name() == "sqlite" else 4
    await database.run(begin)
    await database.run(plan, settings)
    died = 0
    with Dying(database).listening() as dying:
        for work in works:
            for turn in count(1):
                dying.left = 1 + (turn - 1) * step if crashing else None
                try:
                    assert await database.run(work, settings) in ({}, "asked")
                    break
                except Crash:
                    died += 1
            dying.left = None
            assert await database.run(work, settings) in ({}, ""), "it came in once more: the answer had been lost"
    return await database.read(aftermath), died


@pytest.mark.parametrize("answer", [write_down, nobody_came])
def test_whoever_dies_after_the_meeting_leaves_one_of_everything(database: Database, tmp_path: Path, answer: Work) -> None:
    file = tmp_path / "staysail.yml"
    file.write_text(json.dumps(SETTINGS | {"crm": SETTINGS["crm"] | {"write": WRITABLE}}))
    settings = load_settings(file, {})
    calm, _ = asyncio.run(live(database, settings, (ask, answer), crashing=False))
    held = answer is write_down
    assert calm["review"][0] == ("held" if held else "no_show")
    assert calm["events"] == ["review_held" if held else "review_no_show", "review_scheduled"]
    assert [what for *_, what in calm["tasks"]] == (["Send the list", "Call them"] if held else [])
    assert calm["letters"] == (["ada@acme.example", "bob@acme.example"] if held else [])
    assert [new["next_step"] for _, new in calm["crm"]] == (["Send the list (Jana, 2026-11-25)"] if held else [])
    assert [kind for kind, *_ in calm["outbox"]].count("review-held") == 1
    crashed, died = asyncio.run(live(database, settings, (ask, answer), crashing=True))
    assert died > 8, "it died after each statement and before the end, time after time"
    assert crashed == calm
