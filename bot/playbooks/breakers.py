"""Breakers: alerts of a playbook are held as a whole while its data looks broken, and the admins are told once.

`stale`: a source that the condition reads is older than allowed. `mass_drop`: too large a share would open in one sweep.
A released breaker lets everything through until the trouble is over; `keep` holds on quietly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery import outbox
from bot.delivery.keys import breaker_key, breaker_subject
from bot.errors import AlreadyDone, Refused
from models import Breaker, Trace

STALE, MASS_DROP = "stale", "mass_drop"
RELEASE, KEEP = "release", "keep"


@dataclass(frozen=True)
class Trip:
    """Why alerts are held: `figure` against `limit` (days old, or share), `count` of `eligible` accounts."""

    kind: str
    subject: str
    figure: float
    limit: float
    playbooks: Sequence[str]
    count: int = 0
    eligible: int = 0
    newest_day: date | None = None


def trip(session: Session, why: Trip, channel: str, now: datetime) -> bool:
    """True: hold. The first time, the admins are told; a breaker that somebody released holds nothing."""
    breaker = _standing(session, why.kind, why.subject)
    if breaker is None:
        breaker = Breaker(kind=why.kind, subject=why.subject, opened_at=now, version=1)
        _describe(breaker, why)
        session.add(breaker)
        session.flush()
        notice = outbox.New(breaker_key(breaker.id), breaker_subject(breaker.id), channel, now)
        outbox.enqueue(session, [notice], now)
        session.add(Trace(at=now, actor="staysail", what="held", playbook=why.subject, detail={"kind": why.kind, "figure": why.figure}))
    elif breaker.figure != why.figure and breaker.decision is None:
        _describe(breaker, why)
        _changed(session, breaker)
    return breaker.decision != RELEASE


def _describe(breaker: Breaker, why: Trip) -> None:
    breaker.figure, breaker.limit, breaker.count, breaker.eligible = why.figure, why.limit, why.count, why.eligible
    breaker.playbooks, breaker.newest_day = ",".join(why.playbooks), why.newest_day


def clear(session: Session, kind: str, subject: str, now: datetime) -> None:
    """The trouble is over; the next one is told anew."""
    breaker = _standing(session, kind, subject)
    if breaker:
        breaker.closed_at = now
        _changed(session, breaker)


def decide(session: Session, breaker_id: int, decision: str, who: str, now: datetime) -> Breaker:
    """An admin's click; the same again changes nothing. What is kept may still be released, what is released is out."""
    breaker = session.get(Breaker, breaker_id, with_for_update=True)
    if breaker is None:
        raise Refused("This notice is no longer there.")
    if breaker.closed_at is not None:
        raise Refused("This is over: the data looks right again.")
    if breaker.decision is None or (breaker.decision, decision) == (KEEP, RELEASE):
        breaker.decision, breaker.decided_by, breaker.decided_at = decision, who, now
        _changed(session, breaker)
        detail = {"kind": breaker.kind}
        session.add(Trace(at=now, actor=who, what=f"breaker_{decision}", playbook=breaker.subject, detail=detail))
    elif breaker.decision != decision:
        raise AlreadyDone("released", breaker.decided_by, breaker.decided_at)
    return breaker


def _standing(session: Session, kind: str, subject: str) -> Breaker | None:
    return session.scalar(select(Breaker).where(Breaker.kind == kind, Breaker.subject == subject, Breaker.closed_at.is_(None)))


def _changed(session: Session, breaker: Breaker) -> None:
    breaker.version += 1
    outbox.refresh(session, breaker_subject(breaker.id), breaker.version)
