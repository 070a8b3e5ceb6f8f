"""Being away, and who stands in: `/stay away …`, `/stay back`, and the button on the answer."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.duty import asking
from bot.duty.absences import Plan, absence_of, come_back, leave, usual_stand_in
from bot.duty.answers import away_answer
from bot.duty.asking import Asked, Deed
from bot.duty.people import absent_one, stand_in_named
from bot.errors import Refused, SendFailed
from bot.messages import catalog as m
from bot.messages.actions import Action
from bot.team.away import COMMAND
from bot.team.roles import Actor
from handlers.slack.desk import Desk, Replace, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Command
from models import Absence, Teammate


async def away_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    asked = asking.read(command.rest)
    for written in (asked.whom, asked.stand_in):
        await _meet(desk, written)
    answer = await desk.database.run(DEEDS[asked.deed], desk, actor, asked, desk.now())
    desk.worker.wake()
    return answer


async def back_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    answer = await desk.database.run(_back, desk, actor, Asked(Deed.BACK, command.rest), desk.now())
    desk.worker.wake()
    return answer


async def _meet(desk: Desk, written: str) -> None:
    """Somebody who is mentioned may be new: they are looked up in Slack."""
    if slack_id := asking.mentioned(written):
        try:
            await desk.directory.lookup(slack_id, desk.now())
        except SendFailed:
            raise Refused(f"Slack could not say who “{written}” is. Please try again.") from None


def _show(session: Session, desk: Desk, actor: Actor, asked: Asked, now: datetime) -> m.Message:
    who = absent_one(session, actor, asked.whom)
    absence = absence_of(session, who.slack_id)
    return _answer(session, desk, actor, absence) if absence else _here(actor, who)


def _here(actor: Actor, who: Teammate) -> m.Said:
    if who.slack_id == actor.slack_id:
        return m.Said(text=f"You are here. {asking.HOW}")
    return m.Said(text="{who} is here.", who=m.Person(slack_id=who.slack_id))


def _leave(session: Session, desk: Desk, actor: Actor, asked: Asked, now: datetime) -> m.Message:
    settings, who = desk.settings, absent_one(session, actor, asked.whom)
    until = asking.until_when(asked.until, now, zone_or(who.timezone, settings.zone))
    stand_in = stand_in_named(session, who, asked.stand_in, now).slack_id if asked.stand_in else usual_stand_in(session, settings, who)
    absence = leave(session, settings, who.slack_id, Plan(until, stand_in, COMMAND, actor.slack_id), now)
    return _answer(session, desk, actor, absence)


def _answer(session: Session, desk: Desk, actor: Actor, absence: Absence) -> m.AwayAnswer:
    return away_answer(session, absence, actor.slack_id, desk.settings.manager_channel, desk.world)


def _back(session: Session, desk: Desk, actor: Actor, asked: Asked, now: datetime) -> m.Message:
    who = absent_one(session, actor, asked.whom)
    absence = absence_of(session, who.slack_id)
    return _end(session, desk, actor, absence, now) if absence else _here(actor, who)


def _end(session: Session, desk: Desk, actor: Actor, absence: Absence, now: datetime) -> m.Said:
    kept = come_back(session, desk.settings, absence, now, in_person=True)
    if absence.slack_id != actor.slack_id:
        return m.Said(text="{who} is back: new alerts go there again.", who=m.Person(slack_id=absence.slack_id))
    more = " What your stand-in has in hand stays there; a list of it comes to you as a message." if kept else ""
    return m.Said(text=f"Welcome back: new alerts come to you again.{more}")


async def end_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    """The button stands in an ephemeral answer, which has no message of its own, and in what we told somebody by their status."""
    answer = await desk.database.run(_end_clicked, desk, actor, int(click.value), desk.now())
    desk.worker.wake()
    return answer if click.message else Replace(answer)


def _end_clicked(session: Session, desk: Desk, actor: Actor, absence_id: int, now: datetime) -> m.Said:
    absence = session.get(Absence, absence_id)
    if absence is None or absence.ended_at:
        return m.Said(text="That is over already: new alerts come to their owner.")
    if absence.slack_id != actor.slack_id and not actor.is_manager:
        raise Refused("Only managers may do this for somebody else.")
    return _end(session, desk, actor, absence, now)


DEEDS: dict[Deed, Callable[[Session, Desk, Actor, Asked, datetime], m.Message]] = {
    Deed.SHOW: _show,
    Deed.LEAVE: _leave,
    Deed.BACK: _back,
}

FEATURE = Feature(clicks={Action.AWAY_END: end_clicked}, words={"away": away_asked, "back": back_asked})
