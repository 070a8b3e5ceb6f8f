"""Notes on accounts that are made of Slack messages."""

import re
from datetime import datetime

from sqlalchemy import String, func, literal, select
from sqlalchemy.orm import Session

from bot.accounts.queries import find_accounts
from bot.bulk import insert_into
from bot.functions import any_case
from bot.home.links import accounts_by_link
from bot.messages import catalog as m
from models import Account, Channel, Note, Room, Trace

NOTED = "noted"
SHORTEST_NAME = 3
ADDRESS = re.compile(r"https?://[^\s<>|]+")


def guess_account(session: Session, channel: str, prefix: str, text: str) -> Account | None:
    """The account that a message seems to be about: its room's, that of a link in it, or the only one that it names."""
    found = _of_room(session, channel, prefix) or next(iter(accounts_by_link(session, ADDRESS.findall(text)).values()), None)
    return found or named_account(session, text)


def _of_room(session: Session, channel: str, prefix: str) -> Account | None:
    """By the escalation for which the channel was opened, or by its name, such as acct-northwind-2026-11."""
    of_room = select(Account).join(Room, Room.account_id == Account.id).where(Room.channel_id == channel, Account.gone_at.is_(None))
    if account := session.scalars(of_room.order_by(Room.id.desc()).limit(1)).first():
        return account
    known = session.get(Channel, channel)
    if known is None or not known.name.startswith(f"{prefix}-"):
        return None
    slug = re.sub(r"-\d{4}-\d{2}(-\d+)?$", "", known.name.removeprefix(f"{prefix}-"))
    return _only(session, slug.replace("-", " ")) or _only(session, slug)


def _only(session: Session, words: str) -> Account | None:
    hits = find_accounts(session, words) if len(words) >= SHORTEST_NAME else None
    return hits.accounts[0] if hits and hits.total == 1 else None


def named_account(session: Session, text: str) -> Account | None:
    """The account whose name stands in the text as words of its own, the longest name first; None when two are as long."""
    said = " ".join(text.lower().split())[: m.LogModal.TEXT_LIMIT]
    inside = func.strpos if session.get_bind().dialect.name == "postgresql" else func.instr
    name = any_case(Account.name)
    here = (Account.gone_at.is_(None), func.length(Account.name) >= SHORTEST_NAME, inside(literal(said, String), name) > 0)
    longest = select(Account).where(*here).order_by(func.length(Account.name).desc(), Account.id).limit(20)
    whole = [one for one in session.scalars(longest) if re.search(rf"(?<!\w){re.escape(one.name.lower())}(?!\w)", said)]
    first = [one for one in whole if len(one.name) == len(whole[0].name)]
    return first[0] if len(first) == 1 else None


def write_note(session: Session, origin: m.NoteOrigin, account: Account, note: tuple[str, str | None], by: str, now: datetime) -> bool:
    """`note`: its text, and a link to where it was said. False: this form was sent off before."""
    text, link = note
    row = insert_into(session, Note).values(key=origin.key, account_id=account.id, by=by, at=now, text=text, link=link)
    written = session.scalar(row.on_conflict_do_nothing(index_elements=["key"]).returning(Note.id)) is not None
    if written:
        session.add(Trace(at=now, actor=by, what=NOTED, account_id=account.id, detail={"note": text[:300], "link": link}))
    return written
