"""Reading what several capabilities read alike."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.account import Account
from models.alert import Trace
from models.room import Room
from models.survey import Theme, ThemeMark


def traces_of(session: Session, alert_id: int) -> Sequence[Trace]:
    """What was done to an alert, oldest first."""
    return session.scalars(select(Trace).where(Trace.alert_id == alert_id).order_by(Trace.id)).all()


def rooms_of(session: Session, alert_ids: Collection[int]) -> dict[int, Room]:
    """The newest room of each alert that has one."""
    return {room.alert_id: room for room in session.scalars(select(Room).where(Room.alert_id.in_(alert_ids)).order_by(Room.id))}


def keep_others_off(session: Session, accounts: Collection[str] | Select[Any]) -> None:
    """Nobody else decides over these accounts until the transaction ends. In one order, so that two passes do not stop each other."""
    session.execute(select(Account.id).where(Account.id.in_(accounts)).order_by(Account.id).with_for_update(key_share=True))


def themes_of(session: Session, response_ids: Collection[str]) -> dict[str, list[str]]:
    """The names of the confirmed themes, in order, by response; responses without any are left out."""
    found: dict[str, list[str]] = {}
    marked = select(ThemeMark.response_id, Theme.name).join(Theme, Theme.id == ThemeMark.theme_id)
    for response_id, name in session.execute(marked.where(ThemeMark.response_id.in_(response_ids)).order_by(func.lower(Theme.name))):
        found.setdefault(response_id, []).append(name)
    return found
