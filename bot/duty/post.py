"""What duty tells people: each message is a dispatch, enqueued once by its key and written when it leaves.

    remind:<alert>:<take by>             nobody took it in time: to whoever looks after it
    late:<alert>:<take by>               nor after as long again: to the managers
    due:<alert>.<version>                a task for oneself is due
    moved:<side>:<to>:<alert>.<version>  alerts moved to, or from, somebody; named by the first of them
    stand-in:<absence>:<who>:<until>     to whoever stands in
    away:<absence>                       to somebody whose Slack status says that they are away
    back:<absence>                       to somebody who is back

What stands under a key already is not told again. Several alerts that are reminded of, late or due in one pass are one message to each
reader, named by the first of them; which of them are told already stands on the alerts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.bulk import insert_into
from bot.delivery import outbox
from models import Dispatch

SUBJECT = "duty"
"""The kind of subject in the outbox; the number is the dispatch's."""
EACH = "each"
"""Where the content of a message about several alerts holds what it tells of each."""


class Kind(StrEnum):
    REMIND = "remind"
    LATE = "late"
    DUE = "due"
    MOVED = "moved"
    STAND_IN = "stand-in"
    AWAY = "away"
    BACK = "back"


@dataclass(frozen=True)
class Telling:
    """`to` is a Slack user or a channel; `about` what tells this message from others of its kind."""

    kind: Kind
    about: str
    to: str
    content: Mapping[str, Any]
    due_at: datetime

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.about}"


def tell(session: Session, telling: Telling, now: datetime) -> bool:
    """False: it was told before."""
    row = {
        "kind": telling.kind.value,
        "key": telling.key,
        "recipient": telling.to,
        "content": dict(telling.content),
        "created_at": now,
    }
    adding = insert_into(session, Dispatch).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(Dispatch.id)
    number = session.scalar(adding)
    if number is None:
        return False
    outbox.enqueue(session, [outbox.New(telling.key, f"{SUBJECT}:{number}", telling.to, telling.due_at)], now)
    return True


def tell_together(session: Session, tellings: Iterable[Telling], now: datetime) -> None:
    """One message for all that is of a kind, for one reader and at one time. What is alone is told as it is."""
    heaps: dict[tuple[Kind, str, datetime], list[Telling]] = defaultdict(list)
    for one in tellings:
        heaps[one.kind, one.to, one.due_at].append(one)
    for first, *more in heaps.values():
        content = {EACH: [dict(one.content) for one in (first, *more)]}
        tell(session, replace(first, content=content) if more else first, now)


def told_of(dispatch: Dispatch) -> list[dict[str, Any]]:
    """What it tells of each of its alerts."""
    return dispatch.content.get(EACH) or [dispatch.content]


def show_anew(session: Session, kind: Kind, about: str, since: datetime) -> None:
    """What was told since then under keys that begin so is brought up to date."""
    told = (Dispatch.kind == kind.value, Dispatch.created_at >= since, Dispatch.key.startswith(f"{kind}:{about}:", autoescape=True))
    raised = update(Dispatch).where(*told).values(version=Dispatch.version + 1).returning(Dispatch.id, Dispatch.version)
    for number, version in session.execute(raised).all():
        outbox.refresh(session, f"{SUBJECT}:{number}", version)
