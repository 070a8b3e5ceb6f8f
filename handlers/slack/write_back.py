"""What goes back to the CRM: a preview when an alert or a room is closed, the writing, and taking it back."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.connectors.ports import Values, same_values
from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input
from bot.team.roles import Actor
from bot.team.sight import sees_money
from bot.write_back.asking import confirm, offer, take_back
from bot.write_back.looking import Seen, look
from bot.write_back.receipt import changes_of
from handlers.slack.desk import Desk, Filling, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Filled, Submission
from models import Account, Alert, Writeback

JOB = "write_back"
TITLE = "Write to the CRM"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to stand in the record of an account; `key` is that of the form in which they said so."""

    key: str
    account_id: str
    alert_id: int | None
    new: Mapping[str, str | None]


def wished(desk: Desk, form: Filled, outcome: str, note: Input = Input.NOTE) -> dict[str, str | None]:
    """The fields to be written, from a form that closes something. Empty: nothing, it was not ticked or cannot be."""
    if not form.ticked(Input.WRITE_BACK):
        return {}
    said = {"outcome": outcome, "note": form.text(note), "next_step": form.text(Input.NEXT_STEP)}
    return {name: said[name] for name in desk.settings.crm.writable if said[name]}


async def closed_with(desk: Desk, actor: Actor, wish: Wish | None, closing: Coroutine[Any, Any, object]) -> m.Modal | None:
    """Closes it and shows what would change in the CRM, which is read meanwhile: Slack waits three seconds for both."""
    looking = asyncio.ensure_future(look(desk.records, wish.account_id)) if wish and desk.records else None
    await closing
    return await preview(desk, actor, wish, await looking) if wish and looking else None


async def preview(desk: Desk, actor: Actor, wish: Wish, seen: Seen) -> m.Modal:
    """What would change; it is kept, so that the writing can be held against what was shown."""
    if seen.missing:
        return m.NoticeModal(text=f"Nothing is written: {seen.problem}.", title=TITLE)
    if seen.values is not None and same_values({**seen.values, **wish.new}, seen.values):
        return m.NoticeModal(text="The CRM says the same already: nothing needs to be written.", title=TITLE)
    return await desk.database.run(_offered, desk, actor, wish, seen)


def _offered(session: Session, desk: Desk, actor: Actor, wish: Wish, seen: Seen) -> m.WritebackModal:
    account = session.get(Account, wish.account_id)
    if account is None:
        raise Refused("This account is no longer there.")
    alert = session.get(Alert, wish.alert_id) if wish.alert_id is not None else None
    old: Values = seen.values or {}
    values = {"account_id": account.id, "alert_id": wish.alert_id, "by": actor.slack_id, "old": dict(old), "new": dict(wish.new)}
    row = offer(session, wish.key, values, desk.now())
    return m.WritebackModal(
        writeback_id=row.id,
        account=m.Account(account.id, account.name, account.url),
        changes=changes_of(old, wish.new),
        seen=seen.values is not None,
        sees=sees_money(actor, account, desk.settings.roles, alert),
        problem=seen.problem,
    )


async def write_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    await desk.database.run(confirm, int(form.metadata), actor, desk.now())
    _now(desk)
    return None


async def undo_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    await desk.database.run(take_back, int(click.value), actor, desk.now())
    _now(desk)
    return None


async def again_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    """A fresh preview of a change that was not made."""
    records = desk.records
    if records is None:
        raise Refused("Nothing can be written to the CRM: staysail.yml does not say how (crm.write).")
    wish = await desk.database.read(_wish_again, int(click.value), actor, f"again:{click.value}:{click.trigger}")

    async def fill() -> AsyncIterator[m.Modal]:
        yield await preview(desk, actor, wish, await look(records, wish.account_id))

    return Filling(m.NoticeModal(text="Reading the CRM…", title=TITLE), fill)


def _wish_again(session: Session, writeback_id: int, actor: Actor, key: str) -> Wish:
    row = session.get(Writeback, writeback_id)
    if row is None or row.state not in (m.WritebackState.REFUSED, m.WritebackState.FAILED) or row.undone_by:
        raise Refused("This change is settled: there is nothing to look at again.")
    if row.by != actor.slack_id:
        raise Refused("Only whoever wanted this change may look at it again.")
    return Wish(key, row.account_id, row.alert_id, row.new)


def _now(desk: Desk) -> None:
    desk.soon(JOB)
    desk.worker.wake()


FEATURE = Feature(
    clicks={Action.WRITEBACK_UNDO: undo_clicked, Action.WRITEBACK_AGAIN: again_clicked},
    forms={Callback.WRITEBACK: write_sent},
)
