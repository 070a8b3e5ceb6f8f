"""`staysail check`: everything that can be wrong before it goes wrong, each with its cure."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import clock
from bot.accounts.rows import extra_columns
from bot.app import App, build
from bot.check_calendars import check_calendars
from bot.clock import day_of
from bot.connectors.people.slack import SlackPeople
from bot.connectors.ports import Crm, Usage
from bot.database import Database, reachable, schema_problem
from bot.errors import Finding, InvalidInput, RecordMissing, SendFailed, SourceFailed
from bot.functions import zone_problem
from bot.manifest import FILE
from bot.outgoing import slack_session
from bot.playbooks.known import doubts
from bot.playbooks.loading import load_rulebook
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.steps import SurveyStep
from bot.reviews.deck.template import check_template
from bot.settings import Settings, load_settings
from bot.slack_api import asked
from bot.sources import mailbox_of
from bot.surveys.check import doubts as survey_doubts
from bot.surveys.check import unanswerable
from bot.surveys.library import load_surveys
from bot.surveys.shelf import unreadable
from bot.writing.choices import misfits
from models import Field, OutboxMessage


async def check_all(path: Path, variables: Mapping[str, str]) -> list[Finding]:
    """Stops only where going on is pointless."""
    try:
        settings = load_settings(path, variables)
        async with slack_session() as session:
            app = build(settings, session)
            try:
                found = [finding async for finding in _findings(app)]
                return list(dict.fromkeys(found))
            finally:
                app.database.close()
    except InvalidInput as error:
        return list(error.findings)
    except SourceFailed as error:
        return [Finding(str(path), f"a connector cannot be made: {error}", "correct its url")]


async def _findings(app: App) -> AsyncIterator[Finding]:
    schema = [finding async for finding in _database(app.database)]
    for finding in schema:
        yield finding
    if not schema:
        await app.live.refresh()
        for finding in app.settings.ignored:
            yield finding
    kinds, problems = _crm(app.sweep.crm, app.settings)
    mailbox = await asyncio.to_thread(_mailbox, app.settings)
    read = (*_usage(app.sweep.usage, app.settings), *mailbox, *await check_calendars(app, not schema))
    for finding in (*problems, *_write_back(app), *read, *_deck(app.settings)):
        yield finding
    if not schema:
        for look in (_zone, partial(_playbooks, kinds=kinds), _surveys):
            for finding in await app.database.read(look, app.settings):
                yield finding
        for finding in await app.database.read(_dead_letters):
            yield finding
    async for finding in _slack(app.client, app.settings):
        yield finding


async def _database(database: Database) -> AsyncIterator[Finding]:
    shown = database.url.render_as_string(hide_password=True)
    try:
        if problem := await database.read(reachable):
            yield Finding(f"database {shown}", problem, "correct DATABASE_URL")
        elif problem := await database.read(schema_problem):
            yield Finding(f"database {shown}", problem)
    except SQLAlchemyError as error:
        yield Finding(f"database {shown}", str(error.__cause__ or error).strip().splitlines()[0], "correct DATABASE_URL")


def _crm(crm: Crm, settings: Settings) -> tuple[dict[str, str], list[Finding]]:
    """The extra columns of the accounts query with their kinds, and what is wrong with it."""
    try:
        extra = extra_columns(crm)
        if settings.crm.contacts:
            next(crm.read("contacts"), None)
    except SourceFailed as error:
        return {}, [Finding(f"{settings.path}: crm", str(error), "correct crm.url or the query")]
    return extra, []


def _write_back(app: App) -> list[Finding]:
    """Writes what stands in the first account's record already, and takes it back."""
    place = f"{app.settings.path}: crm.write"
    try:
        first = next(app.sweep.crm.read("accounts"), None) if app.records else None
    except SourceFailed:
        return []  # told already
    if app.records is None or first is None or not first.rows:
        return []
    try:
        app.records.rehearse(str(first.rows[0][first.columns.index("id")]))
    except RecordMissing as error:
        return [Finding(place, str(error), "add one for each account, or correct `read`", fatal=False)]
    except SourceFailed as error:
        return [Finding(place, str(error), "correct url, read or write, or give the user the right to write")]
    return []


def _mailbox(settings: Settings) -> list[Finding]:
    mailbox = mailbox_of(settings)
    try:
        if mailbox:
            mailbox.rehearse()
    except SourceFailed as error:
        return [Finding(f"{settings.path}: meetings.replies", str(error), "correct url or folder, or give the user access")]
    return []


def _usage(usage: Usage | None, settings: Settings) -> list[Finding]:
    found = []
    for metric in settings.metrics.values() if usage else ():
        place = f"{settings.path}: usage.metrics.{metric.name}"
        try:
            assert usage is not None
            windows = metric.windows(day_of(clock.now(), settings.zone))
            newest = usage.newest_day(metric.name, windows.day)
            next(usage.measure(metric.name, windows, ["-"]), None)
            if newest is None:
                found.append(Finding(place, "the table holds no day yet", "look at `from` and `day`", fatal=False))
        except SourceFailed as error:
            found.append(Finding(place, str(error), "correct usage.url, or the table and columns of the metric"))
    return found


def _deck(settings: Settings) -> list[Finding]:
    return check_template(settings.deck_template, f"{settings.path}: meetings.deck")


def _zone(session: Session, settings: Settings) -> list[Finding]:
    problem = zone_problem(session, settings.zone)
    cure = "use its older name, or renew the time zones of the server"
    return [Finding(f"{settings.path}: workspace.timezone", problem, cure)] if problem else []


def _playbooks(session: Session, settings: Settings, kinds: Mapping[str, str]) -> list[Finding]:
    with session.no_autoflush:
        known = {field.name for field in session.scalars(select(Field))}
        fresh = {name: kind for name, kind in kinds.items() if name not in known}
    try:
        rulebook = load_rulebook(session, settings, day_of(clock.now(), settings.zone), fresh)
    except InvalidInput as error:
        return list(error.findings)
    if rulebook.mistakes:
        return list(rulebook.mistakes)
    letters = rulebook.house.letters
    written = [*letters.check(), *misfits(letters, rulebook.playbooks)] if letters else []
    return [*rulebook.problems, *doubts(settings, rulebook.signals), *written, *_asked(session, settings, rulebook)]


def _asked(session: Session, settings: Settings, rulebook: Rulebook) -> list[Finding]:
    """Surveys are looked at together with who asks them."""
    house = rulebook.house
    if house.asking is None:
        return []
    steps = (step for playbook in rulebook.playbooks.values() for step in playbook.program.steps())
    names = {step.survey.ask for step in steps if isinstance(step, SurveyStep)}
    return survey_doubts(session, settings, house.asking.letters, house.surveys.values(), names)


def _surveys(session: Session, settings: Settings) -> list[Finding]:
    try:
        load_surveys(settings.survey_folder)
    except InvalidInput as error:
        return [*error.findings, *unanswerable(settings), *unreadable(session)]
    return [*unanswerable(settings), *unreadable(session)]


def _dead_letters(session: Session) -> list[Finding]:
    dead = session.scalars(select(OutboxMessage).where(OutboxMessage.dead_at.is_not(None)).limit(20))
    return [
        Finding(f"message to {letter.channel}", letter.problem or "could not be sent", "then Resend it in /stay status", fatal=False)
        for letter in dead
    ]


async def _slack(client: AsyncWebClient, settings: Settings) -> AsyncIterator[Finding]:
    if not settings.environment.slack_bot_token:
        yield Finding("SLACK_BOT_TOKEN", "is not set", "copy it from the app's page, OAuth & Permissions", fatal=False)
        return
    try:
        answer = await asked(client.auth_test(), "Slack")
        for scope in sorted(_missing_scopes(answer)):
            yield Finding("Slack", f"the app lacks the scope {scope}", "install it again from `staysail manifest`")
        async for finding in _channels(client, settings):
            yield finding
    except SendFailed as error:
        yield Finding("Slack", str(error), "correct SLACK_BOT_TOKEN or SLACK_API_URL")


def _missing_scopes(answer: Any) -> set[str]:
    given = {str(name).lower(): value for name, value in dict(answer.headers).items()}.get("x-oauth-scopes")
    wanted = set(yaml.safe_load(FILE.read_text())["oauth_config"]["scopes"]["bot"])
    return wanted - {scope.strip() for scope in str(given).split(",")} if given else set()


async def _channels(client: AsyncWebClient, settings: Settings) -> AsyncIterator[Finding]:
    there = [channel for channel in await SlackPeople(client).channels() if not channel.is_archived]
    seen = {name for channel in there for name in (f"#{channel.name}", channel.id)}
    wanted = [settings.channels.alerts, settings.admin_channel, *(route.to for route in settings.routes)]
    for name in dict.fromkeys(wanted):
        if name not in seen:
            cure = "create it, correct the name, or /invite the app there if it is private"
            yield Finding(f"{settings.path}: channels", f"Slack shows the app no channel {name}", cure)
