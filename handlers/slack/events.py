"""Events of the workspace: taken in once each, before they are acknowledged."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.bulk import insert_into
from bot.delivery import outbox
from bot.team.directory import store
from bot.team.member import Member, member_of
from handlers.slack.desk import Desk
from models import Receipt

EVENTS = ("member_joined_channel", "channel_unarchive", "team_join", "user_change")


async def take_in(desk: Desk, body: dict[str, Any]) -> None:
    event = body["event"]
    member = member_of(event["user"], desk.team_id) if event["type"] in ("team_join", "user_change") else None
    if await desk.database.run(_once, body["event_id"], member, desk.now()):
        desk.worker.wake()


def _once(session: Session, event_id: str, member: Member | None, now: datetime) -> bool:
    """False: this event was taken in before."""
    receipt = insert_into(session, Receipt).values(id=event_id, received_at=now).on_conflict_do_nothing(index_elements=["id"])
    if not session.execute(receipt).rowcount:  # type: ignore[attr-defined]
        return False
    if member:
        store(session, [member], None, now)
    else:  # somebody, perhaps the app, joined a channel, or one came back: what was dead there may live
        outbox.probe_dead(session)
    return True
