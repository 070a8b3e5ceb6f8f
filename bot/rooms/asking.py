"""Asking for help: whom one can ask, until when they must answer, and the room's row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.lifecycle import CLOSED, Change
from bot.alerts.record import show_anew, trace_of
from bot.errors import AlreadyDone, Refused
from bot.messages import catalog as m
from bot.rooms.people import managers, most_urgent, owner_of
from bot.rooms.scene import Scene
from bot.team.roles import Actor
from bot.team.sight import sees_money
from models import Account, Alert, Room, Teammate

TRACED = 300
"""Characters of what is needed that an alert's history keeps."""


@dataclass(frozen=True)
class Asking:
    """What the form says. `key` was made when it was opened."""

    key: str
    alert_id: int
    topic: str
    specialist: str
    urgency: str
    need: str
    shared: tuple[str, ...]


@dataclass(frozen=True)
class Moments:
    """`now` is business time, `machine` the machine's."""

    now: datetime
    machine: datetime


def offered(actor: Actor, account: Account, alert: Alert, scene: Scene) -> tuple[m.Share, ...]:
    """What somebody may share: what they themselves see."""
    all_of_it = sees_money(actor, account, scene.settings.roles, alert)
    return tuple(share for share in m.Share if all_of_it or share not in (m.Share.MONEY, m.Share.COMMENTS))


def answer_by(scene: Scene, urgency: str, zone: str | None, now: datetime) -> datetime:
    return scene.settings.hours.after(now, scene.settings.rooms.urgencies[urgency].within, zone)


def must_be_free(session: Session, alert: Alert) -> None:
    """Refuses when the alert is closed, or has a room that is open."""
    if alert.state in CLOSED:
        raise AlreadyDone(alert.state, alert.closed_by, alert.closed_at)
    room = session.scalar(select(Room).where(Room.alert_id == alert.id, Room.state != m.RoomState.CLOSED).limit(1))
    if room:
        name = f"#{room.channel_name}" if room.channel_id else "which is just being opened"
        raise Refused(f"There is a room for this alert already: {name}.")


def open_room(session: Session, asking: Asking, actor: Actor, scene: Scene, moments: Moments) -> Room:
    """Writes the room, its trace, and shows the card anew. A form that came twice gives the same room."""
    alert = session.get(Alert, asking.alert_id, with_for_update=True)
    account = session.get(Account, alert.account_id) if alert else None
    if alert is None or account is None:
        raise Refused("This alert is no longer there.")
    if known := session.scalar(select(Room).where(Room.key == asking.key)):
        return known
    must_be_free(session, alert)
    room = _room(session, asking, actor, (alert, account), scene, moments)
    session.add(room)
    session.flush()
    detail = {"whom": room.specialist, "note": room.need[:TRACED], "room": room.id}
    session.add(trace_of(alert, Change({}, m.Did.ESCALATED.value, detail), actor.slack_id, moments.now))
    show_anew(session, Alert.id == alert.id)
    return room


def _room(session: Session, asking: Asking, actor: Actor, about: tuple[Alert, Account], scene: Scene, moments: Moments) -> Room:
    alert, account = about
    specialist = session.get(Teammate, asking.specialist)
    zone = specialist.timezone if specialist else None
    people, missing = _people(session, asking, actor, about, scene)
    allowed = {share.value for share in offered(actor, account, alert, scene)}
    return Room(
        key=asking.key,
        alert_id=alert.id,
        account_id=account.id,
        state=m.RoomState.OPENING.value,
        asked_by=actor.slack_id,
        asked_at=moments.now,
        specialist=asking.specialist,
        topic=asking.topic,
        urgency=asking.urgency,
        need=asking.need,
        shared=[share for share in asking.shared if share in allowed],
        done={"people": people},
        problems=[f"{email} is not in Slack, so they are not here." for email in missing],
        retry_at=moments.machine,
        answer_by=answer_by(scene, asking.urgency, zone, moments.now),
    )


def _people(session: Session, asking: Asking, actor: Actor, about: tuple[Alert, Account], scene: Scene) -> tuple[list[str], Sequence[str]]:
    """Whom to invite, and who cannot be: the asker, whoever is asked, the CSM; the managers too when it is as urgent as can be."""
    owner, stranger = owner_of(session, *about)
    settings = scene.settings
    urgent = asking.urgency == most_urgent(settings.rooms)
    leads = [lead.slack_id for lead in managers(session, settings.roles)] if urgent else []
    people = [asking.specialist, actor.slack_id, *([owner] if owner else []), *leads]
    return list(dict.fromkeys(people)), [stranger] if stranger else []
