"""Taking back a letter that waits for its morning. Its writer has a message with the button, as long as it waits."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.alerts.record import show_anew
from bot.delivery import outbox
from bot.delivery.dispatches import Telling, tell_once
from bot.delivery.keys import dispatch_subject, waiting_key
from bot.delivery.kinds import WAITING
from bot.errors import Refused
from bot.messages import catalog as m
from bot.team.roles import Actor
from bot.writing.form import Form
from bot.writing.means import Means
from bot.writing.traces import trace_of_letter
from models import Alert, Contact, Dispatch, Touch


def tell_that_it_waits(session: Session, means: Means, letter_id: int, contact: Contact, form: Form, leaves: str) -> None:
    """At once, and what was written is in it: whoever takes it back does not lose it."""
    content = {"letter": letter_id, "to": contact.name, "subject": form.subject, "text": form.body, "leaves": leaves}
    tell_once(session, Telling(WAITING, waiting_key(letter_id), means.writer.slack_id, content, contact.account_id), means.now)


def withdraw(session: Session, actor: Actor, letter_id: int, now: datetime) -> bool:
    """False: it has left, or is withdrawn already. It no longer counts among the letters that the contact has had."""
    letter = session.get(Dispatch, letter_id, with_for_update=True)
    notice = session.scalar(select(Dispatch).where(Dispatch.key == waiting_key(letter_id)).with_for_update())
    if letter is None or letter.key is None or notice is None:
        raise Refused("This letter is no longer there.")
    if not (actor.slack_id == letter.content["by"] or actor.is_manager):
        raise Refused("Only whoever wrote it, managers and admins may withdraw it.")
    taken_back = outbox.withdraw(session, letter.key, f"withdrawn by {actor.name}")
    if taken_back:
        session.execute(delete(Touch).where(Touch.dispatch_id == letter.id))
        notice.content = notice.content | {"withdrawn_by": actor.slack_id, "withdrawn_at": now.isoformat()}
        alert = session.get(Alert, letter.content["alert"]) if letter.content["alert"] else None
        session.add(trace_of_letter(m.Did.WITHDREW, letter, alert, actor.slack_id, now))
        if alert:
            show_anew(session, Alert.id == alert.id)
    _show(session, notice)
    return taken_back


def _show(session: Session, notice: Dispatch) -> None:
    notice.version += 1
    outbox.refresh(session, dispatch_subject(notice.id), notice.version)
