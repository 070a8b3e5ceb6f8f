"""Which text of a survey counts: the file's, or the one that people were asked with."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Exists, exists, select, tuple_
from sqlalchemy.orm import Session

from bot.bulk import insert_into
from bot.errors import Finding, InvalidInput
from bot.surveys.library import load_text
from bot.surveys.survey import Survey
from models import Invitation, SurveyVersion

HELD = "held"
Counting = tuple[dict[str, Survey], list[Finding]]


def counting(session: Session, surveys: Iterable[Survey]) -> Counting:
    """The survey that counts by name, and what is wrong. Only looks.

    A version that somebody was asked with, and whose file says something else now, goes on as it was: whoever is asked later
    must be asked the same.
    """
    current = {survey.name: survey for survey in surveys}
    problems: list[Finding] = []
    for survey, kept in _changed(session, current):
        cure = f"raise `version` to {survey.version + 1}: until then the old text counts"
        problem = f"version {survey.version} of `{survey.name}` has been asked already, and its file says something else now"
        problems.append(Finding(survey.place, problem, cure))
        current[survey.name] = _read(kept, problems) or survey
    return current, problems


def keep(session: Session, surveys: Iterable[Survey], now: datetime) -> Counting:
    """The same, and the text of each version stands in the database from here on.

    In the place of one that nobody was asked with, or that can no longer be read: then the file is all that is left.
    """
    current, problems = counting(session, surveys)
    rows = [
        {"name": survey.name, "version": survey.version, "digest": survey.digest, "text": survey.text, "first_seen_at": now}
        for survey in current.values()
    ]
    if rows:
        adding = insert_into(session, SurveyVersion).values(rows)
        new = {"digest": adding.excluded.digest, "text": adding.excluded.text, "first_seen_at": adding.excluded.first_seen_at}
        different = SurveyVersion.digest != adding.excluded.digest
        session.execute(adding.on_conflict_do_update(index_elements=["name", "version"], set_=new, where=different))
    return current, problems


def survey_of(session: Session, name: str, version: int) -> Survey | None:
    """As it was when people were asked with this version. None: it is not known, or can no longer be read (`unreadable` says why)."""
    kept = session.get(SurveyVersion, (name, version))
    return _read(kept, []) if kept else None


def unreadable(session: Session) -> list[Finding]:
    """Versions with open questions whose text a newer Staysail cannot read: their links lead to no question."""
    open_ones = select(Invitation.survey, Invitation.version).where(Invitation.token.is_not(None)).distinct()
    kept = session.scalars(select(SurveyVersion).where(tuple_(SurveyVersion.name, SurveyVersion.version).in_(open_ones)))
    problems: list[Finding] = []
    for one in kept:
        _read(one, problems)
    return problems


def _changed(session: Session, current: Mapping[str, Survey]) -> list[tuple[Survey, SurveyVersion]]:
    """Versions that were asked, and whose files say something else now."""
    named = {(survey.name, survey.version): survey for survey in current.values()}
    if not named:
        return []
    same = tuple_(SurveyVersion.name, SurveyVersion.version).in_(list(named))
    asked = select(SurveyVersion).where(same, _asked_with(SurveyVersion.name, SurveyVersion.version)).order_by(SurveyVersion.name)
    pairs = [(named[kept.name, kept.version], kept) for kept in session.scalars(asked)]
    return [(survey, kept) for survey, kept in pairs if survey.digest != kept.digest]


def _asked_with(name: Any, version: Any) -> Exists:
    """Somebody was asked with that version: whoever was only held back has not seen its words."""
    return exists().where(Invitation.survey == name, Invitation.version == version, Invitation.state != HELD)


def _read(kept: SurveyVersion, problems: list[Finding]) -> Survey | None:
    try:
        return load_text(kept.text, f"{kept.name} version {kept.version}")
    except InvalidInput as error:
        cure = "staysail is newer than that text: ask with a new version"
        problem = f"the kept text can no longer be read: {error.findings[0].problem}"
        problems.append(Finding(error.findings[0].place, problem, cure, fatal=False))
        return None
