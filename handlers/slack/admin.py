"""What admins do: the state of things, dead letters, breakers."""

from importlib.metadata import version

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import day_of, start_of
from bot.delivery import outbox
from bot.delivery.keys import read_subject
from bot.messages import catalog as m
from bot.playbooks.breakers import KEEP, RELEASE, STALE, decide
from bot.team.roles import Actor, must_be_admin
from handlers.slack.desk import Desk, Replace, Reply
from handlers.slack.payloads import Click, Command
from models import Account, Alert, Breaker, Job, OutboxMessage, Source


async def status_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    return await desk.database.read(_status, desk)


async def resend_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    await desk.database.run(outbox.resend, click.value)
    desk.worker.wake()
    return Replace(await desk.database.read(_status, desk))


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
    return None


def _status(session: Session, desk: Desk) -> m.StatusAnswer:
    now = desk.now()
    today = start_of(day_of(now, desk.settings.zone), desk.settings.zone)
    dead = select(OutboxMessage).where(OutboxMessage.dead_at.is_not(None)).order_by(OutboxMessage.dead_at.desc())
    letters = session.scalars(dead.limit(m.StatusAnswer.SHOWN)).all()
    stale = set(session.scalars(select(Breaker.subject).where(Breaker.kind == STALE, Breaker.closed_at.is_(None))))
    return m.StatusAnswer(
        now=now,
        version=version("staysail"),
        sources=tuple(_source(source, stale) for source in session.scalars(select(Source).order_by(Source.name))),
        jobs=tuple(_job(job, desk) for job in session.scalars(select(Job).order_by(Job.name))),
        waiting=outbox.count_waiting(session),
        sent_today=session.scalar(select(func.count()).where(OutboxMessage.shown_at >= today)) or 0,
        dead_total=session.scalar(select(func.count()).where(OutboxMessage.dead_at.is_not(None))) or 0,
        dead=tuple(_letter(session, letter) for letter in letters),
    )


def _source(source: Source, stale: set[str]) -> m.SourceLine:
    age = m.DataAge(source.newest_day, source.read_at, source.name)
    return m.SourceLine(source.name, age, source.rows, source.problem or "", source.name in stale)


def _job(job: Job, desk: Desk) -> m.JobLine:
    every = desk.settings.sweep_every if job.name == "sweep" else None
    return m.JobLine(job.name, job.finished_at, job.started_at + every if job.started_at and every else None, job.problem or "")


def _letter(session: Session, letter: OutboxMessage) -> m.DeadLetter:
    at = letter.dead_at or letter.created_at
    return m.DeadLetter(letter.id, _what(session, letter), letter.channel, letter.problem or "", at)


def _what(session: Session, letter: OutboxMessage) -> str:
    kind, number = read_subject(letter.subject)
    alert = session.get(Alert, number) if kind == "alert" else None
    account = session.get(Account, alert.account_id) if alert else None
    return f"{account.name}: {alert.playbook}" if alert and account else "Notice to the admins"
