"""`/stay playbooks` and `/stay playbook NAME`, and what admins do there: pause, resume, promote, dry run."""

import re
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input, InputError
from bot.playbooks.loading import guard_of
from bot.playbooks.overview import dry_run_answer, playbook_answer, playbooks_page
from bot.playbooks.status import diff_to_last, pause, promote, resume, statuses
from bot.team.roles import Actor, must_be_admin
from handlers.slack.desk import Desk, Mistakes, Replace, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Command, Submission

ADDRESS = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+")


async def playbooks_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    return await desk.database.read(_page, desk, 1)


async def playbooks_turned(desk: Desk, actor: Actor, click: Click) -> Reply:
    return Replace(await desk.database.read(_page, desk, int(click.value)))


def _page(session: Session, desk: Desk, page: int) -> m.PlaybooksAnswer:
    return playbooks_page(session, desk.load_rulebook(session), page, desk.now())


async def playbook_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    if not command.rest:
        raise Refused("Which playbook? `/stay playbooks` names them.")
    return await desk.database.read(_one, desk, actor, command.rest.lower())


async def open_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await desk.database.read(_one, desk, actor, click.value)


def _one(session: Session, desk: Desk, actor: Actor, name: str, said: str = "") -> m.PlaybookAnswer:
    return playbook_answer(session, desk.load_rulebook(session), name, desk.now(), admin=actor.is_admin, said=said)


async def pause_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _switch(desk, actor, click, pause, "Paused: no play starts, and those that run stand still.")


async def resume_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    reply = await _switch(desk, actor, click, resume, "Resumed: its plays go on.")
    desk.decide_soon()
    return reply


async def _switch(desk: Desk, actor: Actor, click: Click, change: Callable[[Session, str, str, datetime], None], said: str) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    await desk.database.run(change, click.value, actor.slack_id, desk.now())
    return Replace(await desk.database.read(_one, desk, actor, click.value, said))


async def dry_run_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    return await desk.database.run(_dry_run, desk, click.value)


def _dry_run(session: Session, desk: Desk, name: str) -> m.DryRunAnswer:
    now = desk.now()
    return dry_run_answer(session, desk.load_rulebook(session), name, guard_of(desk.settings, now), now)


async def promote_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    return await desk.database.read(_promote_form, click.value)


def _promote_form(session: Session, name: str) -> m.PromoteModal:
    status = statuses(session).get(name)
    if status is None:
        raise Refused("No sweep has seen this playbook yet. It can be promoted after the next one.")
    diff = diff_to_last(session, name)
    return m.PromoteModal(playbook=name, version=status.version, mode=status.mode, diff=diff, canary=tuple(status.canary))


async def promote_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    mode = form.chosen(Input.MODE)
    if not mode:
        return Mistakes({Input.MODE: InputError.CHOICE_MISSING})
    canary: tuple[str, ...] = ()
    if mode == m.Mode.CANARY:
        canary = tuple(re.split(r"[\s,;]+", form.text(Input.CANARY)))
        if not any(canary):
            return Mistakes({Input.CANARY: InputError.CANARY_MISSING})
        if not all(ADDRESS.fullmatch(email) for email in canary if email):
            return Mistakes({Input.CANARY: InputError.CANARY_WRONG})
    name, now = form.metadata, desk.now()
    await desk.database.run(promote, name, mode, actor.slack_id, now, canary)
    desk.decide_soon()
    return m.NoticeModal(title="Promoted", text=f"“{name}” is in the mode {mode} from now on.")


FEATURE = Feature(
    clicks={
        Action.PLAYBOOK_OPEN: open_clicked,
        Action.PLAYBOOK_PAUSE: pause_clicked,
        Action.PLAYBOOK_RESUME: resume_clicked,
        Action.PLAYBOOK_PROMOTE: promote_clicked,
        Action.PLAYBOOK_DRY_RUN: dry_run_clicked,
        Action.PLAYBOOKS_PREVIOUS: playbooks_turned,
        Action.PLAYBOOKS_NEXT: playbooks_turned,
    },
    forms={Callback.PLAYBOOK_PROMOTE: promote_sent},
    words={"playbooks": playbooks_asked, "playbook": playbook_asked},
)
