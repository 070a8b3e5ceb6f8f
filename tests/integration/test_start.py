"""What starts every few minutes from cron loads what it needs, and a delivery with nothing to do ends at once."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import bot
from bot.alerts.world import World
from bot.database import Database
from bot.documents.source import FAST, Source, _parse_anew
from bot.outgoing import aftermaths_of, composers_of
from bot.settings import LiveSettings, load_settings
from jobs.delivery import nothing_to_do
from models import Account, Alert, Channel, OutboxMessage, Review, Room, Teammate

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
NEVER = {
    "aiohttp", "apscheduler.schedulers", "bot.charts", "bot.messages.render", "caldav", "httpx", "icalendar", "imap_tools", "jinja2",
    "matplotlib", "pptx", "rich", "scipy", "sklearn", "slack_bolt", "slack_sdk", "starlette", "structlog", "uvicorn",
}  # fmt: skip
MESSAGES = {f"bot.messages.catalog.{name}" for name in ("answers", "cards", "digest", "home", "modals", "reviews", "rooms")}
CONDITIONS = {"babel", "bot.letters.library", "bot.playbooks", "bot.surveys", "sqlglot"}
DECIDING = {"jobs.deciding", "bot.playbooks.decide", "sqlglot"}
"""What a sweep loads while databases are at work."""
SETTINGS = """\
channels: {alerts: "#alerts"}
crm: {url: "sqlite:///crm.db", accounts: select id from accounts}
email: {url: "smtp://127.0.0.1:2525", from: cs@ours.example}
"""


@pytest.mark.parametrize(("verb", "without"), [("sweep", NEVER | MESSAGES | DECIDING), ("deliver", NEVER | MESSAGES | CONDITIONS)])
def test_a_verb_loads_nothing_that_it_hardly_ever_needs(verb: str, without: set[str]) -> None:
    code = f"import bot.cli, bot.verbs.{verb}, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert f"bot.verbs.{verb}" in loaded
    assert without & set(loaded) == set()


def test_what_every_kind_of_message_needs_is_there(tmp_path: Path) -> None:
    file = tmp_path / "staysail.yml"
    file.write_text(SETTINGS)
    settings = load_settings(file, {})
    live = LiveSettings(settings, Database(f"sqlite:///{tmp_path}/staysail.db"))
    world = World(settings.metrics, settings.zone, lambda: NOW)
    composers, aftermaths = composers_of(live, world), aftermaths_of(live, world)
    assert all(callable(made) for made in (*composers.values(), *aftermaths.values()))
    assert set(aftermaths) < set(composers)


def test_both_ways_of_reading_our_own_files_find_the_same() -> None:
    for file in Path(bot.__file__).parent.rglob("*.yml"):
        slow, fast = (Source("", text=file.read_text("utf-8")) for _ in range(2))
        _parse_anew(slow)
        _parse_anew(fast, FAST)
        assert slow == fast, file
        assert not fast.findings, file


def fresh(session: Session) -> None:
    session.add(Teammate(slack_id="U1", name="Jana", is_guest=False, is_foreign=False, is_active=True, groups=[], read_at=NOW))
    session.add(Channel(id="C1", name="alerts", is_private=False, is_external=False, is_archived=False, read_at=NOW))


def a_message(session: Session, **more: object) -> None:
    about = {"subject": "week:1", "channel": "C1", "created_at": NOW, "due_at": NOW}
    session.add(OutboxMessage(id="x1", dedup_key="x1", **about | more))


def a_dead_one(session: Session) -> None:
    a_message(session, dead_at=NOW)


def one_to_be_tried_again_tomorrow(session: Session) -> None:
    a_message(session, retry_at=NOW + timedelta(days=1))


def a_room(session: Session) -> None:
    session.add(Account(id="a1", name="Acme", polled_at=NOW))
    session.flush()
    alert = Alert(account_id="a1", card="risk", kind="k", state="open", version=1, opened_at=NOW)
    session.add(alert)
    session.flush()
    room = {"key": "k", "alert_id": alert.id, "account_id": "a1", "state": "asked", "asked_by": "U1", "asked_at": NOW}
    session.add(Room(**room, specialist="U1", urgency="now", need="help"))


def a_meeting(session: Session) -> None:
    session.add(Account(id="a1", name="Acme", polled_at=NOW))
    session.flush()
    organizer = {"organizer": "U1", "organizer_email": "jana@ours.example", "organizer_name": "Jana", "created_by": "U1"}
    times = {"starts_at": NOW + timedelta(days=7), "minutes": 30, "zone": "UTC", "created_at": NOW, "changed_at": NOW}
    session.add(Review(key="k", uid="k", account_id="a1", type="qbr", state="scheduled", **organizer, **times))


async def test_where_nothing_waits_there_is_nothing_to_do(database: Database) -> None:
    assert not await database.read(nothing_to_do, NOW)  # nobody has read yet who is who
    await database.run(fresh)
    assert await database.read(nothing_to_do, NOW)
    assert not await database.read(nothing_to_do, NOW + timedelta(hours=1))


@pytest.mark.parametrize("waiting", [a_message, a_dead_one, one_to_be_tried_again_tomorrow, a_room, a_meeting])
async def test_whatever_waits_is_looked_after(database: Database, waiting: Callable[[Session], None]) -> None:
    await database.run(fresh)
    await database.run(waiting)
    assert not await database.read(nothing_to_do, NOW)
