"""`set`: the stage, tags and own fields of the account."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.playbooks.effects.doing import Doing
from models import Account


def set_fields(session: Session, doings: list[Doing], today: date) -> None:
    if not doings:
        return
    ids = {doing.due.account_id for doing in doings}
    locked = select(Account).where(Account.id.in_(ids)).order_by(Account.id).with_for_update(key_share=True)
    accounts = {account.id: account for account in session.scalars(locked, execution_options={"populate_existing": True})}
    for doing in doings:
        account = accounts[doing.due.account_id]
        for name, value in doing.step.set.items():
            doing.detail[name] = _write(account, name, value, today)
    session.flush()


def _write(account: Account, name: str, value: Any, today: date) -> Any:
    """Gives what now stands there, as JSON holds it."""
    if name == "stage":
        account.stage = value
        return value
    if name in ("tag", "untag"):
        tags = [tag for tag in account.tags.split() if tag != value] + ([value] if name == "tag" else [])
        account.tags = f" {' '.join(tags)} " if tags else ""
        return value
    written = today if value == "today" else value
    plain = written.isoformat() if isinstance(written, date) else written
    account.own = {**account.own, name: plain}
    return plain
