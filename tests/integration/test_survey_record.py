"""Answers as they are written down: once each, all of it or nothing, and of an anonymous one nothing that leads anywhere."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.alerts import lifecycle
from bot.alerts.record import act
from bot.database import Database
from bot.feedback.record import LONGEST_COMMENT, MOST_VERSIONS, Given, UsedUp, record
from bot.messages.actions import Outcome
from bot.settings import Settings, load_settings
from bot.surveys.links import SurveyLinks
from models import Account, Alert, Answer, Base, Contact, Event, Invitation, OutboxMessage, Reason, Response, Trace
from tests.integration.crashing import SETTINGS, Crash, Dying
from tests.scenario.conftest import on_sqlite

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)  # ten o'clock in Prague, a Wednesday
DAY = datetime(2026, 11, 17, 23, tzinfo=UTC)  # midnight in Prague
LINKS = SurveyLinks("https://ours.example", "secret")
PEOPLE = {"contact-one": "Marta Silva", "contact-two": "Jon Price"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "staysail.yml"
    file.write_text(json.dumps(SETTINGS))
    return load_settings(file, {})


def furnish(session: Session, anonymous: bool = False) -> None:
    session.add(Account(id="acme", name="Acme", owner_email="jana@ours.example", arr=1000, polled_at=NOW))
    session.flush()
    for number, (contact, name) in enumerate(PEOPLE.items(), 1):
        person = f"{contact}@acme.example"
        session.add(Contact(id=contact, account_id="acme", name=name, email=person, polled_at=NOW))
        session.add(
            Invitation(
                id=number,
                survey="nps-relationship",
                version=1,
                kind="nps",
                relational=True,
                anonymous=anonymous,
                wave="play:77",
                account_id="acme",
                contact_id=contact,
                person=person,
                state="asked",
                token=f"token-of-{contact}",
                created_at=NOW - timedelta(days=1),
                asked_at=NOW - timedelta(days=1),
                expires_at=NOW + timedelta(days=20),
                remind_at=NOW + timedelta(days=4),
            )
        )


def answer(session: Session, settings: Settings, score: int, comment: str = "", who: int = 1, now: datetime = NOW) -> Response:
    return record(session, session.get_one(Invitation, who), Given(score, comment, "cs"), settings, LINKS, now)


def every(session: Session, table: Any) -> list[Any]:
    return list(session.scalars(select(table).order_by(*table.__table__.primary_key.columns)))


def close(session: Session, now: datetime) -> None:
    alert_id = session.scalars(select(Alert.id).order_by(Alert.id.desc())).first()
    assert alert_id is not None
    act(session, alert_id, lambda alert: lifecycle.resolve(alert, "U1", Outcome.DONE, now), "U1", now)


async def test_an_answer_its_events_and_its_alert_are_one_thing(database: Database, settings: Settings) -> None:
    await database.run(furnish)
    response = await database.run(answer, settings, 3, " Slow\x00 exports ")
    with Session(database.reader) as session:
        events, (alert,), (reason,) = every(session, Event), every(session, Alert), every(session, Reason)
        assert [(event.name, event.key, event.contact_id) for event in events] == [
            (name, f"survey:{response.id}:1:{name}", "contact-one") for name in ("survey_answered", "nps_detractor")
        ]
        assert events[1].data == {"survey": "nps-relationship", "score": 3, "response": response.id}
        assert (alert.card, alert.kind, alert.quiet, alert.priority) == ("survey-answers", "survey", False, 1000)
        assert alert.deadline == NOW + timedelta(days=2)
        assert reason.cause == {"title": "NPS: detractor", "about": "They answered 3 of 10, in the survey nps-relationship"}
        assert [row.subject for row in every(session, OutboxMessage)] == [f"alert:{alert.id}"]
        kept = session.get_one(Response, response.id)
        assert (kept.comment, kept.band, kept.language, kept.versions, kept.alert_id) == ("Slow exports", "low", "cs", 1, alert.id)
        assert set(kept.groups) >= {"csm:jana@ours.example"}
        asked = session.get_one(Invitation, 1)
        assert (asked.answered, asked.remind_at) == (True, None)


async def test_many_submits_of_one_token_at_once_are_one_answer_with_all_its_versions(database: Database, settings: Settings) -> None:
    await database.run(furnish)
    await asyncio.gather(*(database.run(answer, settings, score, f"{score}") for score in range(7)))
    with Session(database.reader) as session:
        (response,), answers = every(session, Response), every(session, Answer)
        assert response.versions == 7
        assert [one.number for one in answers] == list(range(1, 8))
        assert {one.score for one in answers} == set(range(7))
        assert answers[-1].score == response.score
        assert session.scalar(select(func.count()).select_from(Alert)) == 1
        assert len(every(session, Event)) == 14


async def test_two_people_of_one_wave_at_once_share_an_alert(database: Database, settings: Settings) -> None:
    await database.run(furnish)
    await asyncio.gather(database.run(answer, settings, 2, who=1), database.run(answer, settings, 10, who=2))
    with Session(database.reader) as session:
        (alert,) = every(session, Alert)
        assert {response.alert_id for response in every(session, Response)} == {alert.id}
        assert every(session, Reason)[0].cause["about"].startswith("2 answers, the lowest 2 of 10")
        assert len(every(session, OutboxMessage)) == 1


@on_sqlite
async def test_the_same_answer_again_is_nothing_and_there_is_an_end_to_changing_it(database: Database, settings: Settings) -> None:
    await database.run(furnish)
    for version in range(MOST_VERSIONS):
        await database.run(answer, settings, version % 2, "Hm")
    await database.run(answer, settings, 1, " Hm ")
    with pytest.raises(UsedUp):
        await database.run(answer, settings, 9, "Hm")
    with Session(database.reader) as session:
        assert [one.number for one in every(session, Answer)] == list(range(1, MOST_VERSIONS + 1))
        assert every(session, Response)[0].score == 1


async def test_a_question_whose_time_is_over_or_whose_token_is_forgotten_takes_no_answer(database: Database, settings: Settings) -> None:
    await database.run(furnish)
    with pytest.raises(UsedUp):
        await database.run(answer, settings, 3, now=NOW + timedelta(days=20))
    await database.run(lambda session: setattr(session.get_one(Invitation, 1), "token", None))
    with pytest.raises(UsedUp):
        await database.run(answer, settings, 3)
    with pytest.raises(ValueError, match="not on the scale"):
        await database.run(answer, settings, 11, who=2)
    with Session(database.reader) as session:
        assert every(session, Response) == []


async def test_a_comment_of_any_script_is_kept_whole_up_to_its_limit(database: Database, settings: Settings) -> None:
    await database.run(furnish)
    comment = ("<b>Příliš</b> & мы\n日本語 🚢 \u202e" * 500)[: LONGEST_COMMENT - 1] + "."
    await database.run(answer, settings, 3, comment)
    with Session(database.reader) as session:
        assert every(session, Response)[0].comment == every(session, Answer)[0].comment == comment


ANSWERS = ((1, 3, "Slow"), (2, 9, ""), (1, 1, "Worse"))


async def test_dying_after_any_statement_loses_no_answer_and_doubles_nothing(database: Database, settings: Settings) -> None:
    """The page says thank you only after the commit: whoever saw an error instead sends the answer again."""
    await database.run(furnish)
    with Dying(database).listening() as dying:
        for number, (who, score, comment) in enumerate(ANSWERS):
            now, done, after = NOW + timedelta(hours=number), False, 0
            while not done:
                after += 1
                dying.left = after
                try:
                    await database.run(answer, settings, score, comment, who, now)
                    done = True
                except Crash:
                    pass
            dying.left = None
            assert after > 3
    with Session(database.reader) as session:
        assert [(one.score, one.versions, one.comment) for one in session.scalars(select(Response).order_by(Response.invitation_id))] == [
            (1, 2, "Worse"),
            (9, 1, ""),
        ]
        assert len(every(session, Answer)) == 3
        assert len(every(session, Event)) == 6
        assert len(every(session, Alert)) == len(every(session, OutboxMessage)) == 1
        assert [trace.what for trace in every(session, Trace)] == ["opened", "answered", "answered"]


def tables(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Every column of every row."""
    return {
        table.name: [dict(row) for row in session.execute(select(table).order_by(*table.primary_key)).mappings()]
        for table in Base.metadata.sorted_tables
    }


LINKING = ("acme", *PEOPLE, *PEOPLE.values(), "jana", "token-of", "play:77", "invitation:")


async def test_nothing_leads_from_an_anonymous_answer_to_whoever_gave_it(database: Database, settings: Settings) -> None:
    await database.run(furnish, anonymous=True)
    before = await database.read(tables)
    response = await database.run(answer, settings, 2, "Nobody listens")
    response = await database.run(answer, settings, 1, "Nobody listens", now=NOW + timedelta(hours=2))
    after = await database.read(tables)
    assert {name for name in after if after[name] != before[name]} == {"responses", "answers", "invitations"}
    asked = [{name: value for name, value in row.items() if value != old[name]} for row, old in _pairs(after, before, "invitations")]
    assert asked == [{"answered": True, "remind_at": None}, {}]
    told = [str(value).lower() for name in ("responses", "answers") for row in after[name] for value in row.values()]
    assert [value for value in told for name in LINKING if name.lower() in value] == []
    assert (response.invitation_id, response.account_id, response.contact_id, response.alert_id) == (None, None, "", None)
    assert (response.wave, response.language, response.groups, len(response.id)) == (None, "", [], 32)
    assert {response.at, response.changed_at, *(row["at"] for row in after["answers"])} == {DAY}
    assert [(row["score"], row["number"]) for row in after["answers"]] == [(2, 1), (1, 2)]


def _pairs(after: dict[str, Any], before: dict[str, Any], table: str) -> Any:
    return zip(after[table], before[table], strict=True)


@on_sqlite
async def test_an_anonymous_answer_is_known_again_only_with_our_secret(database: Database, settings: Settings) -> None:
    await database.run(furnish, anonymous=True)
    response = await database.run(answer, settings, 2)
    assert (
        response.voter
        == LINKS.voter("token-of-contact-one")
        != SurveyLinks("https://ours.example", "another").voter("token-of-contact-one")
    )
    other = await database.run(answer, settings, 2, who=2)
    assert other.voter != response.voter


@on_sqlite
@pytest.mark.parametrize(
    ("first", "changes", "alerts", "reopens"),
    [
        (3, [9], 1, None),
        (3, [9, 3], 1, None),
        (3, [9, 2], 2, 1),
        (9, [8], 2, 1),
        (3, [4, 1], 2, 1),
    ],
)
async def test_a_closed_card_stays_closed_unless_the_answer_is_lower_than_it_was_then(
    database: Database, settings: Settings, first: int, changes: list[int], alerts: int, reopens: int | None
) -> None:
    await database.run(furnish)
    await database.run(answer, settings, first)
    await database.run(close, NOW + timedelta(minutes=1))
    for number, score in enumerate(changes, 2):
        await database.run(answer, settings, score, now=NOW + timedelta(minutes=number))
    with Session(database.reader) as session:
        found = every(session, Alert)
        assert len(found) == alerts
        assert found[-1].reopens_id == (found[0].id if reopens else None)
        assert every(session, Response)[0].alert_id == found[-1].id


@on_sqlite
async def test_who_is_less_content_than_when_the_loop_was_closed_has_to_be_talked_to_again(database: Database, settings: Settings) -> None:
    await database.run(furnish)
    await database.run(answer, settings, 3)

    def agree(session: Session) -> None:
        response = session.scalars(select(Response)).one()
        response.closed_at, response.closed_by, response.agreed = NOW + timedelta(minutes=1), "U1", "A call"

    await database.run(agree)
    await database.run(answer, settings, 5, now=NOW + timedelta(minutes=2))
    with Session(database.reader) as session:
        assert every(session, Response)[0].agreed == "A call"
    await database.run(answer, settings, 2, now=NOW + timedelta(minutes=3))
    with Session(database.reader) as session:
        response = every(session, Response)[0]
        assert (response.closed_at, response.closed_by, response.agreed) == (None, None, None)
