"""Events of the workspace: taken in once each, before they are acknowledged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.alerts.record import show_cards_in
from bot.bulk import insert_into
from bot.delivery import outbox
from bot.feedback.theme_notice import show_themes_in
from bot.team.channels import mark_external
from bot.team.directory import store
from bot.team.member import Member, member_of
from handlers.slack.desk import Desk
from models import Receipt

PEOPLE = ("team_join", "user_change")
CHANNELS = ("member_joined_channel", "channel_unarchive")
SHARED = ("channel_shared", "channel_unshared")
EVENTS = (*PEOPLE, *CHANNELS, *SHARED)
"""Those that are taken in here; features are told of others."""


async def take_in(desk: Desk, body: dict[str, Any]) -> bool:
    """False: this event was taken in before."""
    event = body["event"]
    member = member_of(event["user"], desk.team_id) if event["type"] in PEOPLE else None
    told = Told(body["event_id"], event["type"], member, event.get("channel") if event["type"] in SHARED else None)
    new = await desk.database.run(_once, told, desk.now())
    if new:
        desk.worker.wake()
    return new


@dataclass(frozen=True)
class Told:
    """What is read of an event: who changed, or which channel is now shared or no longer."""

    id: str
    kind: str
    member: Member | None = None
    channel: str | None = None


def _once(session: Session, told: Told, now: datetime) -> bool:
    receipt = insert_into(session, Receipt).values(id=told.id, received_at=now).on_conflict_do_nothing(index_elements=["id"])
    if session.scalar(receipt.returning(Receipt.id)) is None:  # an INSERT's row count is -1 on PostgreSQL
        return False
    if told.member:
        store(session, [told.member], None, now)
    elif told.channel:
        mark_external(session, told.channel, told.kind == "channel_shared")
        show_cards_in(session, told.channel)
        show_themes_in(session, told.channel)
    elif told.kind in CHANNELS:  # somebody, perhaps the app, joined a channel, or one came back: what was dead there may live
        outbox.probe_dead(session)
    return True
