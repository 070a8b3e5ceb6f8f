"""The next step of a room, taken up: what it needs is read, and that it begins is written before anything leaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.record import show_anew
from bot.clock import day_of
from bot.delivery import outbox
from bot.delivery.outbox import New
from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.catalog import RoomState
from bot.messages.mrkdwn import plain
from bot.messages.render import render_canvas
from bot.rooms import words
from bot.rooms.asking import Moments
from bot.rooms.brief import brief_of, metric_of
from bot.rooms.deeds import Order
from bot.rooms.names import channel_name
from bot.rooms.scene import Scene, Subject, load_subject
from bot.rooms.steps import Deed, Stand, Step, next_step
from models import Alert, OutboxMessage, Room, Teammate

TOPIC_LIMIT = 250
CRM = "CRM"


@dataclass(frozen=True)
class Task:
    """`order` None: the step waits for the outbox. `attempts`: how often this step failed so far."""

    room_id: int
    step: Step
    order: Order | None
    attempts: int = 0


def take_up(session: Session, room_id: int, scene: Scene, moments: Moments) -> Task | None:
    """Does what is only ours to write, and gives the next step that leaves the house. None: there is nothing to do (any more)."""
    try:
        subject = load_subject(session, room_id, lock=True)
    except Refused:
        return None
    while step := next_step(stand_of(session, subject, scene)):
        if own := OWN.get(step.deed):
            own(session, subject, moments)
            keep(subject.room, step, True)
            continue
        return _task(session, subject, step, scene, moments)
    subject.room.retry_at = None
    return None


def stand_of(session: Session, subject: Subject, scene: Scene) -> Stand:
    room = subject.room
    chart = scene.charts and m.Share.USAGE in room.shared and metric_of(session, subject, scene) is not None
    return Stand(RoomState(room.state), room.done, room.done.get("people", ()), tuple(bookmarks_of(subject, scene)), chart)


def bookmarks_of(subject: Subject, scene: Scene) -> Mapping[str, str]:
    """By title. `{account}` in an address of the settings is the account's id."""
    account = subject.account
    own = {CRM: account.url} if account.url and account.url.startswith(("https://", "http://")) else {}
    named = {title: url.replace("{account}", quote(account.id, safe="")) for title, url in scene.settings.rooms.bookmarks.items()}
    return {**own, **named}


def keep(room: Room, step: Step, gave: Any) -> None:
    """Writes down that a step is done. An invitation adds to those before it."""
    if step.deed is Deed.INVITE:
        gave = list(dict.fromkeys([*(room.done.get(step.key) or ()), *gave]))
    room.done = {**room.done, step.key: gave}
    room.attempts, room.attempted_at = 0, None


def _task(session: Session, subject: Subject, step: Step, scene: Scene, moments: Moments) -> Task:
    room = subject.room
    given = GIVEN[step.deed](session, subject, step, scene)
    if given is None:
        return Task(room.id, step, None)
    since, room.attempted_at = room.attempted_at, room.attempted_at or moments.machine
    return Task(room.id, step, Order(step.deed, room.channel_id or "", since, given), room.attempts)


Given = dict[str, Any]


def _channel(session: Session, subject: Subject, step: Step, scene: Scene) -> Given:
    room, account, rooms = subject.room, subject.account, scene.settings.rooms
    month = day_of(room.asked_at, scene.settings.zone)
    room.channel_name = channel_name(rooms.prefix, account.name, account.id, month, room.done.get("number", 1))
    others = session.scalars(select(Room.channel_id).where(Room.channel_id.is_not(None), Room.id != room.id))
    return {"name": room.channel_name, "private": rooms.private, "others": tuple(others)}


def _people(session: Session, subject: Subject, step: Step, scene: Scene) -> Given:
    asked = set(subject.room.done.get(step.key) or ())
    return {"people": [who for who in subject.room.done.get("people", ()) if who not in asked]}


def _topic(session: Session, subject: Subject, step: Step, scene: Scene) -> Given:
    names = [known.name if (known := session.get(Teammate, who)) else who for who in (subject.room.asked_by, subject.room.specialist)]
    text = f"{plain(subject.account.name, 80)} · {plain(names[0], 40)} asks {plain(names[1], 40)}: {plain(subject.room.need, 100)}"
    return {"topic": text[:TOPIC_LIMIT]}


def _bookmark(session: Session, subject: Subject, step: Step, scene: Scene) -> Given:
    return {"title": step.about, "link": bookmarks_of(subject, scene)[step.about]}


def _chart(session: Session, subject: Subject, step: Step, scene: Scene) -> Given:
    today = day_of(scene.world.now(), scene.world.zone)
    return {"account": subject.account.id, "metric": metric_of(session, subject, scene), "day": today.isoformat()}


def _canvas(session: Session, subject: Subject, step: Step, scene: Scene) -> Given:
    return {"text": render_canvas(brief_of(session, subject, scene), m.RoomBrief.CANVAS)}


def _pin(session: Session, subject: Subject, step: Step, scene: Scene) -> Given | None:
    """Once the brief stands in the channel; an empty `ts`: it could not be posted."""
    row = session.scalar(select(OutboxMessage).where(OutboxMessage.subject == words.brief_subject(subject.room.id)))
    return {"ts": row.ts or ""} if row and (row.ts or row.dead_at) else None


def _archive(session: Session, subject: Subject, step: Step, scene: Scene) -> Given | None:
    """Once everything that was said there is there; nothing can be posted in an archive."""
    behind = select(OutboxMessage.id).where(OutboxMessage.channel == subject.room.channel_id, outbox.is_behind())
    return None if session.scalar(behind.limit(1)) else {}


GIVEN: Mapping[Deed, Callable[[Session, Subject, Step, Scene], Given | None]] = {
    Deed.CHANNEL: _channel,
    Deed.INVITE: _people,
    Deed.TOPIC: _topic,
    Deed.BOOKMARK: _bookmark,
    Deed.CHART: _chart,
    Deed.CANVAS: _canvas,
    Deed.PIN: _pin,
    Deed.ARCHIVE: _archive,
}


def _post_brief(session: Session, subject: Subject, moments: Moments) -> None:
    """From here on the room is open for an answer."""
    room = subject.room
    assert room.channel_id is not None
    room.state = RoomState.ASKED.value
    room.version += 1
    subject_of = words.brief_subject(room.id)
    outbox.enqueue(session, [New(subject_of, subject_of, room.channel_id, moments.now)], moments.now)
    outbox.refresh(session, subject_of, room.version)
    show_anew(session, Alert.id == subject.alert.id)


def _post_summary(session: Session, subject: Subject, moments: Moments) -> None:
    room = subject.room
    assert room.channel_id is not None
    words.say(session, room, m.Word.SUMMARY, room.channel_id, moments.now)


OWN: Mapping[Deed, Callable[[Session, Subject, Moments], None]] = {Deed.BRIEF: _post_brief, Deed.SUMMARY: _post_summary}


def find_due(session: Session, machine_now: datetime) -> list[int]:
    """Rooms that have a step to do now, the oldest first."""
    return list(session.scalars(select(Room.id).where(Room.retry_at <= machine_now).order_by(Room.id)))
