"""Which text of a survey counts: whoever is asked with a version is asked the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.surveys.library import load_text, shipped
from bot.surveys.shelf import Counting, counting, keep, survey_of, unreadable
from bot.surveys.survey import Survey
from models import SurveyVersion
from tests.integration.answers import account, asked

NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
TEXT = 'survey: mood\nversion: 1\nabout: Mood\nkind: csat\nwords: {en: {question: "How are you?", low: Bad, high: Good}}\n'


def mood(question: str = "How are you?", version: int = 1) -> Survey:
    return load_text(TEXT.replace("How are you?", question).replace("version: 1", f"version: {version}"), "surveys/mood.yml")


def question(survey: Survey | None) -> str | None:
    return survey and survey.wording("en").question


def _ask(session: Session, version: int = 1, state: str = "asked", token: str | None = "t1") -> None:
    session.add(account("a1", NOW))
    session.flush()
    session.add(asked("a1", "c1", NOW, survey="mood", kind="csat", version=version, state=state, token=token))


def _break(session: Session) -> None:
    session.get_one(SurveyVersion, ("mood", 1)).text = "survey: mood\nversion: 1\n"


def _asked_for(session: Session, name: str, version: int) -> str | None:
    return question(survey_of(session, name, version))


def _kept(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SurveyVersion)) or 0


async def kept(database: Database, *surveys: Survey, at: datetime = NOW) -> Counting:
    return await database.run(keep, surveys, at)


async def test_a_version_is_kept_once_and_read_as_it_was(database: Database) -> None:
    assert await kept(database, *shipped()) == ({survey.name: survey for survey in shipped()}, [])
    assert await kept(database, *shipped(), at=LATER) == ({survey.name: survey for survey in shipped()}, [])
    assert await database.read(_kept) == len(shipped())
    for survey in shipped():
        found = await database.read(survey_of, survey.name, survey.version)
        assert found == replace(survey, place=f"{survey.name} version 1:1", built_in=False)
    assert await database.read(survey_of, "nps", 2) is None
    assert await database.read(survey_of, "nothing", 1) is None


async def test_nothing_to_keep_is_no_mistake(database: Database) -> None:
    assert await kept(database) == ({}, [])


async def test_what_nobody_was_asked_may_still_be_changed(database: Database) -> None:
    await kept(database, mood())
    await database.run(_ask, state="held", token=None)
    current, problems = await kept(database, mood("And now?"))
    assert (question(current["mood"]), problems) == ("And now?", [])
    assert await database.read(_asked_for, "mood", 1) == "And now?"


async def test_a_changed_text_under_a_used_version_goes_on_as_it_was(database: Database) -> None:
    await kept(database, mood())
    await database.run(_ask)
    for look in (database.read(counting, [mood("And now?")]), kept(database, mood("And now?"), at=LATER)):
        current, (problem,) = await look
        assert question(current["mood"]) == "How are you?"
        assert str(problem) == (
            "surveys/mood.yml:1: version 1 of `mood` has been asked already, and its file says something else now "
            "(raise `version` to 2: until then the old text counts)"
        )
    assert await database.read(_asked_for, "mood", 1) == "How are you?"


async def test_a_letter_that_reached_nobody_was_asked_all_the_same(database: Database) -> None:
    await kept(database, mood())
    await database.run(_ask, state="unsent")
    current, problems = await kept(database, mood("And now?"))
    assert (question(current["mood"]), len(problems)) == ("How are you?", 1)


async def test_a_new_version_counts_and_the_old_one_stays_readable(database: Database) -> None:
    await kept(database, mood())
    await database.run(_ask)
    current, problems = await kept(database, mood("And now?", version=2))
    assert (question(current["mood"]), problems) == ("And now?", [])
    assert [await database.read(_asked_for, "mood", version) for version in (1, 2)] == ["How are you?", "And now?"]


async def test_looking_keeps_nothing(database: Database) -> None:
    assert await database.read(counting, [mood()]) == ({"mood": mood()}, [])
    assert await database.read(_kept) == 0


async def test_a_kept_text_that_can_no_longer_be_read_is_told(database: Database) -> None:
    await kept(database, mood())
    await database.run(_ask)
    await database.run(_break)
    assert await database.read(survey_of, "mood", 1) is None
    (finding,) = await database.read(unreadable)
    assert str(finding).startswith("mood version 1:1: the kept text can no longer be read: the key `about` is missing")
    current, problems = await kept(database, mood("And now?"))
    assert question(current["mood"]) == await database.read(_asked_for, "mood", 1) == "And now?", "the file is all that is left"
    assert ["already" in problem.problem for problem in problems] == [True, False]


async def test_only_open_questions_need_their_text(database: Database) -> None:
    await kept(database, mood())
    await database.run(_ask, token=None)
    await database.run(_break)
    assert await database.read(unreadable) == []


async def test_ones_own_survey_under_a_used_name_and_version_waits_for_its_turn(database: Database, tmp_path: Path) -> None:
    (nps,) = (survey for survey in shipped() if survey.name == "nps")
    await kept(database, nps)
    await database.run(_asked_nps)
    own = load_text(TEXT.replace("mood", "nps"), str(tmp_path / "nps.yml"))
    current, (problem,) = await kept(database, own)
    assert current["nps"].kind == nps.kind
    assert problem.place == f"{tmp_path / 'nps.yml'}:1"


def _asked_nps(session: Session) -> None:
    session.add(account("a1", NOW))
    session.flush()
    session.add(asked("a1", "c1", NOW))
