"""Escalating an alert: the form, and the room's buttons."""

import json
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from bot import clock
from bot.accounts.business_hours import zone_or
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input, InputError
from bot.rooms import answering
from bot.rooms.asking import Asking, Moments, answer_by, must_be_free, offered, open_room
from bot.rooms.people import helpers_of
from bot.rooms.scene import Scene, Subject, load_subject
from bot.team.away import away_now
from bot.team.directory import is_full_member
from bot.team.roles import Actor
from handlers.slack.alerts import account_fact, cause_now, load_alert
from handlers.slack.desk import Desk, Mistakes, Reply, Update
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Submission
from handlers.slack.write_back import Wish, closed_with, wished
from models import Teammate

JOB = "rooms"


def scene_of(desk: Desk) -> Scene:
    return Scene(desk.live, desk.world)


def moments(desk: Desk) -> Moments:
    return Moments(desk.now(), clock.now())


# --- the form


@dataclass(frozen=True)
class Chosen:
    """What the form shows. `whom`: a Slack id, or that it is somebody else; empty: the first specialist of the topic who is there."""

    alert_id: int
    key: str
    topic: str
    whom: str = ""


async def escalate_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    topic = next(iter(desk.settings.rooms.specialists), "")
    return await desk.database.read(_form, desk, actor, Chosen(int(click.value), uuid4().hex, topic))


async def topic_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    """Another topic has other specialists: the first of them is suggested."""
    written = json.loads(click.form.metadata)
    return Update(await desk.database.read(_form, desk, actor, Chosen(written["alert_id"], written["key"], click.value)))


async def helper_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    """Until when they answer depends on their hours; somebody else is asked for by a field of their own."""
    written = json.loads(click.form.metadata)
    chosen = Chosen(written["alert_id"], written["key"], written["topic"], click.value)
    return Update(await desk.database.read(_form, desk, actor, chosen))


def _form(session: Session, desk: Desk, actor: Actor, chosen: Chosen) -> m.EscalateModal:
    alert, account = load_alert(session, chosen.alert_id)
    must_be_free(session, alert)
    helpers = helpers_of(session, desk.settings.rooms, chosen.topic)
    away = away_now(session, [helper.slack_id for helper in helpers], desk.now())
    whom = _suggested(helpers, away) if not chosen.whom else next((h for h in helpers if h.slack_id == chosen.whom), None)
    return m.EscalateModal(
        alert_id=alert.id,
        account=account_fact(account),
        cause=cause_now(session, alert, desk),
        key=chosen.key,
        topics=tuple(desk.settings.rooms.specialists),
        topic=chosen.topic,
        helpers=tuple(m.Helper(_named(helper), helper.slack_id in away) for helper in helpers),
        whom=_named(whom) if whom else None,
        urgencies=_urgencies(desk, whom),
        offered=offered(actor, account, alert, scene_of(desk)),
    )


def _suggested(helpers: Sequence[Teammate], away: Container[str]) -> Teammate | None:
    return next((helper for helper in helpers if helper.slack_id not in away), helpers[0] if helpers else None)


def _named(teammate: Teammate) -> m.Person:
    return m.Person(teammate.slack_id, teammate.name, teammate.email or "")


def _urgencies(desk: Desk, whom: Teammate | None) -> tuple[m.Urgency, ...]:
    zone = whom.timezone if whom else None
    there = zone_or(zone, desk.settings.zone)
    return tuple(
        m.Urgency(name, urgency.label, answer_by(scene_of(desk), name, zone, desk.now()).astimezone(there) if whom else None)
        for name, urgency in desk.settings.rooms.urgencies.items()
    )


async def escalate_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    written = json.loads(form.metadata)
    urgency, need = form.chosen(Input.URGENCY), form.text(Input.NEED)
    whom = written["whom"] or form.chosen(Input.TEAMMATE)
    if not urgency or urgency not in desk.settings.rooms.urgencies:
        return Mistakes({Input.URGENCY: InputError.CHOICE_MISSING})
    if not need:
        return Mistakes({Input.NEED: InputError.NOTE_MISSING})
    if mistake := await _wrong_helper(desk, whom):
        return Mistakes({Input.URGENCY if written["whom"] else Input.TEAMMATE: mistake})
    shared = form.ticked(Input.SHARE)
    asking = Asking(written["key"], written["alert_id"], written["topic"], whom or "", urgency, need, shared)
    await desk.database.run(open_room, asking, actor, scene_of(desk), moments(desk))
    _go_on(desk)
    return None


async def _wrong_helper(desk: Desk, whom: str | None) -> str | None:
    """What is wrong with whoever was chosen, in words."""
    if not whom:
        return InputError.TEAMMATE_MISSING
    found = await desk.directory.lookup(whom, desk.now())
    return None if is_full_member(found) else InputError.TEAMMATE_NOT_OURS


def _go_on(desk: Desk) -> None:
    desk.worker.wake()
    desk.soon(JOB)


# --- in the room


async def accept_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    await desk.database.run(answering.accept, int(click.value), actor, scene_of(desk), desk.now())
    desk.worker.wake()
    return None


async def return_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(session: Session) -> m.RoomReturnModal:
        subject = load_subject(session, int(click.value))
        answering.may_return(subject, actor, scene_of(desk), session)
        returned = subject.room.state == m.RoomState.RETURNED
        return m.RoomReturnModal(**_about(session, subject, desk), need=subject.room.need, returned=returned)

    return await desk.database.read(make)


async def return_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    room_id, why, instead = json.loads(form.metadata)["room_id"], form.text(Input.NOTE), form.chosen(Input.TEAMMATE)
    if not instead and not why:
        return Mistakes({Input.NOTE: InputError.NOTE_MISSING})
    if instead and (mistake := await _wrong_helper(desk, instead)):
        return Mistakes({Input.TEAMMATE: mistake})
    if instead and instead == await desk.database.read(_asked, room_id):
        return Mistakes({Input.TEAMMATE: InputError.HELPER_SAME})
    back = answering.Return(room_id, why, instead)
    await desk.database.run(answering.hand_back, back, actor, scene_of(desk), moments(desk))
    _go_on(desk)
    return None


def _asked(session: Session, room_id: int) -> str:
    return load_subject(session, room_id).room.specialist


async def close_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def make(session: Session) -> m.RoomCloseModal:
        subject = load_subject(session, int(click.value))
        answering.may_close(subject, actor, scene_of(desk), session)
        return m.RoomCloseModal(**_about(session, subject, desk), to_crm=bool(desk.settings.crm.writable))

    return await desk.database.read(make)


async def close_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    outcome, summary = form.chosen(Input.OUTCOME), form.text(Input.SUMMARY)
    if outcome not in set(m.RoomOutcome):
        return Mistakes({Input.OUTCOME: InputError.CHOICE_MISSING})
    if not summary:
        return Mistakes({Input.SUMMARY: InputError.NOTE_MISSING})
    room_id = json.loads(form.metadata)["room_id"]
    closing = answering.Closing(room_id, m.RoomOutcome(outcome), summary, form.text(Input.NEXT_STEP))
    wish = await _wish(desk, form, room_id, outcome)
    return await closed_with(desk, actor, wish, _close(desk, actor, closing))


async def _close(desk: Desk, actor: Actor, closing: answering.Closing) -> None:
    await desk.database.run(answering.close, closing, actor, scene_of(desk), moments(desk))
    _go_on(desk)


async def _wish(desk: Desk, form: Submission, room_id: int, outcome: str) -> Wish | None:
    """The view's id makes a form that is sent twice one change."""
    new = wished(desk, form, outcome, Input.SUMMARY)
    if not new:
        return None
    subject = await desk.database.read(load_subject, room_id)
    return Wish(f"view:{form.view_id}", subject.account.id, subject.alert.id, new)


def _about(session: Session, subject: Subject, desk: Desk) -> dict[str, Any]:
    cause = cause_now(session, subject.alert, desk)
    return {"room_id": subject.room.id, "account": account_fact(subject.account), "cause": cause}


FEATURE = Feature(
    clicks={
        Action.ALERT_ESCALATE: escalate_clicked,
        Action.ROOM_TOPIC: topic_chosen,
        Action.ROOM_WHOM: helper_chosen,
        Action.ROOM_ACCEPT: accept_clicked,
        Action.ROOM_RETURN: return_clicked,
        Action.ROOM_CLOSE: close_clicked,
    },
    forms={
        Callback.ALERT_ESCALATE: escalate_sent,
        Callback.ROOM_RETURN: return_sent,
        Callback.ROOM_CLOSE: close_sent,
    },
)
