"""A room's brief as it stands now: who asks what of whom, and of the account what was to be shared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.queries import contacts_of
from bot.alerts.cards import cause_of, facts_of, lead_of
from bot.alerts.history import history_of
from bot.alerts.people import load_people
from bot.alerts.queries import earlier_alerts
from bot.alerts.reasons import reasons_of
from bot.alerts.survey_card import heard
from bot.delivery.composed import Composed, Withheld
from bot.messages import catalog as m
from bot.messages.render import render
from bot.rooms.people import person_of
from bot.rooms.scene import Scene, Subject, load_subject
from bot.rooms.words import end_of
from models import Note, Reason, Room, Source, Teammate
from models.queries import traces_of

MOST_COMMENTS = 30


def brief_composer(scene: Scene) -> Callable[[Session, Sequence[int]], Mapping[int, Composed | Withheld]]:
    def compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed | Withheld]:
        rooms = session.scalars(select(Room).where(Room.id.in_(ids))).all()
        return {room.id: Composed(room.version, render(brief_of(session, load_subject(session, room.id), scene))) for room in rooms}

    return compose


def brief_of(session: Session, subject: Subject, scene: Scene) -> m.RoomBrief:
    room, alert = subject.room, subject.alert
    reasons = reasons_of(session, [alert.id])[alert.id]
    specialist = session.get(Teammate, room.specialist)
    urgency = scene.settings.rooms.urgencies.get(room.urgency)
    return m.RoomBrief(
        room_id=room.id,
        state=m.RoomState(room.state),
        account=m.Account(subject.account.id, subject.account.name, subject.account.url),
        cause=cause_of(alert, reasons, scene.world),
        since=alert.opened_at,
        asker=person_of(room.asked_by),
        specialist=person_of(room.specialist),
        urgency=urgency.label if urgency else room.urgency,
        topic=room.topic,
        need=room.need,
        asked_at=room.asked_at,
        answer_by=room.answer_by,
        zone=(specialist.timezone if specialist else None) or str(scene.settings.zone),
        answered_at=room.answered_at,
        told=_told(session, subject, reasons, scene),
        canvas="id" in (room.done.get("canvas") or {}),
        problems=tuple(room.problems),
        end=end_of(room),
    )


def _told(session: Session, subject: Subject, reasons: Sequence[Reason], scene: Scene) -> m.Told:
    shared, account = set(subject.room.shared), subject.account
    history, comments = m.Share.HISTORY in shared, m.Share.COMMENTS in shared
    picture = subject.room.done.get("chart") or {}
    return m.Told(
        facts=_facts(session, subject, reasons, scene),
        contacts=contacts_of(session, account.id) if m.Share.CONTACTS in shared else (),
        earlier=earlier_alerts(session, account.id, scene.world, subject.alert.id) if history else (),
        timeline=_timeline(session, subject, comments) if history else (),
        comments=(*_comments(session, account.id), *_answered(session, subject)) if comments else (),
        picture=m.Picture(picture["file"], picture["alt"]) if picture.get("file") and m.Share.USAGE in shared else None,
    )


def _facts(session: Session, subject: Subject, reasons: Sequence[Reason], scene: Scene) -> m.AccountFacts | None:
    """Only what was to be shared of them."""
    shared, account, alert = set(subject.room.shared), subject.account, subject.alert
    people = load_people(session, [(alert.owner_email, account.owner_email)])
    sources = {source.name: source for source in session.scalars(select(Source))}
    facts = facts_of(alert, account, people, sources, scene.world, reasons)
    if m.Share.FACTS not in shared:
        facts = replace(facts, renewal_on=None, plan="", seats=None, stage="", owner=None)
    if m.Share.USAGE not in shared:
        facts = replace(facts, trend=(), usage=None)
    if m.Share.MONEY not in shared:
        facts = replace(facts, arr=None)
    return facts if shared & {m.Share.FACTS, m.Share.USAGE, m.Share.MONEY} else None


def _timeline(session: Session, subject: Subject, comments: bool) -> tuple[m.HistoryLine, ...]:
    lines = history_of(traces_of(session, subject.alert.id))
    return tuple(line if comments else replace(line, note="") for line in lines)


def _comments(session: Session, account_id: str) -> tuple[str, ...]:
    notes = select(Note.text).where(Note.account_id == account_id).order_by(Note.at.desc()).limit(MOST_COMMENTS)
    return tuple(reversed(session.scalars(notes).all()))


def _answered(session: Session, subject: Subject) -> tuple[str, ...]:
    """What customers wrote, where the alert is about their answers; the worst comes last, and so is the last to be cut."""
    told = heard(session, [subject.alert.id]) if subject.alert.card == m.CardName.SURVEY_ANSWERS else {}
    answers = told[subject.alert.id].answers if subject.alert.id in told else ()
    return tuple(f"{one.who} ({one.score}): {one.comment}" for one in reversed(answers) if one.comment)


def metric_of(session: Session, subject: Subject, scene: Scene) -> str | None:
    """The metric that a chart of this room shows: that of the reason the card tells first, or else the settings' first."""
    lead = lead_of(subject.alert, reasons_of(session, [subject.alert.id])[subject.alert.id])
    name = lead.cause.get("metric") if lead else None
    return name if name in scene.world.metrics else next(iter(scene.world.metrics), None)
