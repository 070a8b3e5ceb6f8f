"""Plays that begin because somebody or something says so: `/stay start`, and the step `start`."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL
from bot.bulk import insert_into
from bot.errors import Refused
from bot.playbooks.definition import Mode, Playbook
from bot.playbooks.match import Held, held_now
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.silence import silence
from models import Account, Play, PlaybookStatus, Trace

WHY_NOT = {
    Held.OPEN.value: "it runs for this account already",
    Held.QUIET.value: "it ended for this account too recently (`once_per`)",
    Held.UNLESS.value: "one of its `unless` rules holds now",
    "left": "the account has churned or left the CRM",
    "paused": "the playbook is paused",
    "draft": "the playbook is a draft",
    "unknown": "no sweep has seen the playbook yet",
}


def start_by_hand(session: Session, rulebook: Rulebook, playbook_name: str, account_id: str, who: str, now: datetime) -> int:
    """The play's id. Whoever starts a play overrides its `when`, `once_per` and holdout, and nothing else."""
    playbook = rulebook.get(playbook_name)
    account = session.get(Account, account_id)
    if account is None:
        raise Refused("This account is no longer there.")
    must_be_about_accounts(playbook)
    held = _held(session, rulebook, replace(playbook, once_per=None), account_id, now)
    if held:
        raise Refused(f"`{playbook_name}` cannot start for {account.name}: {WHY_NOT[held]}.")
    begun = _begin(session, playbook, account_id, f"manual:{now.isoformat()}", who, now)
    if begun is None:
        raise Refused(f"`{playbook_name}` cannot start for {account.name}: {WHY_NOT[Held.OPEN]}.")
    return begun


def must_be_about_accounts(playbook: Playbook) -> None:
    if playbook.target != "account":
        raise Refused(f"`{playbook.name}` is about contacts: it starts by itself, person by person.")


def start_for(session: Session, rulebook: Rulebook, playbook_name: str, account_id: str, occasion: str, now: datetime) -> str | int:
    """For the step `start`: the play's id, or what held it back. Of one playbook an account begins one play a moment: two that start
    each other do so once a pass."""
    playbook = rulebook.playbooks.get(playbook_name)
    if playbook is None:
        return "broken" if playbook_name in rulebook.broken else "not_enabled"
    if playbook.target != "account":
        return "about_contacts"
    just_begun = select(exists().where(Play.playbook == playbook_name, Play.account_id == account_id, Play.started_at == now))
    held = _held(session, rulebook, playbook, account_id, now) or (Held.QUIET.value if session.scalar(just_begun) else None)
    return held or _begin(session, playbook, account_id, occasion, STAYSAIL, now) or Held.OPEN.value


def _held(session: Session, rulebook: Rulebook, playbook: Playbook, account_id: str, now: datetime) -> str | None:
    status = session.get(PlaybookStatus, playbook.name)
    if status is None:
        return "unknown"
    if status.paused_at is not None:
        return "paused"
    if status.mode == Mode.draft:
        return "draft"
    return held_now(session, playbook, rulebook.signals, account_id, now)


def _begin(session: Session, playbook: Playbook, account_id: str, occasion: str, who: str, now: datetime) -> int | None:
    """None: another process has just begun one."""
    status = session.get_one(PlaybookStatus, playbook.name)
    row = {"playbook": playbook.name, "version": playbook.version, "account_id": account_id, "occasion": occasion}
    added = insert_into(session, Play).values(**row, started_at=now, due_at=now).on_conflict_do_nothing().returning(Play.id)
    play_id: int | None = session.scalar(added)
    if play_id is None:
        return None
    about = {"account_id": account_id, "playbook": playbook.name, "playbook_version": playbook.version, "play_id": play_id}
    session.add(Trace(at=now, actor=who, what="started", detail={"occasion": occasion}, **about))
    silence(session, replace(playbook, holdout=0.0) if who != STAYSAIL else playbook, status, now)
    session.flush()
    return play_id


def running_for(session: Session, account_id: str) -> list[Play]:
    """The account's running plays, the newest first."""
    running = select(Play).where(Play.account_id == account_id, Play.ended_at.is_(None)).order_by(Play.id.desc())
    return list(session.scalars(running))
