"""The notice that a playbook has lost its cards."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.people import person
from bot.delivery.composed import Composed, Composer
from bot.messages import catalog as m
from bot.messages.render import render
from bot.playbooks.precision import Precision
from bot.playbooks.verdicts import precision_fact
from models import Dispatch


def demotion_composer() -> Composer:
    def compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed]:
        told = session.scalars(select(Dispatch).where(Dispatch.id.in_(ids)))
        return {one.id: Composed(one.version, render(_notice(one))) for one in told}

    return compose


def _notice(told: Dispatch) -> m.DemotionNotice:
    content = told.content
    restored = content.get("restored_at")
    return m.DemotionNotice(
        playbook=content["playbook"],
        precision=precision_fact(Precision(content["useful"], content["verdicts"])),
        least=content["least"],
        since=told.created_at,
        restored_at=datetime.fromisoformat(restored) if restored else None,
        restored_by=person(content.get("restored_by")),
    )
