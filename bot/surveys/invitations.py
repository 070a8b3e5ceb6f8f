"""Invitations as they are written: with their letters, outbox rows and touches, all of a batch at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.bulk import add_all, among, inserting
from bot.delivery import outbox
from bot.delivery.keys import dispatch_subject, invitation_key
from bot.delivery.kinds import LETTER
from bot.delivery.schemes import MAIL
from bot.surveys.shelf import keep
from bot.surveys.survey import Survey
from models import Dispatch, Invitation, Touch

ASKED, HELD, UNSENT = "asked", "held", "unsent"
Row = dict[str, Any]
Place = tuple[str, str, str]
"""Wave, survey and contact: of each there is one row."""
EMPTY: Row = {"held": None, "held_until": None, "language": "en", "token": None, "expires_at": None, "remind_at": None}


@dataclass(frozen=True)
class Leaving:
    """A letter to be, and when it leaves. `key` makes it one; `what` is what the contact ledger says of it."""

    key: str
    at: datetime
    account_id: str
    contact_id: str
    address: str
    what: str
    content: Row


class Invitations:
    """What stands already in some waves, and what is to be added to them."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self._held: dict[Place, tuple[str, datetime | None]] = {}
        self._asked: dict[tuple[str, str], set[str]] = {}
        self._rows: dict[Place, Row] = {}
        self._letters: dict[Place, Leaving] = {}
        self._used: dict[str, Survey] = {}

    @property
    def asked(self) -> int:
        """How many letters this batch writes so far."""
        return len(self._letters)

    def know(self, waves: Collection[str]) -> None:
        columns = (Invitation.wave, Invitation.survey, Invitation.contact_id, Invitation.state, Invitation.held, Invitation.held_until)
        here = select(*columns).where(Invitation.wave.in_(among(self._session, waves)))
        for wave, survey, contact, state, held, until in self._session.execute(here):
            if state == HELD:
                self._held[wave, survey, contact] = (held or "", until)
            else:
                self._asked.setdefault((wave, survey), set()).add(contact)

    def has_asked(self, wave: str, survey: str, contact: str = "") -> bool:
        """Somebody has been asked in that wave; with `contact`, this one."""
        there = self._asked.get((wave, survey), set())
        return contact in there if contact else bool(there)

    def add(self, survey: Survey, invited: Sequence[tuple[Row, Leaving]]) -> None:
        """Invitations with their letters, whose keys are still to come. The text of the survey's version is kept."""
        self._used[survey.name] = survey
        for row, letter in invited:
            place = _place(row)
            self._rows[place], self._letters[place] = EMPTY | row, letter
            self._asked.setdefault(place[:2], set()).add(place[2])

    def add_held(self, row: Row) -> bool:
        """False: they stand there already, perhaps for another reason."""
        place, state = _place(row), (row["held"], row["held_until"])
        before = self._held.get(place)
        if before == state or place[2] in self._asked.get(place[:2], ()):
            return False
        self._rows[place], self._held[place] = EMPTY | row, state
        return before is None

    def write(self) -> None:
        if self._used:
            keep(self._session, self._used.values(), self._now)
        ids = self._insert()
        write_letters(self._session, [_numbered(letter, ids[place]) for place, letter in self._letters.items()], self._now)

    def _insert(self) -> dict[Place, int]:
        """Whoever was held back in a wave may be asked in it later."""
        rows = list(self._rows.values())
        if not rows:
            return {}
        adding, values = inserting(self._session, Invitation, rows)
        new = {name: adding.excluded[name] for name in rows[0] if name not in ("wave", "survey", "contact_id")}
        adding = adding.on_conflict_do_update(index_elements=["wave", "survey", "contact_id"], set_=new, where=Invitation.state == HELD)
        added = self._session.execute(adding.returning(Invitation.id, Invitation.wave, Invitation.survey, Invitation.contact_id), values)
        return {(wave, survey, contact): number for number, wave, survey, contact in added}


def write_letters(session: Session, letters: Sequence[Leaving], now: datetime) -> None:
    """Dispatches, outbox rows, and what the contact ledger says of them."""
    if not letters:
        return
    rows = [
        {
            "kind": LETTER,
            "key": letter.key,
            "account_id": letter.account_id,
            "contact_id": letter.contact_id,
            "recipient": letter.address,
            "content": letter.content,
            "created_at": now,
        }
        for letter in letters
    ]
    adding, values = inserting(session, Dispatch, rows)
    numbers = {key: number for number, key in session.execute(adding.returning(Dispatch.id, Dispatch.key), values)}
    messages = [outbox.New(one.key, dispatch_subject(numbers[one.key]), f"{MAIL}:{one.address}", one.at) for one in letters]
    outbox.enqueue(session, messages, now)
    add_all(session, Touch, [_touch(letter, numbers[letter.key]) for letter in letters])


def _touch(letter: Leaving, number: int) -> Row:
    return {
        "at": letter.at,
        "account_id": letter.account_id,
        "contact_id": letter.contact_id,
        "channel": "email",
        "what": letter.what,
        "playbook": letter.content["playbook"],
        "dispatch_id": number,
    }


def _numbered(letter: Leaving, invitation: int) -> Leaving:
    return replace(letter, key=invitation_key(invitation), content=letter.content | {"invitation": invitation})


def _place(row: Row) -> Place:
    return row["wave"], row["survey"], row["contact_id"]
