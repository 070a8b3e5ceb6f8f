"""The picture of an account before a meeting: what is in it, what is not for everybody, and what it costs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, update
from sqlalchemy.orm import Session

from bot.connectors.ports import Metric, UsageRow, Windows
from bot.database import Database
from bot.errors import Refused, SourceFailed
from bot.reviews.picture import Answered, Before, Happened, Picture, Point, Promised
from bot.reviews.taking import known_of, take
from bot.settings import Settings, load_settings
from models import Account, Alert, Base, Contact, Participant, Reading, Reason, Response, Review, Room, Source, Teammate, Theme, ThemeMark
from tests.conftest import on_sqlite

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
TODAY = NOW.date()
LAST = datetime(2026, 8, 26, 22, 30, tzinfo=UTC)
"""The 27th already, in Prague."""
METRIC = {"from": "usage", "account": "a", "day": "d", "value": "v", "aggregate": "avg"}
SETTINGS: dict[str, Any] = {
    "workspace": {"timezone": "Europe/London"},
    "channels": {"alerts": "#cs-alerts"},
    "crm": {"url": "sqlite:///nothing.db", "accounts": "SELECT id, name, goals FROM accounts"},
    "usage": {"url": "sqlite:///none.db", "metrics": {"reports": {**METRIC, "aggregate": "sum"}, "active_users": METRIC}},
    "roles": {"managers": ["lead@ours.example"], "money": "owners"},
    "surveys": {"company": "Ours"},
}


@dataclass
class Warehouse:
    """Weekly values by metric; a metric without any cannot be read."""

    metrics: Mapping[str, Metric]
    values: Mapping[str, Sequence[float]] = field(default_factory=dict)
    asked: list[date] = field(default_factory=list)

    def weekly(self, metric: str, accounts: Sequence[str], day: date, weeks: int) -> dict[str, list[float]]:
        if metric not in self.values:
            raise SourceFailed("no such table: usage")
        self.asked.append(day)
        return {account: list(self.values[metric]) for account in accounts if self.values[metric]}

    def measure(self, metric: str, windows: Windows, accounts: Sequence[str] | None = None) -> Iterator[list[UsageRow]]:
        raise AssertionError("nobody asks")

    def newest_day(self, metric: str, before: date) -> date | None:
        raise AssertionError("nobody asks")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "staysail.yml"
    file.write_text(json.dumps(SETTINGS))
    return load_settings(file, {})


def begin(session: Session) -> None:
    """An account with a meeting on Friday, and its CSM."""
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
    about = {"id": "a", "name": "Acme", "owner_email": "jana@ours.example", "stage": "adoption", "polled_at": NOW}
    session.execute(insert(Account).values(**about))
    session.execute(insert(Contact).values(id="ada", name="Ada", email="ada@acme.example", account_id="a", polled_at=NOW))
    for slack_id, name, zone in (("UJ", "Jana", "Europe/Prague"), ("UO", "Oliver", "Europe/London"), ("UL", "Lead", None)):
        values = {"slack_id": slack_id, "name": name, "email": f"{name.lower()}@ours.example", "timezone": zone, "read_at": NOW}
        session.execute(insert(Teammate).values(**values))
    review(session, 1, "scheduled", datetime(2026, 11, 20, 9, tzinfo=UTC))
    invite(session, 1, "Ada", "ada")


def review(session: Session, number: int, state: str, at: datetime, **more: Any) -> None:
    row = {"id": number, "key": str(number), "uid": str(number), "account_id": "a", "type": "qbr", "state": state, "starts_at": at}
    whose = {"organizer": "UJ", "organizer_email": "jana@ours.example", "organizer_name": "Jana", "created_by": "UJ"}
    when = {"minutes": 30, "zone": "Europe/Prague", "created_at": NOW, "changed_at": NOW}
    session.execute(insert(Review).values(**{**row, **whose, **when, **more}))


def invite(session: Session, number: int, name: str, contact: str = "", **more: Any) -> None:
    row = {"review_id": number, "name": name, "email": f"{name.lower()}.{number}@acme.example", "contact_id": contact}
    session.execute(insert(Participant).values(**{**row, **more}))


def alert(session: Session, number: int, card: str, opened: datetime, cause: Mapping[str, Any], **more: Any) -> None:
    row = {"id": number, "account_id": "a", "card": card, "kind": "risk", "state": "taken", "version": 1, "opened_at": opened}
    session.execute(insert(Alert).values(**{**row, "playbook": "usage-drop", **more}))
    facts = {"reports.recent": 17, "reports.baseline": 41}
    about = {"began_at": opened, "measured_at": opened, "trend": [], "playbook": "usage-drop", "facts": facts}
    session.execute(insert(Reason).values(alert_id=number, cause=dict(cause), ended_at=more.get("closed_at"), **about))


def respond(session: Session, id_: str, score: int, band: str, at: datetime, comment: str = "", **more: Any) -> None:
    row = {"id": id_, "voter": id_, "survey": "nps-half-yearly", "version": 1, "kind": "nps", "account_id": "a", "contact_id": "ada"}
    session.execute(
        insert(Response).values(**{**row, "score": score, "band": band, "comment": comment, "at": at, "changed_at": at, **more})
    )


def everything(session: Session) -> None:
    """Half of it is older than the last review, or of no concern."""
    begin(session)
    known = {
        "arr": 48_000.0,
        "currency": "EUR",
        "plan": "Team",
        "seats": 60,
        "renewal_on": date(2027, 1, 29),
        "extra": {"goals": " Fewer files "},
    }
    session.execute(update(Account).values(**known, url="https://crm.example/a", started_on=date(2020, 1, 1)))
    _meetings(session)
    before, since, drop = LAST - timedelta(days=9), LAST + timedelta(days=9), {"reason": "drop", "metric": "reports"}
    alert(session, 1, "churn-risk", since, drop)
    alert(session, 2, "check-in", before, {}, state="resolved", closed_at=since, outcome="done", playbook="check-in")
    alert(session, 3, "churn-risk", before, drop, state="resolved", closed_at=before)
    alert(session, 4, "review-due", since, {})
    alert(session, 5, "task", since, {"what": "Call"}, taken_by="UO", deadline=NOW + timedelta(days=3))
    alert(session, 6, "task", before, {"what": "Write"}, owner_email="jana@ours.example", deadline=NOW - timedelta(days=2))
    alert(session, 7, "task", since, {"what": "Decide", "whom": "managers"}, state="open")
    alert(session, 8, "task", before, {"what": "Train"}, state="resolved", closed_at=since)
    alert(session, 9, "task", before, {"what": "Forget"}, state="dismissed", closed_at=since)
    _voices(session, before, since)
    asked = {"account_id": "a", "asked_by": "UJ", "specialist": "UO", "urgency": "today", "topic": "Imports"}
    session.execute(insert(Room).values(id=1, key="1", alert_id=1, state="asked", asked_at=before, need="It  stops\nat night", **asked))
    ended = {"closed_at": since, "outcome": "agreed", "topic": ""}
    session.execute(insert(Room).values(id=2, key="2", alert_id=2, state="closed", asked_at=since, need="Old", **{**asked, **ended}))
    session.execute(insert(Source).values(name="usage.active_users", tried_at=NOW, read_at=NOW, measured_for=TODAY))
    session.execute(insert(Reading).values(metric="active_users", account_id="a", measured_at=NOW, recent=245.0, baseline=0.0))


def _meetings(session: Session) -> None:
    review(session, 2, "held", LAST - timedelta(days=90), decisions="Older")
    review(session, 3, "held", LAST, decisions="Train", note="A good talk", mood=4, type="ebr")
    review(session, 4, "skipped", LAST + timedelta(days=20))
    review(session, 5, "cancelled", LAST + timedelta(days=30))
    invite(session, 3, "Ada", "ada")
    invite(session, 3, "Bob", "bob", came=False)
    invite(session, 3, "Cyd", "cyd", came=True)
    invite(session, 3, "Dan", "dan", gone_at=LAST)
    invite(session, 3, "Jana", slack_id="UJ")


def _voices(session: Session, before: datetime, since: datetime) -> None:
    respond(session, "r1", 3, "low", since, "Too slow", agreed="A faster export", agreed_by=TODAY, closed_at=since)
    respond(session, "r2", 9, "high", before, "Lovely", changed_at=since + timedelta(days=1), contact_id="gone")
    respond(session, "r3", 2, "low", before, "Long ago")
    respond(session, "r4", 1, "low", since, "Nobody knows", account_id=None, anonymous=True)
    for number, (name, closed) in enumerate((("Speed", None), ("Price", NOW), ("Reports", None)), 1):
        session.execute(insert(Theme).values(id=number, name=name, created_at=NOW, created_by="UJ", closed_at=closed))
    for response, theme in (("r1", 1), ("r1", 2), ("r3", 3), ("r4", 3)):
        session.execute(insert(ThemeMark).values(response_id=response, theme_id=theme, by="UJ", at=NOW))


async def taken(database: Database, settings: Settings, values: Mapping[str, Sequence[float]] | None = None) -> Picture:
    usage = Warehouse(settings.metrics, values) if values is not None else None
    return await take(database, settings, usage, 1, NOW)


async def test_everything_that_is_known(database: Database, settings: Settings) -> None:
    await database.run(everything)
    found = await taken(database, settings, {"reports": [41.0] * 11 + [17, 17], "active_users": []})
    since = date(2026, 9, 5)
    assert (found.account, found.url, found.organizer, found.company, found.people) == (
        "Acme",
        "https://crm.example/a",
        "Jana",
        "Ours",
        ("Ada",),
    )
    assert (found.taken_on, found.since, found.zone) == (TODAY, date(2026, 8, 27), "Europe/Prague")
    assert found.before == Before("ebr", date(2026, 8, 27), "Train", "A good talk", 4, ("Ada", "Cyd"))
    assert (found.goals, found.arr, found.seats, found.seats_used, found.seats_unit) == ("Fewer files", 48_000, 60, 17.5, "a day")
    assert found.answers == (
        Answered("nps-half-yearly", "nps", 9, date(2026, 9, 6), "", "Lovely", (), "high"),
        Answered("nps-half-yearly", "nps", 3, since, "Ada", "Too slow", ("Price", "Speed"), "low", "A faster export", TODAY),
    )
    assert found.themes == ("Speed", "Reports")
    assert found.promises == (
        Promised("Write", "Jana", date(2026, 11, 16), overdue=True),
        Promised("Call", "Oliver", date(2026, 11, 21)),
        Promised("Decide", "the managers"),
    )
    assert found.kept == ("Train",)
    assert found.alerts == (Happened("Usage drop: reports 41 → 17", since), Happened("Check-in", date(2026, 8, 18), "done (done)"))
    assert found.escalations == (
        Happened("Old", since, "agreed with the customer"),
        Happened("Imports: It stops at night", date(2026, 8, 18)),
    )
    (line,) = found.lines
    assert (line.name, line.title, line.recent, line.usual, len(line.points)) == ("reports", "Reports", 17, 41, 13)
    assert found.points[0] == Point("A promise of ours is overdue", "“Write”, Jana, was due 16 Nov")
    assert (len(found.points), found.missing) == (3, ())


@on_sqlite
async def test_where_nothing_is_known(database: Database, settings: Settings) -> None:
    await database.run(begin)
    found = await taken(database, settings)
    assert found == replace(
        found, before=None, lines=(), answers=(), promises=(), kept=(), alerts=(), points=(), missing=(), arr=None, goals=""
    )
    assert (found.since, found.seats_used, found.health, found.tickets) == (TODAY - timedelta(days=90), None, None, ())
    await database.run(lambda session: session.execute(update(Account).values(started_on=TODAY + timedelta(days=5))))
    assert (await taken(database, settings)).since == TODAY, "a customer of tomorrow"


@on_sqlite
async def test_who_does_not_look_after_the_account_is_not_told_money_and_words(database: Database, settings: Settings) -> None:
    await database.run(everything)
    for organizer, sees in (("UO", False), ("UL", True), ("U-NOBODY", False)):
        await database.run(lambda session, who: session.execute(update(Review).where(Review.id == 1).values(organizer=who)), organizer)
        found = await database.read(known_of, settings, 1, NOW)
        told = (found.arr, found.before and found.before.note, found.answers[1].words, found.answers[1].agreed)
        assert told == ((48_000, "A good talk", "Too slow", "A faster export") if sees else (None, "", "", ""))
        asked = tuple(one.what for one in found.escalations)
        assert asked == (("Old", "Imports: It stops at night") if sees else ("A specialist was asked for help", "Imports"))
        assert found.answers[1].score == 3


async def test_a_metric_that_cannot_be_read_takes_none_but_itself_away(database: Database, settings: Settings) -> None:
    await database.run(everything)
    found = await taken(database, settings, {"active_users": [float("nan")] * 11 + [20, 22]})
    assert found.missing == ("usage (Reports): no such table: usage",)
    assert [(line.name, line.recent, line.usual) for line in found.lines] == [("active_users", 21, None)]
    assert found.dump()["lines"]


@on_sqlite
async def test_a_table_that_lags_behind_is_no_drop(database: Database, settings: Settings) -> None:
    """The weeks end with its newest day; when that is long ago it is said."""
    await database.run(everything)
    week = [40.0] * 13
    for behind, missing in ((1, ()), (3, ()), (4, ("usage (Active users) after 14 Nov 2026",))):
        newest = TODAY - timedelta(days=behind)
        await database.run(lambda session, day: session.execute(update(Source).values(newest_day=day)), newest)
        usage = Warehouse(settings.metrics, {"active_users": week, "reports": week})
        found = await take(database, settings, usage, 1, NOW)
        assert usage.asked == [TODAY, newest + timedelta(days=1)], "of the other one no day is known"
        assert found.missing == missing


async def test_a_meeting_that_is_gone(database: Database, settings: Settings) -> None:
    await database.run(begin)
    with pytest.raises(Refused):
        await take(database, settings, None, 99, NOW)


@on_sqlite
async def test_however_much_happened_it_is_a_handful_of_statements(database: Database, settings: Settings) -> None:
    await database.run(everything)
    few = await _statements(database, settings)
    await database.run(_more)
    assert await _statements(database, settings) == few < 25


def _more(session: Session) -> None:
    for number in range(100, 130):
        alert(session, number, "task" if number % 2 else "churn-risk", NOW, {"what": "More"}, taken_by="UJ")
        respond(session, f"more-{number}", 3, "low", NOW)


async def _statements(database: Database, settings: Settings) -> int:
    with _counting(database) as seen:
        await database.read(known_of, settings, 1, NOW)
    return len(seen)


@contextmanager
def _counting(database: Database) -> Iterator[list[Any]]:
    seen: list[Any] = []

    def count(*args: Any) -> None:
        seen.append(args[2])

    event.listen(database.reader, "after_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(database.reader, "after_cursor_execute", count)
