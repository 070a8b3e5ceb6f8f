"""Clicks in letters: people are counted, scanners are not.

A mail scanner fetches what a person would click: at once after the sending, and every link within seconds. So a fetch counts only
if it is a plain GET (no HEAD, no prefetch), comes SOON seconds or more after the letter left, and no other link of the same letter
is fetched within TOGETHER seconds before or after it. Hence the count is taken when TOGETHER has passed. Each link counts once.
Whatever is counted, the reader arrives where the link leads.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.bulk import insert_into
from bot.delivery.dispatches import record_event
from bot.delivery.keys import dispatch_subject
from bot.letters.links import targets
from models import Dispatch, Event, OutboxMessage

SOON = timedelta(seconds=30)
TOGETHER = timedelta(seconds=5)
AHEAD = ("purpose", "sec-purpose", "x-purpose", "x-moz")
FETCHED = "letter_fetched"


def by_a_person(method: str, headers: Mapping[str, str]) -> bool:
    """What a request says of itself. A preview or a prefetch is a machine's."""
    said = " ".join(headers.get(name, "") for name in AHEAD).lower()
    return method == "GET" and not any(word in said for word in ("prefetch", "preview", "prerender"))


def target_of(session: Session, dispatch_id: int, number: int) -> str | None:
    """Where the link leads, from the letter as it was written; None when the letter is gone."""
    dispatch = session.get(Dispatch, dispatch_id)
    links = targets(dispatch.content.get("html", "")) if dispatch else []
    return links[number] if 0 <= number < len(links) else None


def note_fetch(session: Session, dispatch_id: int, number: int, machine_now: datetime) -> bool:
    """Notes that a link was fetched. False: too soon after the sending to be a person."""
    dispatch = session.get(Dispatch, dispatch_id)
    if dispatch is None or dispatch.account_id is None or not _left_long_ago(session, dispatch_id, machine_now):
        return False
    row = {
        "key": f"{FETCHED}:{dispatch_id}:{number}",
        "name": FETCHED,
        "at": machine_now,
        "account_id": dispatch.account_id,
        "contact_id": dispatch.contact_id,
        "data": {"dispatch": dispatch_id, "link": number},
        "handled_at": machine_now,
    }
    session.execute(insert_into(session, Event).values(row).on_conflict_do_update(index_elements=["key"], set_={"at": machine_now}))
    return True


def count_click(session: Session, dispatch_id: int, number: int, fetched_at: datetime, now: datetime) -> bool:
    """Counts a fetch unless other links of the letter were fetched about the same time, or the link was counted before."""
    others = select(Event.id).where(
        Event.key.startswith(f"{FETCHED}:{dispatch_id}:"),
        Event.key != f"{FETCHED}:{dispatch_id}:{number}",
        Event.at.between(fetched_at - TOGETHER, fetched_at + TOGETHER),
    )
    dispatch = session.get(Dispatch, dispatch_id)
    if dispatch is None or session.scalar(others.limit(1)) is not None:
        return False
    url = target_of(session, dispatch_id, number)
    if not record_event(session, dispatch, "letter_clicked", f"letter_clicked:{dispatch_id}:{number}", now, {"url": url}):
        return False
    session.execute(update(Dispatch).where(Dispatch.id == dispatch_id).values(clicked=Dispatch.clicked + 1))
    return True


def _left_long_ago(session: Session, dispatch_id: int, machine_now: datetime) -> bool:
    left = session.scalar(select(OutboxMessage.shown_at).where(OutboxMessage.subject == dispatch_subject(dispatch_id)))
    return left is not None and machine_now - left >= SOON
