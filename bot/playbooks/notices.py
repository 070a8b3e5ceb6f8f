"""The notice of a breaker, as it stands now."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.composed import Composed
from bot.messages import catalog as m
from bot.messages.render import render
from bot.playbooks.breakers import RELEASE, STALE
from models import Breaker


def notice_composer() -> Callable[[Session, Sequence[int]], dict[int, Composed]]:
    def compose(session: Session, ids: Sequence[int]) -> dict[int, Composed]:
        breakers = session.scalars(select(Breaker).where(Breaker.id.in_(ids)))
        return {breaker.id: Composed(breaker.version, render(notice_of(breaker))) for breaker in breakers}

    return compose


def notice_of(breaker: Breaker) -> m.BreakerNotice:
    stale = breaker.kind == STALE
    decision = None
    if breaker.decision and breaker.decided_by and breaker.decided_at:
        decision = m.Decision(breaker.decision == RELEASE, m.Person(slack_id=breaker.decided_by), breaker.decided_at)
    return m.BreakerNotice(
        breaker_id=breaker.id,
        kind=m.BreakerKind(breaker.kind),
        playbooks=tuple(breaker.playbooks.split(",")),
        since=breaker.opened_at,
        source=breaker.subject if stale else "",
        newest=breaker.newest_day,
        age_days=round(breaker.figure) if stale else None,
        limit_days=round(breaker.limit) if stale else None,
        would_open=breaker.count,
        eligible=breaker.eligible,
        limit_share=None if stale else breaker.limit,
        decision=decision,
        ended_at=breaker.closed_at,
    )
