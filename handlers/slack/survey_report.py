"""What the answers say: `/stay survey`. The numbers at once, their picture as soon as Slack has it."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

from sqlalchemy.orm import Session

from bot.charts.trend import Trend
from bot.details.charts import Uploads
from bot.details.details import PROCESSING
from bot.errors import Refused
from bot.feedback.report import Reader, known_surveys, survey_list, survey_report, trend_chart
from bot.messages import catalog as m
from bot.team.roles import Actor
from handlers.slack.desk import Desk, Followed, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Command

NAMED = 12


async def survey_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    name, _, segment = command.rest.lower().partition(" ")
    reader = Reader(actor, desk.settings, desk.now())
    if not name:
        return await desk.database.read(survey_list, reader)
    report = await desk.database.read(_report, name, segment.strip(), reader)
    trend = trend_chart(report)
    return await _with_picture(report, trend, desk.details.uploads) if trend.known else report


def _report(session: Session, name: str, segment: str, reader: Reader) -> m.SurveyReport:
    surveys, segments = known_surveys(session), reader.settings.segments
    if name not in surveys:
        raise Refused(_unknown("survey", name, surveys))
    if segment and segment not in segments:
        raise Refused(_unknown("segment", segment, segments))
    return survey_report(session, surveys[name], segment or None, reader)


def _unknown(what: str, word: str, names: Collection[str]) -> str:
    near = get_close_matches(word, names, n=1)
    if near:
        return f"There is no {what} “{word}”. Did you mean “{near[0]}”?"
    known = ", ".join(sorted(names)[:NAMED]) or "none so far"
    return f"There is no {what} “{word}”. Known are: {known}."


async def _with_picture(report: m.SurveyReport, trend: Trend, uploads: Uploads) -> Reply:
    """A picture that Slack has already stands in the report itself."""
    key = f"survey:{report.name}"
    if uploads.has(key, [trend]):
        (file,) = await uploads.of(key, [trend])
        return replace(report, picture=file or "", alt=trend.alt)
    return Followed(report, partial(_picture, uploads, key, trend))


async def _picture(uploads: Uploads, key: str, trend: Trend) -> m.SurveyChart | None:
    """None: it could not be drawn or uploaded. The report has told the same in words."""
    (file,) = await uploads.of(key, [trend])
    if file is None:
        return None
    await asyncio.sleep(PROCESSING)
    return m.SurveyChart(title=trend.title, file_id=file, alt=trend.alt)


FEATURE = Feature(words={"survey": survey_asked})
