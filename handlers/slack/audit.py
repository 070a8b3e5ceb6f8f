"""The audit trail: searched, turned over, and taken as a file."""

import tempfile
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.admin.audit import audit_page, read_words
from bot.admin.export import MOST_ROWS, write_audit
from bot.admin.upload import send_file
from bot.errors import SendFailed
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input
from bot.messages.catalog.admin import read_metadata
from bot.team.roles import Actor, must_be_admin
from handlers.slack.admin import show_in_place
from handlers.slack.desk import Desk, Filling, Replace, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Command, Submission
from models import Trace


async def audit_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    return await desk.database.read(_by_words, desk, command.rest)


def _by_words(session: Session, desk: Desk, text: str) -> m.AuditAnswer:
    now, zone = desk.now(), desk.settings.zone
    return audit_page(session, read_words(session, text, now, zone), 1, now, zone)


async def audit_turned(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    search, page = m.read_audit_value(click.value)
    return Replace(await _page(desk, search, page))


async def _page(desk: Desk, search: m.AuditSearch, page: int) -> m.AuditAnswer:
    return await desk.database.read(audit_page, search, page, desk.now(), desk.settings.zone)


async def search_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    search, _ = m.read_audit_value(click.value)
    return m.AuditSearchModal(search=search, reply_to=click.reply_to)


async def search_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    since = form.chosen(Input.DUE)
    search = m.AuditSearch(
        who=form.chosen(Input.TEAMMATE) or "",
        what=form.chosen(Input.WHAT) or "",
        about=form.text(Input.QUERY),
        since=date.fromisoformat(since) if since else None,
    )
    await show_in_place(read_metadata(form.metadata)["reply_to"], await _page(desk, search, 1))
    return None


async def csv_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    """A large file takes its time: the form says so, and then how it went."""
    must_be_admin(actor, desk.settings.roles)
    search, _ = m.read_audit_value(click.value)

    async def made() -> AsyncIterator[m.Modal]:
        try:
            yield m.NoticeModal(title="Audit trail", text=await _send(desk, actor, search))
        except SendFailed as error:
            yield m.NoticeModal(title="Audit trail", text=f"The file could not be sent to you: {error}")

    return Filling(m.NoticeModal(title="Audit trail", text="The file is being made …"), made)


async def _send(desk: Desk, actor: Actor, search: m.AuditSearch) -> str:
    now = desk.now()
    with tempfile.TemporaryDirectory(prefix="staysail-audit-") as folder:
        file = Path(folder) / f"audit-{now:%Y-%m-%d}.csv"
        rows, cut = await desk.database.read(write_audit, file, search, now, desk.settings.zone)
        await send_file(desk.client, actor.slack_id, file, "The audit trail")
    await desk.database.run(_note, actor.slack_id, rows, now)
    left = f" Only the newest {MOST_ROWS:,} are in it: search for less to see the others." if cut else ""
    return f"It is in your direct messages: {rows:,} row{'s' if rows != 1 else ''}.{left}"


def _note(session: Session, who: str, rows: int, now: datetime) -> None:
    session.add(Trace(at=now, actor=who, what="audit_exported", detail={"rows": rows}))


FEATURE = Feature(
    clicks={
        Action.AUDIT_SEARCH: search_clicked,
        Action.AUDIT_PREVIOUS: audit_turned,
        Action.AUDIT_NEXT: audit_turned,
        Action.AUDIT_CSV: csv_clicked,
    },
    forms={Callback.AUDIT_SEARCH: search_sent},
    words={"audit": audit_asked},
)
