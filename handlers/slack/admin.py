"""What admins see: the state of things by sections, alerts that are held, and what could not be sent."""

import asyncio
from contextlib import suppress
from difflib import get_close_matches
from importlib.metadata import version

from slack_bolt.context.respond.async_respond import AsyncRespond
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.admin import letters, sections
from bot.admin.audit import audit_page
from bot.clock import day_of, start_of
from bot.delivery import outbox
from bot.errors import InvalidInput, Refused, SendFailed
from bot.messages import catalog as m
from bot.messages.actions import Action, AdminSection, Callback, Input, InputError
from bot.messages.catalog.admin import read_metadata
from bot.messages.render import render
from bot.playbooks.breakers import KEEP, RELEASE, decide
from bot.playbooks.rulebook import Rulebook
from bot.slack_api import asked
from bot.team.roles import Actor, must_be_admin
from handlers.slack.desk import Desk, Mistakes, Replace, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Command, Submission
from models import Job, OutboxMessage, Source

IN_BREAKERS, IN_LETTERS = "admin:breaker:", "admin:letter:"
"""Begin the block ids of buttons in /stay admin, which is shown anew after a click."""

PATIENCE = 1.5
"""Seconds: a form must be acknowledged within three."""


async def status_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    return await desk.database.read(_status, desk)


async def admin_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    word = command.rest.lower().split()[0] if command.rest else AdminSection.OVERVIEW.value
    near = get_close_matches(word, list(AdminSection), n=1, cutoff=0.5)
    if not near:
        raise Refused(f"There is no section “{word}”. There are: {', '.join(AdminSection)}.")
    return await show(desk, AdminSection(near[0]))


async def section_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    return Replace(await show(desk, AdminSection(click.value)))


async def show(desk: Desk, section: AdminSection, said: str = "", page: int = 1) -> m.AdminAnswer:
    return await desk.database.read(_answer, desk, section, said, page)


def _answer(session: Session, desk: Desk, section: AdminSection, said: str, page: int) -> m.AdminAnswer:
    settings, now = desk.settings, desk.now()
    if section is AdminSection.AUDIT:
        return audit_page(session, m.AuditSearch(), page, now, settings.zone, said)
    if section is AdminSection.LETTERS:
        return letters.letters_page(session, page, said)
    if section is AdminSection.BREAKERS:
        return sections.breakers(session, said)
    found = _found(session, desk)
    ignored = (*sections.ignored_in(settings, found), *sections.mistakes_in(found)[:3])
    if section is AdminSection.CONNECTORS:
        return sections.connectors(session, settings, now, ignored, said)
    if section in sections.SETTINGS:
        return sections.settings_section(session, settings, section, ignored, said)
    return sections.overview(session, settings, ignored)


def _found(session: Session, desk: Desk) -> Rulebook | InvalidInput:
    """What playbooks and settings amount to. Broken files must not hide what admins changed and no longer fits."""
    try:
        return desk.load_rulebook(session)
    except InvalidInput as error:
        return error


async def show_in_place(reply_to: str, answer: m.Message) -> None:
    """In place of the answer from which a form was opened. It may be too late for that, or Slack too slow: then it stays as it was."""
    if not reply_to:
        return
    shown = render(answer)
    respond = AsyncRespond(response_url=reply_to)
    with suppress(SendFailed, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await asked(respond(text=shown.text, blocks=shown.blocks, response_type="ephemeral", replace_original=True), "the answer")


# --- held alerts


async def release_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _decide(desk, actor, click, RELEASE)


async def keep_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _decide(desk, actor, click, KEEP)


async def _decide(desk: Desk, actor: Actor, click: Click, decision: str) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    await desk.database.run(decide, int(click.value), decision, actor.slack_id, desk.now())
    desk.worker.wake()
    if decision == RELEASE:
        desk.decide_soon()
    return Replace(await show(desk, AdminSection.BREAKERS)) if click.block.startswith(IN_BREAKERS) else None


# --- what could not be sent


async def resend_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    await desk.database.run(letters.resend, click.value, actor.slack_id, desk.now())
    desk.worker.wake()
    if click.block.startswith(IN_LETTERS):
        return Replace(await show(desk, AdminSection.LETTERS, "It is being sent again.", _page_of(click.block)))
    return Replace(await desk.database.read(_status, desk))


async def letters_turned(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    return Replace(await show(desk, AdminSection.LETTERS, page=int(click.value)))


async def drop_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    letter = await desk.database.read(letters.dead_letter, click.value)
    return m.AdminDropModal(letter=letter, page=_page_of(click.block), reply_to=click.reply_to)


async def drop_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    why, about, now = form.text(Input.REASON), read_metadata(form.metadata), desk.now()
    if not why:
        return Mistakes({Input.REASON: InputError.NOTE_MISSING})
    await desk.database.run(letters.drop, about["id"], actor.slack_id, why, now, desk.worker.tell)
    await show_in_place(about["reply_to"], await show(desk, AdminSection.LETTERS, "Dropped.", about["page"]))
    return None


def _page_of(block: str) -> int:
    return int(block.removeprefix(IN_LETTERS).partition(":")[0])


# --- /stay status


def _status(session: Session, desk: Desk) -> m.StatusAnswer:
    now = desk.now()
    today = start_of(day_of(now, desk.settings.zone), desk.settings.zone)
    stale, found = sections.stale_sources(session), _found(session, desk)
    return m.StatusAnswer(
        now=now,
        version=version("staysail"),
        sources=tuple(sections.source_line(source, stale) for source in session.scalars(select(Source).order_by(Source.name))),
        jobs=tuple(_job(job, desk) for job in session.scalars(select(Job).order_by(Job.name))),
        waiting=outbox.count_waiting(session),
        sent_today=session.scalar(select(func.count()).where(OutboxMessage.shown_at >= today)) or 0,
        dead_total=letters.count_dead(session),
        dead=letters.dead_letters(session, m.StatusAnswer.SHOWN),
        ignored=sections.ignored_in(desk.settings, found),
        mistakes=sections.mistakes_in(found),
    )


def _job(job: Job, desk: Desk) -> m.JobLine:
    every = desk.settings.sweep_every if job.name == "sweep" else None
    return m.JobLine(job.name, job.finished_at, job.started_at + every if job.started_at and every else None, job.problem or "")


FEATURE = Feature(
    clicks={
        Action.ADMIN_SECTION: section_chosen,
        Action.ADMIN_PREVIOUS: letters_turned,
        Action.ADMIN_NEXT: letters_turned,
        Action.ADMIN_DROP: drop_clicked,
        Action.BREAKER_RELEASE: release_clicked,
        Action.BREAKER_KEEP: keep_clicked,
        Action.OUTBOX_RESEND: resend_clicked,
    },
    forms={Callback.ADMIN_DROP: drop_sent},
    words={"status": status_asked, "admin": admin_asked},
)
