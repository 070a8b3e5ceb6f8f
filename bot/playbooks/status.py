"""How playbooks stand: which version counts, in which mode, paused or not. Changed by new files and by admins, read by every pass."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from typing import Any

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL
from bot.errors import AlreadyDone, Refused
from bot.playbooks.definition import Mode, Playbook
from bot.playbooks.engine import ALERT
from models import Play, PlaybookStatus, PlaybookVersion, Trace

PAUSED = select(PlaybookStatus.name).where(PlaybookStatus.paused_at.is_not(None))
"""The names of those that are paused."""
MODES = tuple(mode.value for mode in Mode)


def statuses(session: Session) -> dict[str, PlaybookStatus]:
    return {status.name: status for status in session.scalars(select(PlaybookStatus).order_by(PlaybookStatus.name))}


@dataclass(frozen=True)
class Learned:
    """`gone`: playbooks whose file is no longer there or enabled, newly paused, with the number of plays that stand still."""

    gone: Mapping[str, int]


def learn(session: Session, playbooks: Iterable[Playbook], now: datetime, broken: Collection[str] = ()) -> Learned:
    """Takes new files, new versions and removed files in. `broken`: those that are there and do not compile; they stay as they are."""
    known = statuses(session)
    current = {playbook.name: playbook for playbook in playbooks}
    for playbook in current.values():
        _remember(session, playbook, now)
        status = known.get(playbook.name)
        if status is None:
            session.add(_new_status(playbook, now))
        else:
            _renew(session, status, playbook, now)
    there = {*current, *broken}
    gone = [status for name, status in known.items() if name not in there and status.paused_at is None]
    for status in gone:
        status.paused_at, status.paused_by = now, STAYSAIL
        session.add(_trace(now, STAYSAIL, "removed", status))
    session.flush()
    return Learned({status.name: _running(session, status.name) for status in gone})


def _new_status(playbook: Playbook, now: datetime) -> PlaybookStatus:
    mode, canary = playbook.mode.value, list(playbook.canary)
    return PlaybookStatus(name=playbook.name, version=playbook.version, mode=mode, canary=canary, first_seen_at=now)


def _renew(session: Session, status: PlaybookStatus, playbook: Playbook, now: datetime) -> None:
    if status.paused_by == STAYSAIL:  # the file is back
        status.paused_at = status.paused_by = None
        session.add(_trace(now, STAYSAIL, "returned_file", status))
    if status.version == playbook.version:
        return
    status.version, status.mode, status.canary = playbook.version, playbook.mode.value, list(playbook.canary)
    status.mode_by = status.mode_at = None
    session.add(_trace(now, STAYSAIL, "new_version", status))
    if playbook.migrate:
        _migrate(session, playbook, now)


def _migrate(session: Session, playbook: Playbook, now: datetime) -> None:
    """Plays in flight go over to the new version. Those that only wait for their cards to be closed stay."""
    step = 0 if playbook.migrate == "restart" else playbook.program.names[(playbook.migrate or "").removeprefix("at_step ")]
    older = (Play.playbook == playbook.name, Play.version != playbook.version, Play.ended_at.is_(None))
    on_the_way = func.coalesce(Play.waiting, "") != ALERT
    for play in session.scalars(select(Play).where(*older, on_the_way).with_for_update()):
        session.add(_moved_trace(play, playbook, now))
        play.progress = {name: play.progress[name] for name in ("done", "alerts", "variants") if name in play.progress}
        play.version, play.step, play.due_at, play.waiting = playbook.version, step, now, None


def _moved_trace(play: Play, playbook: Playbook, now: datetime) -> Trace:
    detail = {"from": play.version, "migrate": playbook.migrate}
    about = {"account_id": play.account_id, "playbook": playbook.name, "playbook_version": playbook.version, "play_id": play.id}
    return Trace(at=now, actor=STAYSAIL, what="migrated", detail=detail, **about)


def _remember(session: Session, playbook: Playbook, now: datetime) -> None:
    """A version that has begun to count keeps its text. A draft may still be changed."""
    kept = session.get(PlaybookVersion, playbook.edition)
    if kept is None:
        session.add(
            PlaybookVersion(name=playbook.name, version=playbook.version, digest=playbook.digest, text=playbook.text, first_seen_at=now)
        )
    elif kept.digest != playbook.digest:
        kept.digest, kept.text = playbook.digest, playbook.text


def edited(session: Session, playbooks: Iterable[Playbook]) -> dict[tuple[str, int], PlaybookVersion]:
    """Versions that have begun to count, and whose files say something else now: the kept text stays in force."""
    named = {playbook.edition: playbook.digest for playbook in playbooks}
    if not named:
        return {}
    drafts = select(PlaybookStatus.name).where(PlaybookStatus.mode == Mode.draft.value)
    kept = session.scalars(
        select(PlaybookVersion).where(tuple_(PlaybookVersion.name, PlaybookVersion.version).in_(named), PlaybookVersion.name.not_in(drafts))
    )
    return {(one.name, one.version): one for one in kept if one.digest != named[one.name, one.version]}


def in_flight(session: Session) -> dict[tuple[str, int], PlaybookVersion]:
    """The versions of all running plays."""
    running = select(Play.playbook, Play.version).where(Play.ended_at.is_(None)).distinct()
    kept = select(PlaybookVersion).where(tuple_(PlaybookVersion.name, PlaybookVersion.version).in_(running))
    return {(one.name, one.version): one for one in session.scalars(kept)}


def pause(session: Session, name: str, who: str, now: datetime) -> None:
    """No play starts, and those that run stand still until somebody resumes it."""
    status = _locked(session, name)
    if status.paused_at is not None:
        if status.paused_by == who:
            return
        raise AlreadyDone("paused", status.paused_by, status.paused_at)
    status.paused_at, status.paused_by = now, who
    session.add(_trace(now, who, "paused", status))


def resume(session: Session, name: str, who: str, now: datetime) -> None:
    status = _locked(session, name)
    if status.paused_at is None:
        return
    if status.paused_by == STAYSAIL:
        raise Refused(f"The file of `{name}` is not there, or not under `enable`. Put it back; it goes on by itself then.")
    status.paused_at = status.paused_by = None
    session.add(_trace(now, who, "resumed", status))


def promote(session: Session, name: str, mode: str, who: str, now: datetime, canary: Iterable[str] = ()) -> None:
    """Another mode for the version that counts. `canary`: e-mail addresses of the CSMs whose accounts it is for."""
    if mode not in MODES:
        raise Refused(f"There is no mode `{mode}`.")
    chosen = sorted({email.strip().lower() for email in canary if email.strip()})
    if mode == Mode.canary and not chosen:
        raise Refused("Name at least one CSM whose accounts it is to be tried with.")
    status = _locked(session, name)
    if (status.mode, list(status.canary)) == (mode, chosen):
        return
    detail: dict[str, Any] = {"from": status.mode, "to": mode, "canary": chosen}
    status.mode, status.canary, status.mode_by, status.mode_at = mode, chosen, who, now
    session.add(_trace(now, who, "promoted", status, detail))


def diff_to_last(session: Session, name: str) -> str:
    """What the version that counts changes against the one before it, as a unified diff; empty for the first."""
    texts = select(PlaybookVersion).where(PlaybookVersion.name == name).order_by(PlaybookVersion.version.desc()).limit(2)
    versions = session.scalars(texts).all()
    if len(versions) < 2:
        return ""
    new, old = versions
    lines = unified_diff(old.text.splitlines(), new.text.splitlines(), f"version {old.version}", f"version {new.version}", lineterm="", n=2)
    return "\n".join(lines)


def _locked(session: Session, name: str) -> PlaybookStatus:
    status = session.get(PlaybookStatus, name, with_for_update=True)
    if status is None:
        raise Refused(f"No playbook is called `{name}`, or no sweep has seen it yet.")
    return status


def _running(session: Session, name: str) -> int:
    return session.scalar(select(func.count()).where(Play.playbook == name, Play.ended_at.is_(None))) or 0


def _trace(now: datetime, actor: str, what: str, status: PlaybookStatus, detail: dict[str, Any] | None = None) -> Trace:
    return Trace(at=now, actor=actor, what=what, playbook=status.name, playbook_version=status.version, detail=detail or {})


def stand_still(session: Session) -> set[str]:
    """The playbooks that are paused."""
    return set(session.scalars(PAUSED))


def fired(session: Session, name: str, at: datetime) -> None:
    session.execute(update(PlaybookStatus).where(PlaybookStatus.name == name).values(fired_at=at))
