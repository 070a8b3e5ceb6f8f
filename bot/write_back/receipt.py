"""The receipt of a change, as a direct message to whoever asked for it."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.connectors.ports import RECORD, Values, same_values
from bot.delivery.composed import Composed
from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.render import render
from bot.settings import RoleSettings
from bot.team.roles import actor_of
from bot.team.sight import sees_money
from models import Account, Alert, Teammate, Writeback


def receipt_composer(roles: Callable[[], RoleSettings]) -> Callable[[Session, Sequence[int]], dict[int, Composed]]:
    def compose(session: Session, ids: Sequence[int]) -> dict[int, Composed]:
        joined = select(Writeback, Account).join(Account, Account.id == Writeback.account_id)
        rows = session.execute(joined.where(Writeback.id.in_(ids)))
        return {
            row.id: Composed(row.version, render(receipt_of(row, account, may_see(session, row, account, roles()))))
            for row, account in rows
        }

    return compose


def may_see(session: Session, row: Writeback, account: Account, roles: RoleSettings) -> bool:
    """Whether whoever asked may read what somebody else wrote into the record."""
    teammate = session.get(Teammate, row.by)
    alert = session.get(Alert, row.alert_id) if row.alert_id is not None else None
    try:
        return teammate is not None and sees_money(actor_of(teammate, roles), account, roles, alert)
    except Refused:
        return False


def receipt_of(row: Writeback, account: Account, sees: bool) -> m.WritebackReceipt:
    return m.WritebackReceipt(
        writeback_id=row.id,
        account=m.Account(account.id, account.name, account.url),
        state=m.WritebackState(row.state),
        changes=changes_of(row.old, row.new, row.found),
        seen=bool(row.old),
        sees=sees,
        problem=row.problem or "",
        undo_until=row.undo_until,
        undone_by=m.Person(slack_id=row.undone_by) if row.undone_by else None,
    )


def changes_of(old: Values, new: Values, found: Values | None = None) -> tuple[m.FieldChange, ...]:
    """The fields that are to change, and those that somebody else has changed meanwhile."""
    there = old if found is None else found
    return tuple(
        m.FieldChange(name, old.get(name), new.get(name), there.get(name), written=name in new)
        for name in RECORD
        if name in new or not same_values({name: there.get(name)}, {name: old.get(name)})
    )
